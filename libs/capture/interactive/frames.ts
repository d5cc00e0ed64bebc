import type { CDPSession, Protocol } from 'puppeteer';

interface Frame {
  session: CDPSession;
  frameId: string;
}

/** Runs a script in every frame of the page, those of other sites in their own processes included; the page sees nothing of it. */
export class Frames {
  private readonly worlds = new Map<string, number>();

  constructor(private readonly sessions: () => readonly CDPSession[]) {}

  async each<T>(script: string): Promise<(T & { frame: string; session: CDPSession; frameId: string })[]> {
    const frames = (await Promise.all(this.sessions().map((session) => this.framesOf(session)))).flat();
    const answers = await Promise.all(
      frames.map(async ({ session, frameId }) => {
        const value = await this.run<T>({ session, frameId }, script).catch(() => null);
        return value === null || typeof value !== 'object' ? [] : [{ ...value, frame: frameId, session, frameId }];
      }),
    );
    return answers.flat();
  }

  /** As `each`, for scripts whose answer is a number; a frame that does not answer counts as none. */
  async sum(script: string): Promise<number> {
    const frames = (await Promise.all(this.sessions().map((session) => this.framesOf(session)))).flat();
    const answers = await Promise.all(frames.map((frame) => this.run<number>(frame, script).catch(() => 0)));
    return answers.reduce((sum, n) => sum + (Number.isFinite(n) ? n : 0), 0);
  }

  async run<T>(frame: Frame, script: string): Promise<T> {
    const key = `${frame.frameId}`;
    for (let attempt = 0; ; attempt += 1) {
      try {
        let contextId = this.worlds.get(key);
        if (contextId === undefined) {
          const world = { frameId: frame.frameId, worldName: 'hand' };
          contextId = (await frame.session.send('Page.createIsolatedWorld', world, { timeout: 3_000 })).executionContextId;
          this.worlds.set(key, contextId);
        }
        const { result, exceptionDetails } = await frame.session.send(
          'Runtime.evaluate',
          { expression: script, contextId, returnByValue: true },
          { timeout: 3_000 },
        );
        if (exceptionDetails) throw new TypeError(exceptionDetails.exception?.description ?? exceptionDetails.text);
        return result.value as T;
      } catch (error) {
        // A navigation took the world away: make it again, once.
        this.worlds.delete(key);
        if (attempt > 0) throw error;
      }
    }
  }

  private async framesOf(session: CDPSession): Promise<Frame[]> {
    // Workers have no frames and say so.
    const tree = await session.send('Page.getFrameTree', undefined, { timeout: 3_000 }).catch(() => null);
    return tree ? flat(tree.frameTree).map((frameId) => ({ session, frameId })) : [];
  }
}

function flat({ frame, childFrames = [] }: Protocol.Page.FrameTree): string[] {
  return [frame.id, ...childFrames.flatMap(flat)];
}
