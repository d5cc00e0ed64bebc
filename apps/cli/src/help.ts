const LINES = [
  [
    'verify-package <证据包> --trust <信任文件>',
    '离线校验证据包',
    'verify-package <package> --trust <bundle>',
    'check an evidence package, offline',
  ],
  ['capture <网址> --out <目录>', '采集一个网页,无需服务器', 'capture <url> --out <dir>', 'capture one page, without any server'],
  ['fsck [--json]', '从存储字节重新推导全部校验值', 'fsck [--json]', 're-derive every digest from stored bytes'],
  [
    'scrub [--all] [--orphans] [--json]',
    '重新计算已存文件的校验值;恢复备份后用 --all',
    'scrub [--all] [--orphans] [--json]',
    're-hash stored files; --all after a restore',
  ],
  ['seed', '载入演示数据', 'seed', 'load demonstration data'],
  ['tsa --port <端口>', '内部时间戳机构', 'tsa --port <n>', 'internal time stamp authority'],
  [
    'keys [rotate|revoke|affected]',
    '生成缺失的签名密钥和信任文件;更换、吊销密钥',
    'keys [rotate|revoke|affected]',
    'make missing signing keys and the trust bundle; rotate, revoke',
  ],
  [
    'export-checkpoint --out <文件>',
    '检查点与一致性证明,供线下见证',
    'export-checkpoint --out <file>',
    'checkpoint and consistency proof for an offline witness',
  ],
  [
    'export-tiles --out <目录>',
    '账本公开形式(tlog-tiles)',
    'export-tiles --out <dir>',
    'the log in its public form (tlog-tiles)',
  ],
] as const;

/** The help of the command line, Chinese first; `unknown` is a verb that does not exist. */
export function helpText(unknown: string | null): string {
  const zh = LINES.map(([call, what]) => `  nms ${call.padEnd(46)} ${what}`);
  const en = LINES.map(([, , call, what]) => `  nms ${call.padEnd(46)} ${what}`);
  const complaint = unknown === null ? [] : [`没有名为“${unknown}”的命令。 There is no command "${unknown}".`, ''];
  return [
    ...complaint,
    '网络市场监管系统命令行',
    ...zh,
    '',
    'Command line of the network-market supervision system',
    ...en,
    '',
    '每个命令都接受 --help。 Every command takes --help.',
  ].join('\n');
}
