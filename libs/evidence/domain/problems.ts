import { defineProblems, type FieldFault, refusal } from '../../kernel';

/** Everything evidence can refuse. */
export const EvidenceProblem = defineProblems('evidence', {
  notFound: refusal({ status: 404, title: 'Not found', zh: '未找到' }),
  urlNotCapturable: refusal<{ reason: UrlFault }>({
    status: 422,
    title: 'This address cannot be captured',
    zh: '该网址不能采集',
  }),
  vantageUnfit: refusal<{ reason: VantageFault }>({
    status: 422,
    title: 'It cannot be captured from this vantage point',
    zh: '不能从该出口采集',
  }),
  notFixed: refusal<{ state: string }>({ status: 409, title: 'The evidence is not fixed', zh: '证据尚未固定' }),
  notRunning: refusal<{ state: string }>({
    status: 409,
    title: 'The capture is over: it cannot be taken back any more',
    zh: '采集已经结束，不能取消',
  }),
  destroyed: refusal<{ at: string }>({
    status: 410,
    title: 'The bytes of this evidence were destroyed by order; its digests, seals and custody chain are kept',
    zh: '该证据的内容已依处置决定销毁，仅保留校验值、封印和保管链',
  }),
  frozen: refusal({
    status: 409,
    title: 'A stored file of the evidence is damaged: until that is put right it can only be read',
    zh: '证据的已存文件受损,处理完毕前只能查阅',
  }),
  fileNotFound: refusal({ status: 404, title: 'Not found', zh: '未找到' }),
  exportNotReady: refusal<{ state: string }>({ status: 409, title: 'The export is not ready', zh: '导出文件尚未生成' }),
  withholdNeedsGround: refusal({
    status: 422,
    title: 'A file is withheld only from a named recipient and on a stated legal ground',
    zh: '不提供文件的，须写明接收人和法律依据',
  }),
  notWithholdable: refusal<{ path: string }>({
    status: 422,
    title: 'This file cannot be withheld: it is not among the captured files, or the rest cannot be checked without it',
    zh: '该文件不能不提供：不属于采集内容，或者缺少它时其余内容无法核验',
  }),
  withholdShowsSame: refusal<{ missing: string[] }>({
    status: 422,
    title: 'These files show the same picture as the screens that are left out: leave them out as well',
    zh: '下列文件含有与不提供的截图相同的画面，须一并不提供',
  }),
  bodyNotFound: refusal({ status: 404, title: 'No body was recorded for this', zh: '没有记录到该内容' }),
  illegalTransition: refusal<{ state: string; action: string; allowed: string[] }>({
    status: 409,
    title: 'The evidence cannot make this move from its present state',
    zh: '证据当前状态不能进行该操作',
  }),
  withdrawn: refusal<{ correctedBy: string | null }>({ status: 409, title: 'The evidence was withdrawn', zh: '该证据已撤回' }),
  secondOfficerSame: refusal({
    status: 422,
    title: 'Name a second officer, another than yourself',
    zh: '须有另一名执法人员共同办理',
  }),
  reviewedAlready: refusal({ status: 409, title: 'You have reviewed this evidence already', zh: '您已审核过该证据' }),
  notReviewed: refusal<{ officers: string[] }>({
    status: 409,
    title: 'Both officers must have reviewed the evidence themselves',
    zh: '两名执法人员须先各自审核该证据',
  }),
  statementIncomplete: refusal<{
    missing: { item: string; field: string; zh: string; en: string }[];
    errors: FieldFault[];
  }>({
    status: 422,
    title: 'The statement on the fixation lacks answers, or says two things at once',
    zh: '取证说明缺少必填内容，或者前后不一致',
  }),
  receivedLater: refusal({ status: 422, title: 'It cannot have been received in the future', zh: '接收时间不得晚于现在' }),
  certificateMissing: refusal({
    status: 403,
    title: 'Only an officer with an enforcement certificate may do this',
    zh: '仅持有执法证的人员可以办理',
  }),
  paperMissing: refusal<{ paper: 'form' | 'receipt' }>({
    status: 422,
    title: 'The signed paper is missing: upload it first',
    zh: '缺少签字文书，请先上传',
  }),
  answersMissing: refusal<{ missing: string[] }>({
    status: 422,
    title: 'Answers that the act needs are missing',
    zh: '缺少该操作必需的填写项',
  }),
  checklistIncomplete: refusal<{ missing: { id: string; zh: string; en: string }[] }>({
    status: 409,
    title: 'The evidence cannot be sealed: items of the checklist are missing',
    zh: '不能封存：取证清单的必备项目尚缺',
  }),
  legalHold: refusal({ status: 409, title: 'The evidence is on hold', zh: '该证据已被冻结，不得移送、退还或者处置' }),
  notOnHold: refusal({ status: 409, title: 'The evidence is not on hold', zh: '该证据未被冻结' }),
  retentionRunning: refusal<{ because: 'caseRunning' | 'forEver' | 'until' | 'unknown'; until: string | null }>({
    status: 409,
    title: 'The evidence must still be kept',
    zh: '保管期限未满，不得处置',
  }),
  disposalNotOrdered: refusal<{ approvals: number }>({
    status: 409,
    title: 'There is no disposal order that two persons have approved',
    zh: '没有经两人批准的处置决定',
  }),
  disposalKnown: refusal({ status: 409, title: 'This disposal was asked for already', zh: '该处置已提出' }),
  approverIsAsker: refusal({
    status: 403,
    title: 'Whoever asked for a disposal does not approve it',
    zh: '提出处置的人员不得批准',
  }),
  approvedAlready: refusal({ status: 409, title: 'You have approved this already', zh: '您已批准过' }),
  uploadNotFound: refusal<{ id: string }>({ status: 422, title: 'There is no such upload of yours', zh: '未找到您上传的该文件' }),
  uploadTooLarge: refusal<{ limitBytes: number }>({ status: 413, title: 'The file is too large', zh: '文件超出大小限制' }),
  uploadEmpty: refusal({ status: 422, title: 'The file is empty', zh: '文件为空' }),
  uploadNameUnfit: refusal({
    status: 422,
    title: 'The name of the file is empty, too long or holds control characters',
    zh: '文件名为空、过长或者含有控制字符',
  }),
  uploadChanged: refusal({
    status: 409,
    title: 'Another file was uploaded under this id',
    zh: '该上传编号已用于另一个文件',
  }),
  sessionAway: refusal({ status: 409, title: 'The page is not under hand', zh: '网页当前不可操作' }),
  sessionDriven: refusal({ status: 409, title: 'The other maker drives this page', zh: '另一名取证人员正在操作' }),
  sessionNotDriving: refusal({ status: 409, title: 'This window does not drive the page', zh: '本窗口未取得操作权' }),
  notAnAct: refusal<{ fault: string }>({ status: 422, title: 'Not an act on a page', zh: '操作内容无效' }),
  comparisonBusy: refusal({
    status: 503,
    title: 'Other comparisons are being made; ask again',
    zh: '正在进行其他比对，请稍后再试',
  }),
  blobDamaged: refusal<{ path: string }>({
    status: 500,
    title: 'A stored file no longer has its digest',
    zh: '已存文件的校验值不符',
  }),
});

/** No such vantage point; the one that the first look is from already; or a page that is under an officer's hand, which nobody can repeat. */
export type VantageFault = 'unknown' | 'same' | 'underHand';

export type UrlFault = 'not-http' | 'has-credentials' | 'too-long' | 'malformed';

/** Why an address is refused at the door; what it resolves to is judged by the egress, per connection. Null when it may be tried. */
export function urlFault(url: string): UrlFault | null {
  if (Buffer.byteLength(url) > 8192) return 'too-long';
  if (!URL.canParse(url)) return 'malformed';
  const { protocol, username, password } = new URL(url);
  if (protocol !== 'http:' && protocol !== 'https:') return 'not-http';
  return username || password ? 'has-credentials' : null;
}
