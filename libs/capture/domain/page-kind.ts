/** What kind of page stood where the target was expected. Only `page` and `errorPage` are taken at their word. */
export type PageKind = 'page' | 'challenge' | 'login' | 'errorPage';

export interface PageSigns {
  status: number;
  title: string;
  text: string;
  url: string;
  /** Hosts of frames and scripts. */
  hosts: string[];
  passwordFields: number;
}

const CHALLENGE_HOSTS =
  /(^|\.)(challenges\.cloudflare\.com|hcaptcha\.com|geetest\.com|captcha\.qq\.com|turing\.captcha\.qcloud\.com|g\.alicdn\.com\/AWSC|captcha\.jd\.com|dun\.163\.com)$/i;
const CHALLENGE_WORDS =
  /just a moment|checking your browser|verify you are human|人机(验证|识别)|安全验证|滑块验证|拖动(下方|滑块)|请完成(下列|以下)?验证|访问(过于|太)频繁|验证码/i;
const LOGIN_WORDS = /登录|登陆|扫码登录|sign in|log in/i;
const LOGIN_PATH = /[/._-](login|signin|passport|sso)([/?._-]|$)/i;
/** A page with more to say than this is not a mere gate, whatever words it has. */
const GATE_CHARACTERS = 1_200;

/**
 * Names a challenge or login page as what it is, so that it is never filed as the target. The signs are those of gates in use; a page that
 * merely offers to log in has far more text than a gate and stays a page.
 */
export function pageKind({ status, title, text, url, hosts, passwordFields }: PageSigns): PageKind {
  const short = text.length <= GATE_CHARACTERS;
  const challenged = CHALLENGE_WORDS.test(`${title}\n${text}`);
  const gateHost = hosts.some((host) => CHALLENGE_HOSTS.test(host));
  if (
    short &&
    (challenged || gateHost) &&
    (gateHost || status === 403 || status === 429 || status === 503 || CHALLENGE_WORDS.test(title))
  )
    return 'challenge';
  if (short && (passwordFields > 0 || LOGIN_PATH.test(url)) && LOGIN_WORDS.test(`${title}\n${text}`)) return 'login';
  return status >= 400 ? 'errorPage' : 'page';
}
