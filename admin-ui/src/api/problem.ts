import { HttpError } from 'react-admin';

/** One field the server refused, from the `errors` list of a 422 answer. */
export interface FieldFault {
  pointer: string;
  detail: string;
}

/** The body of an `application/problem+json` answer (RFC 9457) as this server writes it. */
export interface ProblemBody {
  type?: string;
  code?: string;
  title?: string;
  detail?: string;
  status?: number;
  errors?: FieldFault[];
  [detail: string]: unknown;
}

/** `/contacts/0/email` → `contacts.0.email`, the name of the form field. */
const fieldOf = (pointer: string) => pointer.replace(/^#?\//, '').replaceAll('/', '.');

/** The reason inside a refusal, where one code has several: `check-character` of `registry.usccWrong`. */
const reasonOf = (body: ProblemBody): string | undefined => {
  const fault = body['fault'] as { reason?: string } | string | undefined;
  const reason = body['reason'] ?? (typeof fault === 'object' ? fault?.reason : fault);
  return typeof reason === 'string' ? reason : undefined;
};

const keyOf = (code: string) => `problem.${code.replaceAll('.', '_')}`;

/** react-admin's own form for a field error with arguments: looked up and filled in when it is shown. */
const worded = (body: ProblemBody, sentence: string) => {
  const reason = reasonOf(body);
  const message = keyOf(body.code ?? '') + (reason ? `_${reason}` : '');
  return `@@react-admin@@${JSON.stringify({ message, args: { ...body, _: sentence } })}`;
};

/** Faults by field name: the list of a validation answer, or the one field that a rule of the register points at. */
const formErrors = (body: ProblemBody, sentence: string): Record<string, string> => {
  const pointer = body['pointer'];
  if (typeof pointer === 'string') return { [fieldOf(pointer)]: worded(body, sentence) };
  return Object.fromEntries((Array.isArray(body.errors) ? body.errors : []).map((e) => [fieldOf(e.pointer), e.detail]));
};

/**
 * A refusal of the server. It is an `HttpError`, so that react-admin's forms show the field faults beside their fields;
 * `code` is what our own sentences are looked up by (`problem.<code>`), `sentence` is the server's, in the asked language.
 */
export class ApiProblem extends HttpError {
  readonly code: string;
  readonly sentence: string;
  readonly details: ProblemBody;

  constructor(status: number, body: ProblemBody) {
    const sentence = body.detail ?? body.title ?? `HTTP ${status}`;
    const errors = formErrors(body, sentence);
    super(sentence, status, { ...body, errors: Object.keys(errors).length > 0 ? errors : undefined });
    // HttpError makes an HttpError of whatever extends it: without this nothing would ever be known as a refusal of ours.
    Object.setPrototypeOf(this, new.target.prototype);
    this.code = body.code ?? `http.${status}`;
    this.sentence = sentence;
    this.details = body;
  }

  get fields(): Record<string, string> {
    return formErrors(this.details, this.sentence);
  }
}

type Translate = (key: string, options?: Record<string, unknown>) => string;

/** Our sentence for the code (and its reason) when we have one, else the server's own. Codes contain dots, message keys use `_`. */
export const sentenceOf = (error: unknown, translate: Translate): string => {
  if (!(error instanceof ApiProblem)) return error instanceof Error ? error.message : String(error);
  const args = { ...error.details, _: '' };
  const reason = reasonOf(error.details);
  return (reason && translate(`${keyOf(error.code)}_${reason}`, args)) || translate(keyOf(error.code), args) || error.sentence;
};

interface Worded {
  zh?: string;
  en?: string;
  fault?: string;
  cited?: string;
  inForce?: string;
  detail?: string;
  pointer?: string;
}

const lineOf = (entry: unknown, english: boolean): string => {
  if (typeof entry !== 'object' || entry === null) return String(entry);
  const { zh, en, fault, cited, inForce, detail, pointer } = entry as Worded;
  if (cited) return `${cited} → ${inForce ?? ''}`;
  if (pointer) return `${pointer}: ${detail ?? ''}`;
  return [english ? (en ?? zh) : (zh ?? en), fault].filter(Boolean).join(': ');
};

/** What exactly is missing or wrong, where the refusal lists it. */
export const linesOf = (error: unknown, english: boolean): string[] => {
  if (!(error instanceof ApiProblem)) return [];
  const lists = ['missing', 'faults', 'citations', 'characters', 'blockers', 'gaps', 'errors'].map((name) => error.details[name]);
  return lists.flatMap((list) => (Array.isArray(list) ? list.map((entry) => lineOf(entry, english)) : [])).filter(Boolean);
};
