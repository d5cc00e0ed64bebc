import 'reflect-metadata';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';

export interface JobSpec<P extends object = object> {
  payload: new () => P;
  /** Tries before the job is kept as failed; default 3. */
  attempts?: number;
  /** Field of the payload by which at most one job of the name waits or runs at a time. */
  oneAtATimeBy?: keyof P & string;
}

export interface JobContract<J extends Record<string, JobSpec<never>> = Record<string, JobSpec<never>>> {
  queue: string;
  jobs: J;
}

export type PayloadOf<S> = S extends JobSpec<infer P> ? P : never;

/** Queue and jobs of one room. Payloads carry ids, never rows; the worker reads the row afresh. */
export function jobContract<const J extends Record<string, JobSpec<never>>>(queue: string, jobs: J): JobContract<J> {
  return { queue, jobs };
}

/** The payload as an instance of its class; throws with the list of faults when it does not fit. */
export function checkedPayload<P extends object>(spec: JobSpec<P>, payload: unknown): P {
  const instance = plainToInstance(spec.payload, payload);
  const faults = validateSync(instance, { whitelist: true });
  if (faults.length) throw new TypeError(`job payload: ${faults.map(String).join('; ')}`);
  return instance;
}
