import { defineProblems, type FieldFault, refusal } from '../../kernel';

/** Everything the cases room can refuse. Codes are public API: rename one and the console's messages lose it. */
export const CasesProblem = defineProblems('cases', {
  notFound: refusal({ status: 404, title: 'Not found', zh: '未找到' }),
  illegalTransition: refusal<{ state: string; action: string; allowed: string[] }>({
    status: 409,
    title: 'The case cannot make this move now',
    zh: '案件当前状态不允许此操作',
  }),
  separationOfDuty: refusal<{ rule: string; zh: string; en: string }>({
    status: 403,
    title: 'Somebody else has to do this: duties in a case are separate',
    zh: '职责分离:本操作须由其他人员进行',
  }),
  fieldsMissing: refusal<{ errors: FieldFault[] }>({
    status: 422,
    title: 'Some fields are missing or wrong',
    zh: '部分字段缺失或有误',
  }),
  twoOfficersRequired: refusal<{ errors: FieldFault[] }>({
    status: 422,
    title: 'Two officers with enforcement certificates have to be named',
    zh: '须指定两名以上具有行政执法资格的办案人员',
  }),
  officerRecused: refusal<{ officerId: string; errors: FieldFault[] }>({
    status: 422,
    title: 'A named officer is recused from this case',
    zh: '所指定的办案人员已回避',
  }),
  partyUnknown: refusal({ status: 409, title: 'The case names no market subject yet', zh: '案件尚未关联当事人' }),
  documentsMissing: refusal<{ missing: { form: string; state: string | null }[] }>({
    status: 409,
    title: 'A required document is not finished',
    zh: '所需文书尚未完成',
  }),
  serviceMissing: refusal<{ form: string }>({ status: 409, title: 'The document has not been served', zh: '文书尚未送达' }),
  exhibitsMissing: refusal({ status: 409, title: 'The case has no exhibit', zh: '案件尚无证据' }),
  exhibitsUnverified: refusal<{ exhibits: { number: number; reason: string }[] }>({
    status: 409,
    title: 'An exhibit is not fixed or does not verify',
    zh: '有证据尚未固定或校验未通过',
  }),
  ordersOpen: refusal<{ blockers: { kind: string; ref: string; text: string }[] }>({
    status: 409,
    title: 'Something that hangs on the case is not finished',
    zh: '案件仍有未了结事项',
  }),
  tasksOpen: refusal<{ tasks: { id: string; title: string }[] }>({
    status: 409,
    title: 'The case has open tasks',
    zh: '案件仍有未完成任务',
  }),
  clocksOpen: refusal<{ clocks: string[] }>({
    status: 409,
    title: 'A time limit of the case still runs',
    zh: '案件仍有未终止的期限',
  }),
  statementPeriodRunning: refusal<{ until: string | null }>({
    status: 409,
    title: "The party's time to state and defend is not over",
    zh: '陈述申辩期限尚未届满',
  }),
  statementPeriodEnded: refusal<{ until: string | null; calculation: unknown[] }>({
    status: 409,
    title: 'The time in which a hearing could be asked for is over',
    zh: '要求听证的期限已届满',
  }),
  remarksUnanswered: refusal<{ remarks: string[] }>({
    status: 422,
    title: "A reviewer's remark has no answer",
    zh: '审核意见尚未逐条答复',
  }),
  groundNotListed: refusal<{ errors: FieldFault[] }>({
    status: 422,
    title: 'The law does not list this ground',
    zh: '不属于法定的中止情形',
  }),
  reviewNotPassed: refusal({ status: 409, title: 'The review has not agreed', zh: '审核未通过,不得作出决定' }),
  hearingNotHeld: refusal({ status: 409, title: 'No hearing was held', zh: '未举行听证' }),
  wasFiled: refusal({ status: 409, title: 'The case was filed', zh: '案件已立案' }),
  neverFiled: refusal({ status: 409, title: 'The case was never filed', zh: '案件未经立案' }),
  outcomeMissing: refusal({ status: 409, title: 'The case has no outcome', zh: '案件处理结果尚未确定' }),
  clockRefused: refusal<{ clock: string; reason: string }>({
    status: 409,
    title: 'The time limit cannot be changed so',
    zh: '期限不能这样变更',
  }),
  taskClosesItself: refusal<{ kind: string }>({
    status: 409,
    title: 'This task ends by itself when the case moves on',
    zh: '该任务随案件流转自动完成',
  }),
  taskNotYours: refusal({ status: 403, title: 'This task is assigned to somebody else', zh: '该任务未分配给您' }),
  caseEnded: refusal<{ state: string }>({
    status: 409,
    title: 'The case has ended; only late documents and corrections can be added',
    zh: '案件已办结,只能补充归档文书或更正说明',
  }),
  captureNotUsable: refusal<{ state: string }>({
    status: 409,
    title: 'The capture is not a fixed evidence package',
    zh: '该取证尚未固定为证据包',
  }),
  exhibitTwice: refusal<{ number: number }>({
    status: 409,
    title: 'This capture is an exhibit of the case already',
    zh: '该取证已列为本案证据',
  }),
  holderSame: refusal<{ holder: string }>({
    status: 422,
    title: 'The exhibit is with this holder already',
    zh: '该证据已由此人保管',
  }),
  handoverTooEarly: refusal<{ after: string }>({
    status: 422,
    title: 'A hand-over lies after the one before it and not in the future',
    zh: '移交时间不得早于上一次移交，也不得晚于现在',
  }),
  outletHasCase: refusal<{ cases: { id: string; number: string; state: string }[] }>({
    status: 409,
    title: 'Another case on this outlet is running; link it, or open a new one with a reason',
    zh: '该网络载体已有在办案件,请关联或说明另行立案理由',
  }),
  panelOpen: refusal<{ n: number }>({
    status: 409,
    title: 'A collective discussion of this case is called and not over',
    zh: '本案已召集集体讨论，尚未结束',
  }),
  panelMembersUnfit: refusal<{ unfit: { officerId: string; reason: string }[]; few: number; errors: FieldFault[] }>({
    status: 422,
    title: 'Some may not sit in the discussion, or there are too few members',
    zh: '部分人员不得参加本案集体讨论，或者参加人数不足',
  }),
  panelNotMember: refusal({
    status: 403,
    title: 'This person is not a member of the discussion',
    zh: '该人员不是本次集体讨论的参加人员',
  }),
  panelOver: refusal<{ n: number; state: string }>({ status: 409, title: 'The discussion is over', zh: '该次集体讨论已结束' }),
  panelHeard: refusal<{ name: string }>({
    status: 409,
    title: 'This member has given his opinion, which stays as it is',
    zh: '该成员已发表意见，意见不得更改',
  }),
  panelMembersOpen: refusal<{ members: string[] }>({
    status: 409,
    title: 'Some members have neither spoken nor been recorded as absent',
    zh: '部分成员尚未发表意见，也未记录缺席',
  }),
  panelNoQuorum: refusal<{ present: number; quorum: number; missing: number }>({
    status: 409,
    title: 'Too few members were there: no conclusion can be recorded',
    zh: '参加讨论的成员不足规定人数，不能形成结论',
  }),
  panelMissing: refusal<{ ground: string }>({
    status: 409,
    title: 'The leaders have not discussed this together and agreed',
    zh: '须先经负责人集体讨论并同意',
  }),
  panelDisagrees: refusal<{ n: number; conclusion: string }>({
    status: 409,
    title: 'The collective discussion did not agree with what is proposed',
    zh: '集体讨论未同意拟处理意见，请退回重拟',
  }),
  measureIllegal: refusal<{ state: string; action: string; allowed: string[] }>({
    status: 409,
    title: 'The measure cannot make this move now',
    zh: '该措施当前状态不允许此操作',
  }),
  transferIllegal: refusal<{ state: string; action: string; allowed: string[] }>({
    status: 409,
    title: 'The transfer cannot make this move now',
    zh: '该移送当前状态不允许此操作',
  }),
  transferTooEarly: refusal<{ after: string }>({
    status: 422,
    title: 'It cannot have happened before the step before it, nor in the future',
    zh: '时间不得早于上一步，也不得晚于现在',
  }),
  transferUnanswered: refusal<{ state: string | null }>({
    status: 409,
    title: 'The receiver has not answered so',
    zh: '接收机关尚未作出相应答复',
  }),
  calendarFaulty: refusal<{ faults: string[] }>({
    status: 422,
    title: 'The table of working days cannot be used',
    zh: '工作日历数据有误',
  }),
});

/** A field that the step cannot do without. */
export const requiredField = (field: string): FieldFault => ({
  pointer: `/${field}`,
  detail: 'is required for this step',
  zh: '此步骤必须填写',
});

/** An officer who may not take part. */
export const recusedFault = (pointer: string): FieldFault => ({ pointer, detail: 'recused from this case', zh: '已在本案回避' });
