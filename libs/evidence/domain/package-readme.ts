const CONTENT = {
  web_capture: ['一次网页固定所得的全部电子数据', 'everything that one capture of a web page fixed'],
  import: ['他人提交并按原样固定的文件', 'files that somebody handed over, exactly as they came'],
  attestation: ['对另一证据的证明材料', "somebody's statement about other evidence, exactly as it came"],
} as const;

/** README.txt of an export: what the file is and how anybody can check it, in both languages. */
export function packageReadme(number: string, id: string, kind: 'web_capture' | 'import' | 'attestation'): Uint8Array {
  const [zh, en] = CONTENT[kind];
  const text = `电子数据证据包  Evidence package
编号 Number: ${number}
标识 Id: ${id}

本文件包含${zh},以及证明其未被改动的清单(MANIFEST.json)、签名(MANIFEST.sig)、保管记录(proofs/custody.jsonl)和封签(SEAL)。
校验方法:使用公开的 verify-package 程序和本机关公布的信任文件,无需联网:
    verify-package 证据包文件 --trust trust.json
也可以用通用工具核对:unzip -t 检查容器;SEAL 中逐行列出每个文件的大小、SHA-256 和 SM3,可用 sha256sum 与 openssl dgst -sm3 比对。
MANIFEST.json 列出固定时的全部内容,此后不再变化;SEAL 覆盖本次导出的全部文件。

This file holds ${en}, together with the manifest, its signature, the custody chain and
the seal that show whether anything was changed since. To check it without any network:
    verify-package <package> --trust trust.json
Ordinary tools agree: "unzip -t" for the container; each line of SEAL gives size, SHA-256 and SM3 of one file.
What it does not prove: ${kind === 'web_capture' ? 'that the site showed the same to everybody, and that what the page says is true' : 'that the files were whole and unchanged before they were handed over, and that what they say is true'}.
`;
  return new Uint8Array(Buffer.from(text));
}
