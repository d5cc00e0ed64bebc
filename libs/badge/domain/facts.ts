/** Published in the transaction of the change; subject is the badge's id. */
export interface BadgeFact {
  badgeId: string;
  outletId: string;
  code: string;
}

/** A badge was opened from an address it was not issued for. At most one a badge, origin and day. */
export interface ForeignOriginFact extends BadgeFact {
  origin: string;
  day: string;
  kind: 'copied' | 'lookalike';
  division: string;
}

export const badgeFacts = {
  issued: 'badge.issued',
  suspended: 'badge.suspended',
  resumed: 'badge.resumed',
  lapsed: 'badge.lapsed',
  renewed: 'badge.renewed',
  revoked: 'badge.revoked',
  foreignOrigin: 'badge.foreignOrigin',
} as const;
