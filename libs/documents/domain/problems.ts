import { defineProblems, refusal } from '../../kernel';

/** A field that the form needs and the data does not have. */
export interface MissingField {
  key: string;
  zh: string;
  /** The rule that demands it, when one does. */
  basis: string | null;
}

/** Everything the documents room can refuse. Codes are public API. */
export const DocumentProblem = defineProblems('documents', {
  notFound: refusal({ status: 404, title: 'Document not found', zh: '未找到该文书' }),
  unknownForm: refusal<{ form: string; known: readonly string[] }>({
    status: 422,
    title: 'This form cannot be made here',
    zh: '系统没有该文书式样',
  }),
  fieldsMissing: refusal<{ form: string; missing: MissingField[] }>({
    status: 422,
    title: 'The form cannot be completed: fields are missing',
    zh: '文书要素不全,无法提交',
  }),
  fieldsFaulty: refusal<{ form: string; faults: { key: string; zh: string; fault: string }[] }>({
    status: 422,
    title: 'Some fields do not fit the form',
    zh: '部分文书要素不符合要求',
  }),
  basisNotLaw: refusal<{ citations: string[] }>({
    status: 422,
    title: 'A citation that nobody has read in the law cannot be printed as law',
    zh: '引用的条款尚未核实,不得作为法律依据印制',
  }),
  lawNotInForce: refusal<{ day: string; citations: { cited: string; inForce: string }[] }>({
    status: 422,
    title: 'A cited revision was not in force on the day of the act',
    zh: '引用的法律版本在行为发生之日不适用',
  }),
  characterNotInFont: refusal<{ characters: string[] }>({
    status: 422,
    title: 'The font cannot show some characters',
    zh: '文书字库缺少以下字符,无法打印',
  }),
  illegalTransition: refusal<{ state: string; action: string; allowed: string[] }>({
    status: 409,
    title: 'The document cannot make this move now',
    zh: '文书当前状态不允许此操作',
  }),
  reasonMissing: refusal<{ action: string }>({ status: 422, title: 'Give the reason', zh: '请填写理由' }),
  approverIsSubmitter: refusal({
    status: 403,
    title: 'Who drafted or submitted a document cannot approve it',
    zh: '起草人、提交人不得审批本人提交的文书',
  }),
  authorityUnknown: refusal<{ division: string }>({
    status: 409,
    title: 'The issuing authority of this division is not entered',
    zh: '本行政区划的发文机关信息尚未登记',
  }),
  serviceIncomplete: refusal<{ method: string; missing: string[] }>({
    status: 422,
    title: 'This way of service needs more',
    zh: '该送达方式的要素不全',
  }),
  notEditable: refusal<{ state: string }>({ status: 409, title: 'Only a draft can be edited', zh: '仅草稿可以修改' }),
});
