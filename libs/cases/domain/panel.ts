import data from '../data/panel.json';

/** Why the leaders meet: a complex case, a grave violation, more time for the decision (程序规定 art. 60, 64), or another reason. */
export const PANEL_GROUNDS = ['complex', 'grave', 'extension', 'other'] as const;
export type PanelGround = (typeof PANEL_GROUNDS)[number];

/** Agree with what was proposed; handle it otherwise; send it back to be investigated further; no common view. */
export const PANEL_CONCLUSIONS = ['agree', 'otherwise', 'supplement', 'none'] as const;
export type PanelConclusion = (typeof PANEL_CONCLUSIONS)[number];

export const PANEL_VOTES = ['agree', 'disagree', 'abstain'] as const;
export type PanelVote = (typeof PANEL_VOTES)[number];

export interface PanelVoice {
  name: string;
  /** Null until he has spoken. */
  vote: PanelVote | null;
  /** Why he was not there; null when he was, or when nobody has said so. */
  absence: string | null;
}

export const MIN_MEMBERS = data.minMembers.n;

export interface Tally {
  members: number;
  present: number;
  absent: number;
  /** Neither heard nor recorded as absent. */
  open: string[];
  agree: number;
  disagree: number;
  abstain: number;
  quorum: number;
  /** How many more have to be there. */
  missing: number;
}

/** More than half of the members (ours, mark I). */
export const quorumOf = (members: number): number => Math.floor(members / 2) + 1;

/** Who was there, who was not, and what they said. Whoever has spoken was there. */
export function tallyOf(voices: readonly PanelVoice[]): Tally {
  const count = (vote: PanelVote) => voices.filter((one) => one.vote === vote).length;
  const present = voices.filter(({ vote }) => vote !== null).length;
  const quorum = quorumOf(voices.length);
  return {
    members: voices.length,
    present,
    absent: voices.filter(({ vote, absence }) => vote === null && absence !== null).length,
    open: voices.filter(({ vote, absence }) => vote === null && absence === null).map(({ name }) => name),
    agree: count('agree'),
    disagree: count('disagree'),
    abstain: count('abstain'),
    quorum,
    missing: Math.max(0, quorum - present),
  };
}

/** Whether a conclusion goes with more than half of those present; a leader may conclude otherwise, and then has to say why (I). */
export const withMajority = ({ agree, disagree, present }: Tally, conclusion: PanelConclusion): boolean =>
  conclusion === 'agree' ? agree * 2 > present : conclusion === 'none' || disagree * 2 > present;
