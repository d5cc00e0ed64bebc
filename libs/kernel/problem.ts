export interface RefusalSpec {
  /** HTTP status by which the refusal is answered. */
  status: number;
  /** One English sentence without details. */
  title: string;
  /** The same sentence in Chinese. */
  zh: string;
}

/** What one field was refused for. `pointer`: JSON pointer of the field (RFC 6901); an answer gives its reader's language as `detail`. */
export interface FieldFault {
  pointer: string;
  detail: string;
  zh: string;
}

/** A field that takes one of some values only. */
export const mustBeOneOf = (pointer: string, values: readonly string[]): FieldFault => ({
  pointer,
  detail: `one of ${values.join(', ')}`,
  zh: `须为以下之一：${values.join(', ')}`,
});

/** A foreseeable refusal. Thrown by services, rendered once, as RFC 9457, at the HTTP border. */
export class Problem extends Error {
  readonly status: number;
  readonly title: string;
  readonly zh: string;

  constructor(
    /** `room.name`: public API, never renamed. */
    readonly code: string,
    spec: RefusalSpec,
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(`${code}: ${spec.title}`);
    this.status = spec.status;
    this.title = spec.title;
    this.zh = spec.zh;
  }
}

/** A line of a problem catalogue: its type parameter names the details that the caller has to give. */
export interface Refusal<Details extends object = object> extends RefusalSpec {
  readonly details?: Details;
}

export function refusal<Details extends object = object>(spec: RefusalSpec): Refusal<Details> {
  return spec;
}

export type ProblemFactory<Details extends object> = ((
  ...args: object extends Details ? [details?: Details] : [details: Details]
) => Problem) & {
  code: string;
  spec: RefusalSpec;
};

export type Catalogue<C> = { [K in keyof C]: C[K] extends Refusal<infer D> ? ProblemFactory<D> : never };

/** Everything one room can refuse, as functions that make the problem. */
export function defineProblems<C extends Record<string, Refusal<never> | Refusal>>(room: string, catalogue: C): Catalogue<C> {
  const entries = Object.entries(catalogue).map(([name, spec]) => {
    const code = `${room}.${name}`;
    const make = (details: Record<string, unknown> = {}) => new Problem(code, spec as RefusalSpec, details);
    return [name, Object.assign(make, { code, spec })];
  });
  return Object.fromEntries(entries) as Catalogue<C>;
}
