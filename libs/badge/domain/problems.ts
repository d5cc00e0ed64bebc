import { defineProblems, refusal } from '../../kernel';

/** Everything the badge room can refuse. Codes are public API. */
export const BadgeProblem = defineProblems('badge', {
  notFound: refusal({ status: 404, title: 'Badge not found', zh: '未找到该标识' }),
  proofNotFound: refusal({ status: 404, title: 'Proof of control not found', zh: '未找到该控制权证明' }),
  notProved: refusal<{ outletId: string }>({
    status: 409,
    title: 'Control of the outlet has not been proved, or the proof is older than 90 days',
    zh: '尚未证明对该网站（网店）的控制权，或证明已超过90日',
  }),
  conflictOpen: refusal<{ outletId: string; conflictIds: string[] }>({
    status: 409,
    title: 'Another subject has filed the same address; the conflict must be decided first',
    zh: '另有主体备案了相同地址，须先处理冲突',
  }),
  alreadyIssued: refusal<{ badgeId: string }>({
    status: 409,
    title: 'The outlet already has a badge that is not revoked',
    zh: '该网站（网店）已有未撤销的标识',
  }),
  subjectInactive: refusal<{ status: string }>({
    status: 409,
    title: 'The subject is no longer registered as active',
    zh: '该主体登记状态已非正常，不能发放或恢复标识',
  }),
  illegalTransition: refusal<{ state: string; action: string; allowed: string[] }>({
    status: 409,
    title: 'The badge cannot make this move from its present state',
    zh: '标识当前状态不允许该操作',
  }),
  heldByOrder: refusal<{ orders: string[] }>({
    status: 409,
    title: 'The badge is suspended by an order and comes back only with its restoration',
    zh: '标识因监管文书暂停，须随恢复文书恢复',
  }),
  proofMethodUnfit: refusal<{ method: string; carrierKind: string }>({
    status: 422,
    title: 'On a platform the root of the host is not the merchant’s to prove',
    zh: '平台内网店不能以平台根目录文件或平台域名解析证明控制权',
  }),
});
