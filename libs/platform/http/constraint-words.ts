type Wording = (numbers: string[], message: string) => string;

/** By the names that class-validator gives its constraints. */
const WORDS: Record<string, Wording> = {
  isString: () => '必须是文字',
  isBoolean: () => '必须是 true 或 false',
  isInt: () => '必须是整数',
  isNumber: () => '必须是数字',
  isObject: () => '必须是对象',
  isArray: () => '必须是列表',
  isUuid: () => '必须是 UUID',
  isEmail: () => '必须是电子邮箱地址',
  isIp: () => '必须是 IP 地址',
  isBase64: () => '必须是 Base64 编码',
  isDate: () => '必须是日期时间',
  isDateString: () => '必须是 ISO 8601 日期时间',
  isIso8601: () => '必须是 ISO 8601 日期时间',
  isNotEmpty: () => '不能为空',
  minLength: ([least]) => `至少 ${least} 个字符`,
  maxLength: ([most]) => `最多 ${most} 个字符`,
  isLength: ([least, most], message) => {
    if (most !== undefined) return `须为 ${least} 至 ${most} 个字符`;
    return message.includes('shorter') ? `最多 ${least} 个字符` : `至少 ${least} 个字符`;
  },
  min: ([least]) => `不得小于 ${least}`,
  max: ([most]) => `不得大于 ${most}`,
  arrayMinSize: ([least]) => `至少 ${least} 项`,
  arrayMaxSize: ([most]) => `最多 ${most} 项`,
  arrayUnique: () => '各项不得重复',
  isIn: (_numbers, message) => `必须是以下之一：${message.split('following values: ')[1] ?? ''}`,
  matches: (_numbers, message) =>
    message.endsWith('YYYY-MM-DD') ? '必须是日期，格式为 YYYY-MM-DD' : `格式不符，须匹配 ${/\/.*\/[a-z]*/s.exec(message)?.[0] ?? ''}`,
  nestedValidation: () => '必须是对象或列表',
  whitelistValidation: () => '没有这一项',
};

const NUMBERS = /(?:equal to|than|at least) (-?\d+(?:\.\d+)?)/g;

/** The message of a constraint in Chinese; a constraint that has no words here keeps its message. */
export function inChinese(constraint: string, message: string): string {
  const words = WORDS[constraint];
  if (!words) return message;
  const said = words([...message.matchAll(NUMBERS)].map(([, number]) => number!), message);
  return message.startsWith('each value in ') ? `每一项${said}` : said;
}
