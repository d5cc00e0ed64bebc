import data from './subject-types.json';

/** Code lists of the register. They are data with a mark (F read, K not re-read, I ours): a K or I entry is never shown as law. */
const codes = <T extends { code: string }>(items: readonly T[]) => items.map(({ code }) => code);

export const subjectKinds = codes(data.subjectKinds);
export const registrationStatuses = codes(data.registrationStatus);
export const carrierKinds = codes(data.carrierTypes);
export const carrierPools = ['none', ...codes(data.carrierPools)];
export const websiteTypes = codes(data.websiteTypes);
export const operatorKinds = ['platform', 'hosting', 'telecom'] as const;
export type OperatorKind = (typeof operatorKinds)[number];

/** Where a fact in the register comes from. A newer source does not silently win over an older one: both stay in the history. */
export const sources = ['registry', 'platformReport', 'selfFiling', 'crawler', 'claim', 'officer'] as const;
export type Source = (typeof sources)[number];

/** Kinds that may have no USCC, because they are not registered. */
const UNREGISTERED = new Set(['natural-person-shop', 'unregistered-suspect', 'unknown']);
export const mayLackUscc = (kind: string): boolean => UNREGISTERED.has(kind);

/** Natural persons are found by code or address only, and shown with their number masked. */
export const isNaturalPerson = (kind: string): boolean => kind === 'natural-person-shop';

/** Shops live on a platform's address: the domain is shared, the path tells them apart. */
const ON_PLATFORM = new Set(['shop-local-platform', 'shop-remote-platform', 'local-life', 'catering-shop', 'live-room']);
export const isOnPlatform = (carrierKind: string): boolean => ON_PLATFORM.has(carrierKind);

/** Exemption grounds of 电子商务法 art 10 for natural persons; the yearly line of the last one is F2 and belongs to configuration. */
export const exemptionGrounds = ['ownFarmProduce', 'homeCrafts', 'convenienceLabour', 'smallSporadic'] as const;

/** Status 3 (revoked) still may be a party; 4 (cancelled) may not. Neither carries a valid badge: handbook §6.2 item 7. */
export const isActiveStatus = (status: string): boolean => status === '1' || status === '2' || status === '6';

export function statusName(code: string): { zh: string; en: string } {
  const entry = data.registrationStatus.find((item) => item.code === code);
  return entry ? { zh: entry.zh, en: entry.en } : { zh: '其他', en: 'other' };
}

export const subjectTypes = data;
