import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { createPostgresBackend, createRedisBackend, type Job, Queue, Worker } from 'bullmq';
import { afterCommit, systemClaims, withClaims } from '../database/claims';
import { Log } from '../logging/log';
import { platformConfig, type PlatformConfig } from '../platform.config';
import { checkedPayload, type JobContract, type JobSpec, type PayloadOf } from './job-contract';

export type JobHandlers<J extends Record<string, JobSpec>> = {
  [K in keyof J]: (payload: PayloadOf<J[K]>) => Promise<void>;
};

function refuseAfter(ms: number): Promise<never> {
  return new Promise((_, reject) => setTimeout(() => reject(new Error(`no answer from the queue within ${ms} ms`)), ms).unref());
}

/** Where queues live: Redis, or a schema of PostgreSQL when no Redis is configured. */
function backendOf(config: PlatformConfig) {
  return config.redisUrl
    ? {
        factory: createRedisBackend,
        options: { connection: { url: config.redisUrl, maxRetriesPerRequest: null }, prefix: config.queuePrefix },
      }
    : { factory: createPostgresBackend, options: { connection: { connectionString: config.databaseUrl, schema: 'bullmq' } } };
}

/**
 * The only producer and consumer of jobs. Nothing is lost with a queue: the state of a row is the truth, and a sweep queues
 * again what a crash, or an emptied Redis, left behind.
 */
@Injectable()
export class Jobs implements OnApplicationShutdown {
  private readonly queues = new Map<string, Queue>();
  private readonly workers: Worker[] = [];

  constructor(
    @Inject(platformConfig.provide) private readonly config: PlatformConfig,
    private readonly log: Log,
  ) {}

  /**
   * Queues a job, after the running transaction has committed when there is one: a worker that looked before would not find
   * the row. A job of the same name and `oneAtATimeBy` value that still waits or runs makes this a no-op.
   */
  async add<J extends Record<string, JobSpec>, N extends keyof J & string>(
    contract: JobContract<J>,
    name: N,
    payload: PayloadOf<J[N]>,
    options: { delayMs?: number } = {},
  ): Promise<void> {
    const spec = contract.jobs[name] as JobSpec;
    checkedPayload(spec, payload);
    const key = spec.oneAtATimeBy && (payload as Record<string, string>)[spec.oneAtATimeBy];
    await afterCommit(async () => {
      const added = this.queue(contract.queue).add(name, payload, {
        attempts: spec.attempts ?? 3,
        backoff: { type: 'exponential', delay: 1_000 },
        delay: options.delayMs,
        // `deduplication`, not `jobId`: a failed job kept for inspection would block its own id for ever.
        deduplication: key ? { id: `${name}:${key}` } : undefined,
        removeOnComplete: 100,
        removeOnFail: 1_000,
      });
      // The change is committed already. A queue that is away must not fail it: the room's sweep queues the job later.
      await Promise.race([added, refuseAfter(2_000)]).catch((fault: unknown) =>
        this.log.error('platform.job.notQueued', { queue: contract.queue, job: name }, fault),
      );
    });
  }

  /** Carries out the jobs of `contract` in this process. Handlers MUST be safe to run twice. */
  work<J extends Record<string, JobSpec>>(
    contract: JobContract<J>,
    handlers: JobHandlers<J>,
    options: { concurrency?: number } = {},
  ): void {
    const { factory, options: connection } = backendOf(this.config);
    const run = async (job: Job): Promise<void> => {
      const spec = contract.jobs[job.name] as JobSpec | undefined;
      const handler = handlers[job.name] as ((payload: object) => Promise<void>) | undefined;
      if (!spec || !handler) throw new Error(`no handler for ${contract.queue}/${job.name}`);
      await withClaims(systemClaims('worker'), () => handler(checkedPayload(spec, job.data)));
    };
    const worker = new Worker(
      contract.queue,
      run,
      { ...connection, concurrency: options.concurrency ?? 2 } as never,
      factory as never,
    );
    worker.on('failed', (job, fault) =>
      this.log.error('platform.job.failed', { queue: contract.queue, job: job?.name, id: job?.id }, fault),
    );
    worker.on('error', (fault) => this.log.error('platform.queue.unreachable', { queue: contract.queue }, fault));
    this.workers.push(worker);
  }

  private queue(name: string): Queue {
    const known = this.queues.get(name);
    if (known) return known;
    const { factory, options } = backendOf(this.config);
    const queue = new Queue(name, options as never, factory as never);
    queue.on('error', (fault) => this.log.error('platform.queue.unreachable', { queue: name }, fault));
    this.queues.set(name, queue);
    return queue;
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.allSettled(this.workers.map((worker) => worker.close()));
    await Promise.allSettled([...this.queues.values()].map((queue) => queue.close()));
  }
}
