import { defineProblems, type FieldFault, refusal } from '../kernel';

/** Refusals that belong to no subject. */
export const PlatformProblem = defineProblems('platform', {
  noClaims: refusal({ status: 403, title: 'Nobody is signed in', zh: '未登录或会话已失效' }),
  notSignedIn: refusal({ status: 401, title: 'Sign in first', zh: '请先登录' }),
  forbidden: refusal<{ permission: string }>({
    status: 403,
    title: 'Your role does not allow this',
    zh: '您的角色无权进行此操作',
  }),
  csrf: refusal({ status: 403, title: 'The request does not carry the token of your session', zh: '请求缺少会话校验令牌' }),
  notFound: refusal({ status: 404, title: 'Not found', zh: '未找到' }),
  invalid: refusal<{ errors: FieldFault[] }>({
    status: 422,
    title: 'Some fields are wrong',
    zh: '部分字段填写有误',
  }),
  malformed: refusal<{ detail: string }>({ status: 400, title: 'The request cannot be read', zh: '请求无法解析' }),
  tooLarge: refusal<{ limitBytes?: number }>({ status: 413, title: 'The request is too large', zh: '请求内容超出大小限制' }),
  tooMany: refusal<{ retryAfterS: number }>({
    status: 429,
    title: 'Too many requests; try again later',
    zh: '请求过于频繁,请稍后再试',
  }),
  versionMissing: refusal({
    status: 428,
    title: 'Send If-Match with the ETag that you read',
    zh: '请在 If-Match 中提供所读取的版本',
  }),
  versionMismatch: refusal<{ current: number }>({
    status: 412,
    title: 'Somebody changed the record meanwhile',
    zh: '记录已被他人修改',
  }),
  keyReused: refusal({ status: 422, title: 'This Idempotency-Key was used with another request', zh: '该幂等键已用于其他请求' }),
  keyBusy: refusal({ status: 409, title: 'The same request is being carried out', zh: '相同请求正在处理中' }),
  unsupportedType: refusal<{ type: string }>({ status: 415, title: 'This content type is not accepted', zh: '不支持的内容类型' }),
});
