import { toBuffer } from 'qrcode';

/** A QR code as PNG: quarter of the modules may be lost (a sticker gets scratched), four modules of quiet zone. */
export function qrPng(text: string, width = 480): Promise<Buffer> {
  return toBuffer(text, { type: 'png', errorCorrectionLevel: 'Q', margin: 4, width });
}
