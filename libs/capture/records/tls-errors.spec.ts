import { X509Certificate } from 'node:crypto';
import { CERTIFICATE, TRUST_FLAG } from '../testing/fixture-certificate';
import { tlsErrorsOf } from './tls-errors';

const certificate = new X509Certificate(CERTIFICATE); // for 127.0.0.1, 2026-11-22 to 2046-11-17
const seen = { host: '127.0.0.1', at: new Date('2026-11-29T00:00:00Z'), flags: [] };

it.each([
  ['nothing, for its own address', {}, []],
  ['another name', { host: 'shop.example' }, ['nameMismatch']],
  ['another address', { host: '127.0.0.2' }, ['nameMismatch']],
  ['a day before it was valid', { at: new Date('2026-11-21T00:00:00Z') }, ['notYetValid']],
  ['a day after it was valid', { at: new Date('2046-11-18T00:00:00Z') }, ['expired']],
  ['a browser that was told not to look at its chain', { flags: [TRUST_FLAG] }, ['chainNotChecked']],
  [
    'all at once',
    { host: 'x.example', at: new Date('2050-01-01T00:00:00Z'), flags: ['--ignore-certificate-errors'] },
    ['nameMismatch', 'expired', 'chainNotChecked'],
  ],
])('§6 tls.errors: %s', (_what, changes, errors) => expect(tlsErrorsOf(certificate, { ...seen, ...changes })).toEqual(errors));
