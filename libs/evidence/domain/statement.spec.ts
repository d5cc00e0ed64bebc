import { statedItems, type FixationStatement } from '../../capture/capture.contract';
import { CHECKLIST } from './checklist';
import { statementGaps, tidyStatement } from './statement';

const gapsOf = (statement: Partial<FixationStatement> | undefined, kind: Parameters<typeof statementGaps>[1] = 'automatic') =>
  statementGaps(statement && { scene: 'remote', ...statement }, kind).map(({ item, field }) => `${item} ${field}`);

it.each<[string, Partial<FixationStatement> | undefined, Parameters<typeof statementGaps>[1], string[]]>([
  ['nothing of a page that the machine opens', undefined, 'automatic', []],
  ['nothing of received files', undefined, 'received', []],
  ['the way of access to a page under hand', undefined, 'interactive', ['env.account access']],
  ['no more when a page under hand is public', { access: 'public' }, 'interactive', []],
  ['whose account it was', { access: 'account' }, 'interactive', ['env.account accountName', 'env.account accountSource']],
  ['where the account came from', { access: 'backOffice', accountName: 'a' }, 'interactive', ['env.account accountSource']],
  ['no login from a machine that has none', { access: 'account', accountName: 'a', accountSource: 'b' }, 'automatic', ['env.account access']],
  ['no account of what was public', { access: 'public', accountName: 'a' }, 'interactive', ['env.account accountName']],
  ['the presence of the holder on site', { scene: 'onSite' }, 'received', ['who.holder holder']],
  ['who the holder was', { scene: 'onSite', holder: 'present' }, 'received', ['who.holder holderName']],
  ['a witness in his absence', { scene: 'onSite', holder: 'absent' }, 'received', ['who.witness witness']],
  ['no witness where it is said why there was none', { scene: 'onSite', holder: 'absent', noWitness: '无' }, 'received', []],
  ['one of the two only', { witness: '丁', noWitness: '无' }, 'automatic', ['who.witness witness']],
])('asks for %s', (_what, statement, kind, gaps) => expect(gapsOf(statement, kind)).toEqual(gaps)); // prettier-ignore

it('keeps no empty answer, and takes blanks for none', () => {
  const tidy = tidyStatement({ scene: 'onSite', holder: 'present', holderName: '  ', entry: ' 首页 ' });
  expect(tidy).toEqual({ scene: 'onSite', holder: 'present', entry: '首页' });
  expect(statementGaps(tidy, 'received')).toEqual([{ item: 'who.holder', field: 'holderName' }]);
});

it('serves lines of the checklist that the machine cannot know, and every such line can be said', () => {
  const all: Required<FixationStatement> = {
    scene: 'onSite',
    entry: 'x',
    access: 'account',
    accountName: 'x',
    accountSource: 'x',
    technician: 'x',
    holder: 'present',
    holderName: 'x',
    witness: 'x',
    noWitness: 'x',
    registration: 'x',
    purchase: 'x',
    recording: 'x',
  };
  const ids = new Set(CHECKLIST.map(({ id }) => id));
  expect(statedItems(all).filter((item) => !ids.has(item))).toEqual([]);
  const said = CHECKLIST.filter(({ known }) => known === 'statement').map(({ id }) => id);
  expect(said.filter((id) => !statedItems(all).includes(id))).toEqual([]);
  expect(statedItems({ scene: 'remote' })).toEqual([]);
  expect(statedItems(undefined)).toEqual([]);
});
