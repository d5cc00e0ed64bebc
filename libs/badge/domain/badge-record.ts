import { canonicalJson } from '../../kernel';
import type { BadgeState } from './badge.states';

/** What the office vouches for. Times are ISO 8601 in UTC; every field is public by its nature. */
export interface BadgeRecord {
  v: 1;
  type: 'nms.badge';
  code: string;
  /** Grows with every change of state, so that an older signed record cannot be passed off as the present one. */
  version: number;
  state: BadgeState;
  since: string;
  subject: { name: string; uscc: string | null };
  outlet: { siteName: string; host: string; url: string };
  division: string;
  office: string;
  issuedAt: string;
  provedUntil: string | null;
}

/** The bytes that are signed: RFC 8785, UTF-8. */
export function badgeRecordBytes(record: BadgeRecord): Buffer {
  return Buffer.from(canonicalJson(record), 'utf8');
}
