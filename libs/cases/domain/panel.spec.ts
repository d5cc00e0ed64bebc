import fc from 'fast-check';
import { MIN_MEMBERS, PANEL_VOTES, type PanelVoice, quorumOf, tallyOf, withMajority } from './panel';

const voice = (vote: PanelVoice['vote'], absence: string | null = null): PanelVoice => ({ name: '某', vote, absence });

it.each([
  [3, 2],
  [4, 3],
  [5, 3],
  [7, 4],
])('AC-HED-4.1 of %i members %i have to be there', (members, quorum) => expect(quorumOf(members)).toBe(quorum));

it('AC-HED-4.1 counts who was there, who was not, and of whom nothing is known', () => {
  const tally = tallyOf([voice('agree'), voice('disagree'), voice(null, '出差'), { ...voice(null), name: '乙' }]);
  expect(tally).toEqual({
    members: 4,
    present: 2,
    absent: 1,
    open: ['乙'],
    agree: 1,
    disagree: 1,
    abstain: 0,
    quorum: 3,
    missing: 1,
  });
});

it('J-HED-4 every member is counted once, and two quorums always share a member', () => {
  const voices = fc.array(fc.record({ vote: fc.constantFrom(...PANEL_VOTES, null), absence: fc.constantFrom('病假', null) }), {
    minLength: MIN_MEMBERS,
    maxLength: 15,
  });
  fc.assert(
    fc.property(voices, (list) => {
      const tally = tallyOf(list.map((one, n) => ({ ...one, name: String(n) })));
      expect(tally.present + tally.absent + tally.open.length).toBe(tally.members);
      expect(tally.agree + tally.disagree + tally.abstain).toBe(tally.present);
      expect(2 * tally.quorum).toBeGreaterThan(tally.members);
      // No two conclusions are both carried by a majority.
      expect(withMajority(tally, 'agree') && withMajority(tally, 'otherwise')).toBe(false);
    }),
  );
});
