import { MODES, type Mode, type World } from './world';
import type { Mailbox } from './mailbox';

interface Change {
  mode?: Mode;
  badgeHtml?: string;
  delayMs?: number;
  flapMs?: number;
  copiesBadgeOf?: string | null;
  headers?: Record<string, string>;
  files?: Record<string, string | null>;
  page?: string;
  like?: string;
  company?: { name: string; uscc: string };
}

interface Names {
  txt?: string[];
  a?: string[] | null;
  fails?: 'servfail' | 'silent';
}

/**
 * The switch-board of the outside world, under /__admin on the loopback name only:
 *   GET  hosts · GET|PUT hosts/<host> · GET|DELETE hosts/<host>/visits     (a platform's shop: hosts/platform.test%2Fshop%2F1)
 *   PUT  hosts/<new host> {page} or {like, company} makes a site
 *   PUT  names/<name> {txt, a, fails} · GET names
 *   PUT  certificates/<host> {cert, key}, PEM: the host answers over TLS as well
 *   GET  mails[?to=] · DELETE mails · POST reset
 */
export function administer(
  world: World,
  mailbox: Mailbox,
  method: string,
  url: URL,
  body: unknown,
): { status: number; body: unknown } {
  const [, , kind, name = '', what] = url.pathname.split('/').map(decodeURIComponent);
  const ok = (answer: unknown) => ({ status: 200, body: answer });
  const notFound = { status: 404, body: { error: 'no such thing in this world' } };

  if (kind === 'reset' && method === 'POST') {
    world.reset();
    mailbox.mails.length = 0;
    return ok({});
  }
  if (kind === 'mails') {
    if (method === 'DELETE') mailbox.mails.length = 0;
    const to = url.searchParams.get('to');
    return ok(mailbox.mails.filter((mail) => !to || mail.to.includes(to)));
  }
  if (kind === 'names') {
    if (method === 'PUT') {
      const { txt = [], a = null, fails } = body as Names;
      world.records.set(name.toLowerCase(), { txt, a, ...(fails && { fails }) });
    }
    return ok(Object.fromEntries(world.records));
  }
  if (kind === 'certificates' && method === 'PUT') {
    world.certificates.set(name.toLowerCase(), body as { cert: string; key: string });
    return ok({});
  }
  if (kind !== 'hosts') return notFound;
  if (!name)
    return ok(world.all().map(({ visits, ...site }) => ({ ...site, shop: site.shop?.name ?? null, visits: visits.length })));
  const change = body as Change;
  const site = world.named(name) ?? (method === 'PUT' ? made(world, name, change) : undefined);
  if (!site) return notFound;
  if (what === 'visits') {
    if (method === 'DELETE') site.visits.length = 0;
    return ok(site.visits);
  }
  if (method === 'PUT') {
    if (change.mode && !MODES.includes(change.mode))
      return { status: 422, body: { error: `mode must be one of ${MODES.join(', ')}` } };
    const { files = {}, page, ...plain } = change;
    for (const key of ['mode', 'badgeHtml', 'delayMs', 'flapMs', 'copiesBadgeOf', 'headers'] as const)
      if (plain[key] !== undefined) Object.assign(site, { [key]: plain[key] });
    for (const [path, text] of Object.entries(files))
      if (text === null) delete site.files[path];
      else site.files[path] = text;
    if (page !== undefined) site.files['/'] = page;
  }
  const { visits, ...rest } = site;
  return ok({ ...rest, shop: site.shop?.name ?? null, visits: visits.length });
}

function made(world: World, name: string, { page, like, company = { name: '', uscc: '' } }: Change) {
  if (like) return world.addLike(name, like, company);
  return page === undefined ? undefined : world.add(name, page);
}
