import { InteractiveSession } from './interactive-session';
import type { SessionTerms } from '../domain/session-acts';

/** The sessions of this process by their package; a door opens only with the session's own secret. */
export class SessionDesk {
  private readonly open = new Map<string, InteractiveSession>();

  begin(packageId: string, terms: SessionTerms): InteractiveSession {
    const session = new InteractiveSession(terms);
    this.open.set(packageId, session);
    return session;
  }

  /** Null for a session that does not exist, is over, or whose secret is another: nobody can tell which. */
  at(packageId: string, secret: string): InteractiveSession | null {
    const session = this.open.get(packageId);
    return session?.opens(secret) ? session : null;
  }

  close(packageId: string): void {
    this.open.delete(packageId);
  }
}
