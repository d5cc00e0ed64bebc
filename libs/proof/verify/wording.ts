import type { FindingCode, Level, ReasonCode, StepId, StepResult, Verdict } from './report';

export type Language = 'zh' | 'en';
type Words = Record<Language, string>;

const say = (zh: string, en: string): Words => ({ zh, en });

export const VERDICTS: Record<Verdict, Words> = {
  PASSED: say('通过', 'PASSED'),
  FAILED: say('不通过', 'FAILED'),
  INDETERMINATE: say('无法判定', 'INDETERMINATE'),
};

export const RESULTS: Record<StepResult, Words> = {
  passed: say('通过', 'passed'),
  failed: say('不通过', 'failed'),
  indeterminate: say('无法判定', 'indeterminate'),
  notDone: say('未做', 'not done'),
};

export const LEVEL_NAMES: Record<Level, Words> = {
  0: say('未达到任何等级', 'no level reached'),
  1: say('完整：自固定以来没有字节改变', 'whole: no byte changed'),
  2: say('已签名：由该机关的固定程序签名', "signed: by this agency's worker"),
  3: say('已加时间戳：外部时间戳证明的时间', 'stamped: dated by an outside time stamp authority'),
  4: say('已入链：在机关存证日志中，保管记录完整', 'logged: in the agency ledger, custody complete'),
  5: say('已锚定：日志由他人见证', 'anchored: the ledger is witnessed by others'),
};

export const STEP_NAMES: Record<StepId, Words> = {
  V0: say('容器', 'container'),
  V1: say('封签', 'seal'),
  V2: say('清单', 'manifest'),
  V3: say('清单签名', 'signature of the manifest'),
  V4: say('时间戳', 'time stamps'),
  V5: say('日志收录', 'inclusion in the ledger'),
  V6: say('保管记录', 'chain of custody'),
  V7: say('日志一致性与见证', 'consistency and witnesses'),
  V8: say('时间戳续期', 'renewals'),
  V9: say('网页内容', 'content of the capture'),
  V10: say('报告签名', 'signature of the report'),
  V11: say('原始网络字节', 'raw bytes of the network'),
};

export const REASONS: Record<ReasonCode, Words> = {
  CONTAINER_MALFORMED: say('容器无法读取', 'the container can not be read'),
  CONTAINER_NOT_CANONICAL: say(
    '容器不是规定的唯一形式（可能被重新打包）',
    'the container is not in its one form (perhaps re-zipped)',
  ),
  LIMIT: say('超出规定上限', 'a limit is exceeded'),
  SEAL_FORMAT: say('封签格式不符', 'SEAL is not in its form'),
  SEAL_SIGNATURE: say('封签签名无效', 'a signature of SEAL is not valid'),
  SEAL_KEY_UNKNOWN: say('封签密钥不在信任清单中', 'a key of SEAL is not in the trust bundle'),
  FILE_MISSING: say('缺少文件', 'a file is missing'),
  FILE_EXTRA: say('多出文件', 'a file does not belong here'),
  FILE_SIZE: say('文件大小不符', 'a file has another size'),
  FILE_DIGEST: say('文件摘要不符', 'a file has another digest'),
  MANIFEST_NOT_CANONICAL: say('清单不是规范JSON', 'the manifest is not canonical JSON'),
  MANIFEST_SCHEMA: say('清单内容不合格式', 'the manifest does not fit its schema'),
  MANIFEST_SET: say('清单与文件不一致', 'manifest and files differ'),
  MANIFEST_SIGNATURE: say('清单签名无效', 'the signature of the manifest is not valid'),
  MANIFEST_KEY_UNKNOWN: say('清单密钥不在信任清单中', 'the key of the manifest is not in the trust bundle'),
  KEY_ROLE: say('密钥无权签署此类内容', 'the key may not sign this'),
  KEY_PERIOD: say('签署时不在密钥有效期内', 'signed outside of the period of the key'),
  KEY_REVOKED: say('密钥已撤销，且不能证明签署在撤销之前', 'the key is revoked and nothing dates the signature before'),
  TST_MISSING: say('时间戳不足', 'too few time stamps'),
  TST_FORMAT: say('时间戳格式不符', 'a time stamp is not in its form'),
  TST_STATUS: say('时间戳状态不是已授予', 'the time stamp was not granted'),
  TST_IMPRINT: say('时间戳不是对此文件的', 'the time stamp is of other bytes'),
  TST_ALG: say('时间戳算法不被允许', 'an algorithm of the time stamp is not allowed'),
  TST_EKU: say('时间戳证书用途不符', 'the certificate is not for time stamping only'),
  TST_ESS: say('时间戳未绑定其证书', 'the time stamp does not name its certificate'),
  TST_SIGNATURE: say('时间戳签名无效', 'the signature of the time stamp is not valid'),
  TST_CHAIN: say('时间戳证书链无效', 'the certificate chain of the time stamp is not valid'),
  TST_EXPIRED: say('时间戳已过期且未续期', 'the time stamp expired and was not renewed'),
  TST_UNTRUSTED: say('时间戳机构不在信任清单中', 'the time stamp authority is not in the trust bundle'),
  TST_INTERNAL: say('仅有内部时间戳，不证明外部时间', 'only internal time stamps: no outside time'),
  TIME_ORDER: say('时间先后不符', 'times are out of order'),
  LOG_ENTRY: say('日志条目不是此证据包的', 'the ledger entry is not of this package'),
  LOG_INCLUSION: say('不能证明条目在日志中', 'the entry is not shown to be in the ledger'),
  CHECKPOINT_SIGNATURE: say('日志检查点签名无效', 'a checkpoint signature is not valid'),
  CHECKPOINT_KEY_UNKNOWN: say('日志密钥不在信任清单中', 'the key of the ledger is not in the trust bundle'),
  CUSTODY_GAP: say('保管记录缺项', 'the custody chain has a gap'),
  CUSTODY_LINK: say('保管记录前后不衔接', 'a custody event does not link to the one before'),
  CUSTODY_HEAD: say('保管记录末项不符', 'the last custody event is not the sealed one'),
  CONSISTENCY: say('不能证明日志只增不改', 'the ledger is not shown to have only grown'),
  SPLIT_VIEW: say('同一日志出现两种历史', 'two histories of one ledger'),
  WITNESS_QUORUM: say('见证不足', 'too few witnesses'),
  RENEWAL_BROKEN: say('续期记录无效', 'a renewal is not valid'),
  RENEWAL_LATE: say('续期过晚', 'a renewal came too late'),
  WARC_DIGEST: say('网页记录摘要不符', 'a WARC record has another digest'),
  WARC_COUNT: say('网页记录数量不符', 'the number of WARC records differs'),
  WARC_TILING: say('网页记录未铺满文件', 'WARC records do not tile the file'),
  CROSS_MISMATCH: say('相互对应的记录不一致', 'records that belong together differ'),
  ENV_VERDICT: say('环境检查结论与各项不符', 'the environment verdict does not follow from its checks'),
  REPORT_SIGNATURE: say('报告签名无效', 'the signature of the report is not valid'),
  REPORT_RANGE: say('报告签名未覆盖全文', 'the signature does not cover the whole report'),
  REPORT_MANIFEST: say('报告所附清单不符', 'the report holds another manifest'),
  WIRE_MISMATCH: say('记录与原始网络字节不一致', 'a record and the raw bytes of the network differ'),
  WIRE_UNREADABLE: say('原始网络字节无法读取', 'the raw bytes of the network can not be read'),
};

export const FINDINGS: Record<FindingCode, Words> = {
  WITHHELD: say('本份未附此文件（依法不提供）', 'left out of this export on a stated ground'),
  NO_PRE_TOKEN: say('没有采集前时间戳', 'no time stamp from before the capture'),
  CLOCK_JUMP: say('采集期间时钟有跳变', 'the clock moved during the capture'),
  CLOCK_UNVERIFIED: say('时钟未核验', 'the clock was not verified'),
  LATE_STAMP: say('时间戳取得较晚', 'the time stamp came late'),
  REVOCATION_UNKNOWN: say(
    '时间戳证书当时是否已被撤销，包内没有可查的撤销清单或在线证书状态答复',
    'no revocation list and no OCSP answer at hand says whether the certificate of the time stamp was revoked then',
  ),
  BODY_ERASED: say('事件内容已依法删除', 'the body of an event was erased by order'),
  PARTIAL_CAPTURE: say('采集不完整', 'the capture is partial'),
  ENVIRONMENT: say('环境检查有警示', 'the environment check has warnings'),
  TLS_ERROR: say('网站证书有错误', 'the certificate of the site has an error'),
  VANTAGE_DIFFERENT: say('另一出口所见不同', 'a second vantage saw something else'),
  WIRE_PROVES: say('浏览器未提供，但原始网络字节可以证明', 'kept back by the browser, and shown by the raw bytes of the network'),
  NOT_DONE: say('此项检查未做', 'this check was not done'),
};

export const LABELS = {
  verdict: say('结论', 'Verdict'),
  level: say('达到等级', 'Level reached'),
  required: say('要求等级', 'Level required'),
  package: say('证据包', 'Package'),
  number: say('证据编号', 'Number'),
  manifest: say('清单SHA-256', 'SHA-256 of the manifest'),
  trust: say('信任清单SHA-256', 'SHA-256 of the trust bundle'),
  at: say('核验时点', 'Verified for'),
  steps: say('步骤', 'Steps'),
  reasons: say('理由', 'Reasons'),
  beyond: say('未能判定但不影响结论', 'Undecided, without effect on this verdict'),
  findings: say('另须注意', 'Findings'),
  repacked: say(
    '提示：如果证据包是被人解开后重新压缩的，请解开到文件夹，再核验该文件夹；文件本身未改变时会通过。',
    'Hint: if somebody unpacked and re-zipped the package, unpack it and verify the folder; unchanged files will pass.',
  ),
  notProved: say(
    '本核验不证明：网站对所有人显示的内容相同；采集时工作机内核未被篡改；网页所述内容属实。',
    "Not proved: that the site showed everybody the same; that the worker's kernel was honest at that moment; that what the page says is true.",
  ),
};
