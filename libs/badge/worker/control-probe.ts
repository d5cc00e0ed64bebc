/** What one look at the outside brought. `fault` says why there are no lines. */
export interface Look {
  server: string | null;
  lines: string[];
  fault: string | null;
}

/** One plain GET of a small text file, behind the egress rules of the capture process. Never throws for what the outside does. */
export abstract class ControlProbe {
  abstract fetchText(url: string): Promise<Look>;
}

/** TXT records of a name, and which server said so. Never throws for what the outside does. */
export abstract class TxtResolver {
  abstract txt(name: string): Promise<Look>;
}
