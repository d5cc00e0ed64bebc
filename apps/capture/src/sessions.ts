import type { IncomingMessage } from 'node:http';
import { actsFault, type SessionAct, type SessionDesk, type SessionEnd } from '../../../libs/capture';

/** Carries the secret of one session; the bearer token opens the house, this opens the room. */
export const SESSION_SECRET_HEADER = 'x-session-secret';

const PATH = /^\/sessions\/(ev_[0-9A-HJKMNP-TV-Z]{26})(?:\/(acts|end))?$/;

export interface Answer {
  status: number;
  body: object;
}

const notFound: Answer = { status: 404, body: problem('capture.noSession', 'No such session is open.', 404) };

/** GET /sessions/:id?known=n, POST /sessions/:id/acts, POST /sessions/:id/end. Null when the address is none of these. */
export async function sessionRoute(
  request: IncomingMessage,
  desk: SessionDesk,
  body: () => Promise<unknown>,
): Promise<Answer | null> {
  const url = new URL(request.url ?? '/', 'http://capture');
  const [, id, door] = PATH.exec(url.pathname) ?? [];
  if (!id) return null;
  const session = desk.at(id, String(request.headers[SESSION_SECRET_HEADER] ?? ''));
  if (!session) return notFound;
  if (request.method === 'GET' && !door)
    return { status: 200, body: await session.view(Number(url.searchParams.get('known')) || 0) };
  if (request.method !== 'POST' || !door) return null;
  const given = (await body()) as { acts?: unknown; how?: unknown } | null;
  if (door === 'end') {
    if (given?.how !== 'take' && given?.how !== 'abandon')
      return { status: 422, body: problem('capture.notAnEnd', 'how: take or abandon.', 422) };
    session.end(given.how satisfies SessionEnd);
    return { status: 200, body: {} };
  }
  const fault = actsFault(given?.acts);
  if (fault) return { status: 422, body: problem('capture.notAnAct', fault, 422) };
  await session.act(given!.acts as SessionAct[]);
  return { status: 200, body: {} };
}

function problem(code: string, title: string, status: number): object {
  return { type: `urn:problem:${code}`, code, title, status };
}
