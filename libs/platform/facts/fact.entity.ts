/** Something that happened, written in the transaction in which it happened. */
export interface Fact<P = Record<string, unknown>> {
  id: string;
  at: Date;
  /** `<room>.<participle>`, for example `evidence.fixed`. */
  type: string;
  /** Id of what it happened to. */
  subject: string;
  payload: P;
}
