/** What one act asks for. The console only asks; whether the act is allowed and the answers suffice is the server's to say. */
export interface ActField {
  name: string;
  /** `lines` is a list, one entry a line. */
  kind:
    | 'text'
    | 'long'
    | 'lines'
    | 'choice'
    | 'choices'
    | 'officer'
    | 'officers'
    | 'day'
    | 'instant'
    | 'number'
    | 'yes'
    | 'reference'
    | 'references'
    | 'pick'
    | 'picks'
    | 'citations'
    | 'penalties'
    | 'answers'
    /** Files that are sent when they are chosen; the act carries their ids. */
    | 'upload'
    | 'uploads';
  /** Word of the label where it is not the field's own name. */
  label?: string;
  required?: boolean;
  /** Values of a choice; their words are `choice.<name>.<value>`. */
  values?: string[];
  /** Word list of the choice where it is not the field's own name. */
  list?: string;
  /** What can be picked, when the choices are records at hand. */
  options?: { id: string; name: string }[];
  /** Resource a `reference` points to, and which of its fields is shown. */
  reference?: string;
  shows?: string;
  filter?: object;
  initial?: string;
  minLength?: number;
}

export interface ActShape {
  fields: ActField[];
  /** Where the API wants the answers in another shape than the form has. */
  bodyOf?: (answers: Record<string, unknown>) => Record<string, unknown>;
  /** Needs a fresh second factor: said before the person starts. */
  sealing?: boolean;
  /** Ends or harms something: the button says so by its colour and the dialog by its words. */
  grave?: boolean;
}

export type ActShapes = Record<string, ActShape>;

export const reason: ActField = { name: 'reason', kind: 'long', required: true, minLength: 2 };
