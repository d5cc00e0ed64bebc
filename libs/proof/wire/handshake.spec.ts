import { sha256 } from '@noble/hashes/sha2.js';
import { fromHex, concat, toHex, utf8 } from '../bytes';
import { digest } from '../digests';
import { aTls, pcapOf, siteCertificate, type TlsForgery } from '../testing';
import { rsaKeyOf, verifyPss } from '../primitives/rsa';
import { bytesSource } from '../source';
import { type Message, Transcript } from './handshake';
import { readWire } from './wire';

const GET = utf8('GET /a HTTP/1.1\r\nHost: shop.test\r\n\r\n');
const GOT = utf8('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');

/** What both sides said, in a pcap, and what reading it says. */
async function read(version: '1.2' | '1.3', forged: TlsForgery = {}, bend: (capture: Uint8Array) => Uint8Array = (same) => same) {
  const { chunks, keylog } = aTls(version, GET, GOT, 40, forged);
  const capture = bend(pcapOf([{ port: 443, chunks }]));
  const { answers, unreadable, unsigned } = await readWire(bytesSource(capture), bytesSource(utf8(keylog)));
  return { capture, answers, faults: unreadable.map(({ detail, damaged }) => `${damaged} ${detail}`), unsigned };
}

describe.each(['1.2', '1.3'] as const)('opening of TLS %s', (version) => {
  const only = (type: number, change: (message: Uint8Array) => Uint8Array | null): TlsForgery => ({
    bend: (message, side) => (message[0] === type && side === 'server' ? change(message) : message),
  });
  const flipped = (message: Uint8Array) => message.map((byte, i) => (i === message.length - 1 ? byte ^ 1 : byte));

  it('is read, its ends fit, and the key of the certificate signed it', async () => {
    const { answers, faults, unsigned } = await read(version);
    expect([faults, unsigned]).toEqual([[], []]);
    expect(answers).toEqual([expect.objectContaining({ url: 'https://shop.test/a', status: 200 })]);
    expect(answers[0]!.leafSha256).toBe(toHex(digest('sha256', siteCertificate())));
  });

  it('I-01: one flipped bit in any byte of it is seen, in clear text as under seal', async () => {
    const { capture } = await read(version);
    const first = capture.length - pcapBytes(version);
    let seen = 0;
    for (let at = first; at < capture.length; at++) {
      if (!isContent(capture, at)) continue;
      const { faults, answers } = await read(version, {}, (bytes) => bytes.map((byte, i) => (i === at ? byte ^ 0x10 : byte)));
      // A byte of a header of the last records may end the connection instead: then an answer is lost, which no line of a record forgives.
      if (faults.length === 0 && answers.some(({ status }) => status === 200)) throw new Error(`byte ${at} of ${capture.length}`);
      seen += 1;
    }
    expect(seen).toBeGreaterThan(700);
  }, 120_000);

  it('F21: a Finished of the site or of the browser that is not of what was said before', async () => {
    expect((await read(version, only(20, flipped))).faults).toEqual([
      'true Finished of the site does not fit what was said before',
    ]);
    const ofBrowser: TlsForgery = {
      bend: (message, side) => (message[0] === 20 && side === 'client' ? flipped(message) : message),
    };
    expect((await read(version, ofBrowser)).faults).toEqual(['true Finished of the browser does not fit what was said before']);
  });

  it('F21: whoever has the secrets and not the key of the site can end an opening, and cannot sign one', async () => {
    expect((await read(version, { signer: 22 })).faults).toEqual([
      'true the opening is not signed by the key of its certificate',
    ]);
  });

  it('F21: an opening without the signature, and one without its end', async () => {
    const [type, words] =
      version === '1.3'
        ? [15, 'true a certificate was shown and nothing was signed with it']
        : [12, 'true the opening has no key exchange of the site'];
    expect(
      (
        await read(
          version,
          only(type as number, () => null),
        )
      ).faults,
    ).toEqual([words]);
    const unended = (
      await read(
        version,
        only(20, () => null),
      )
    ).faults;
    expect(unended).toEqual([expect.stringMatching(/^true (content|a TLS record)/)]);
  });

  it('F21: content before the end of the opening is nobody’s', async () => {
    expect((await read(version, { contentFirst: true })).faults).toEqual([expect.stringMatching(/^true content .*before/)]);
  });

  it('a scheme that is not known here is told, never taken for a fault', async () => {
    const scheme = (message: Uint8Array) => {
      const at = version === '1.3' ? 4 : 4 + 36;
      return message.map((byte, i) => (i === at ? 0x02 : byte));
    };
    const { faults, unsigned } = await read(version, only(version === '1.3' ? 15 : 12, scheme));
    expect(faults).toEqual([]);
    expect(unsigned).toEqual([{ connection: '127.0.0.1 443 from 40000', detail: 'signature scheme 0x0203 is not known here' }]);
  });
});

/** RFC 8448 section 3. */
describe('the handshake of RFC 8448', () => {
  const said = {
    clientHello:
      '010000c00303cb34ecb1e78163ba1c38c6dacb196a6dffa21a8d9912ec18a2ef6283024dece7000006130113031302010000910000000b0009000006736572766572ff01000100000a00140012001d0017001800190100010101020103010400230000003300260024001d002099381de560e4bd43d23d8e435a7dbafeb3c06e51c13cae4d5413691e529aaf2c002b0003020304000d0020001e040305030603020308040805080604010501060102010402050206020202002d00020101001c00024001',
    serverHello:
      '020000560303a6af06a4121860dc5e6e60249cd34c95930c8ac5cb1434dac155772ed3e2692800130100002e00330024001d0020c9828876112095fe66762bdbf7c672e156d6cc253b833df1dd69b1b04e751f0f002b00020304',
    extensions: '080000240022000a00140012001d00170018001901000101010201030104001c0002400100000000',
    certificate:
      '0b0001b9000001b50001b0308201ac30820115a003020102020102300d06092a864886f70d01010b0500300e310c300a06035504031303727361301e170d3136303733303031323335395a170d3236303733303031323335395a300e310c300a0603550403130372736130819f300d06092a864886f70d010101050003818d0030818902818100b4bb498f8279303d980836399b36c6988c0c68de55e1bdb826d3901a2461eafd2de49a91d015abbc9a95137ace6c1af19eaa6af98c7ced43120998e187a80ee0ccb0524b1b018c3e0b63264d449a6d38e22a5fda430846748030530ef0461c8ca9d9efbfae8ea6d1d03e2bd193eff0ab9a8002c47428a6d35a8d88d79f7f1e3f0203010001a31a301830090603551d1304023000300b0603551d0f0404030205a0300d06092a864886f70d01010b05000381810085aad2a0e5b9276b908c65f73a7267170618a54c5f8a7b337d2df7a594365417f2eae8f8a58c8f8172f9319cf36b7fd6c55b80f21a03015156726096fd335e5e67f2dbf102702e608ccae6bec1fc63a42a99be5c3eb7107c3c54e9b9eb2bd5203b1c3b84e0a8b2f759409ba3eac9d91d402dcc0cc8f8961229ac9187b42b4de10000',
    verify:
      '0f000084080400805a747c5d88fa9bd2e55ab085a61015b7211f824cd484145ab3ff52f1fda8477b0b7abc90db78e2d33a5c141a078653fa6bef780c5ea248eeaaa785c4f394cab6d30bbe8d4859ee511f602957b15411ac027671459e46445c9ea58c181e818e95b8c3fb0bf3278409d3be152a3da5043e063dda65cdf5aea20d53dfacd42f74f3',
    finished: '140000209b9b141d906337fbd2cbdce71df4deda4ab42c309572cb7fffee5454b78f0718',
    clientFinished: '14000020a8ec436d677634ae525ac1fcebe11a039ec17694fac6e98527b642f2edd5ce61',
  };
  const site = fromHex('b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38');
  const browser = fromHex('b3eddb126e067f35a780b3abf45e2d8f3b1a950738f52e9600746a0e27a55a21');
  const message = (hex: string): Message => {
    const whole = fromHex(hex);
    return { type: whole[0]!, body: whole.subarray(4), whole };
  };
  const before = () => {
    const transcript = new Transcript('sha256');
    transcript.add(...[said.clientHello, said.serverHello, said.extensions, said.certificate].map(message));
    return transcript;
  };

  it('has the Finished that both sides sent, and no other', () => {
    const transcript = before();
    transcript.add(message(said.verify));
    transcript.finish13(message(said.finished), site, 'the site');
    transcript.finish13(message(said.clientFinished), browser, 'the browser');
    const other = before();
    expect(() => other.finish13(message(said.finished), site, 'the site')).toThrow('Finished of the site');
  });

  it('has the signature of its certificate (RSA-PSS; the key is too short for a verdict of ours)', () => {
    const signed = concat(new Uint8Array(64).fill(0x20), utf8('TLS 1.3, server CertificateVerify\0'), before().digest());
    const at = said.certificate.indexOf('30819f300d06092a864886f70d0101010500');
    const key = rsaKeyOf(fromHex(said.certificate.slice(at, at + 2 * 162)), true);
    const signature = message(said.verify).body.subarray(4);
    expect(verifyPss(key, sha256, sha256(signed), signature)).toBe(true);
    expect(verifyPss(key, sha256, sha256(utf8('other')), signature)).toBe(false);
    for (let n = 0; n < signature.length; n++)
      expect(
        verifyPss(
          key,
          sha256,
          sha256(signed),
          signature.map((byte, i) => (i === n ? byte ^ 1 : byte)),
        ),
      ).toBe(false);
  });
});

function pcapBytes(version: '1.2' | '1.3'): number {
  return aTls(version, GET, GOT, 40).chunks.reduce((sum, { bytes }) => sum + 56 + bytes.length, 0);
}

/** Whether the byte is one that TCP carried, not of the file or of a packet's heads. */
function isContent(capture: Uint8Array, place: number): boolean {
  const view = new DataView(capture.buffer, capture.byteOffset);
  for (let at = 24; at < capture.length;) {
    const length = view.getUint32(at + 8, true);
    if (place < at + 16 + length) return place >= at + 56;
    at += 16 + length;
  }
  return false;
}
