import { defineProblems, refusal } from '../../kernel';

/** Everything officers can refuse. */
export const OfficersProblem = defineProblems('officers', {
  wrongCredentials: refusal({ status: 401, title: 'Account or password is wrong', zh: '账号或密码不正确' }),
  locked: refusal<{ until: string }>({
    status: 423,
    title: 'The account is locked after five failures',
    zh: '连续失败五次,账号已锁定',
  }),
  secondFactorRequired: refusal({ status: 403, title: 'Show your second factor and repeat the act', zh: '请完成二次验证后重试' }),
  wrongSecondFactor: refusal({ status: 422, title: 'The code is wrong or was used already', zh: '验证码不正确或已使用' }),
  accountTaken: refusal<{ account: string }>({ status: 409, title: 'This account name is taken', zh: '账号名已被使用' }),
  certificateTaken: refusal<{ certificate: string }>({
    status: 409,
    title: 'This certificate number is taken',
    zh: '执法证号已被使用',
  }),
  weakPassword: refusal<{ fault: string }>({ status: 422, title: 'The password is too weak', zh: '密码强度不足' }),
  officerNotFound: refusal({ status: 404, title: 'Not found', zh: '未找到' }),
  rolesNotSeparate: refusal({
    status: 422,
    title: 'Administrators and auditors hold one role only',
    zh: '管理员、审计员不得兼任其他角色',
  }),
  pairRequired: refusal({
    status: 422,
    title: 'Two different officers with enforcement certificates are needed',
    zh: '须由两名以上具有执法证件的不同人员进行',
  }),
});
