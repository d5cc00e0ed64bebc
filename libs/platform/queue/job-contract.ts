import 'reflect-metadata';
import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, validateSync } from 'class-validator';

export interface JobSpec {
  payload: new () => object;
  /** Tries before the job is kept as failed; default 3. */
  attempts?: number;
  /** Field of the payload by which at most one job of the name waits or runs at a time. */
  oneAtATimeBy?: string;
}

export interface JobContract<J extends Record<string, JobSpec> = Record<string, JobSpec>> {
  queue: string;
  jobs: J;
}

export type PayloadOf<S> = S extends { payload: new () => infer P } ? P : never;

/** Queue and jobs of one room. Payloads carry ids, never rows; the worker reads the row afresh. */
export function jobContract<const J extends Record<string, JobSpec>>(queue: string, jobs: J): JobContract<J> {
  for (const [name, { payload, oneAtATimeBy }] of Object.entries(jobs))
    if (
      oneAtATimeBy &&
      !getMetadataStorage()
        .getTargetValidationMetadatas(payload, '', false, false)
        .some(({ propertyName }) => propertyName === oneAtATimeBy)
    )
      throw new Error(`${queue}/${name}: ${oneAtATimeBy} is no field of its payload`);
  return { queue, jobs };
}

/** The payload as an instance of its class; throws with the list of faults when it does not fit. */
export function checkedPayload<S extends JobSpec>(spec: S, payload: unknown): PayloadOf<S> {
  const instance = plainToInstance(spec.payload, payload);
  const faults = validateSync(instance, { whitelist: true });
  if (faults.length) throw new TypeError(`job payload: ${faults.map(String).join('; ')}`);
  return instance as PayloadOf<S>;
}
