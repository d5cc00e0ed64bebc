import fc from 'fast-check';
import { normaliseOrganisationCode, organisationCodeFault } from './organisation-code';
import { capitalClassOf, registrationNumberFault } from './registration-number';
import vectors from './testdata/uscc-vectors.json';
import { normaliseUscc, USCC_ALPHABET, usccCheckCharacter, usccFault, usccParts, usccWarnings } from './uscc';

describe('unified social credit code, GB 32100-2015', () => {
  it('agrees with the alphabet of the vectors', () => expect(USCC_ALPHABET).toBe(vectors.uscc.alphabet));

  it.each(vectors.uscc.valid)('accepts $code ($name)', (vector) => {
    expect(usccFault(vector.code)).toBeNull();
    if (vector.parts) {
      expect(usccParts(vector.code)).toEqual(vector.parts);
      expect(usccWarnings(vector.code)).toEqual([]);
    }
  });

  it.each(vectors.uscc.notValid.filter((v) => v.expected === 'invalid'))('refuses $code for $reason', (vector) => {
    expect(usccFault(vector.code)).toMatchObject({ reason: vector.reason });
    if (vector.expectedAfterNormalisation) {
      expect(normaliseUscc(vector.code)).toBe(vector.normalised);
      expect(usccFault(normaliseUscc(vector.code))).toBeNull();
    }
  });

  it.each(vectors.uscc.notValid.filter((v) => v.expected === 'warning'))('warns about $code', (vector) => {
    expect(usccFault(vector.code)).toBeNull();
    expect(usccWarnings(vector.code)).toEqual([vector.reason]);
  });

  it.each(vectors.uscc.knownRealException)('names position and expected character for the real exception $code', (vector) =>
    expect(usccFault(vector.code)).toEqual({
      reason: 'check-character',
      position: 18,
      found: 'B',
      expected: vector.computedCheck,
    }),
  );

  it.each([
    ['I', '1'],
    ['O', '0'],
    ['S', '5'],
    ['V', 'U'],
    ['Z', '2'],
  ])('names the position of %s and suggests %s without replacing it', (found, suggestion) => {
    const code = `911100008021${found}0433B`;
    expect(usccFault(code)).toEqual({
      reason: 'charset',
      position: 13,
      found,
      suggestion,
      all: [{ position: 13, found, suggestion }],
    });
    expect(normaliseUscc(code)).toBe(code);
  });

  it('finds every single wrong character and every swap of neighbours', () => {
    const char = fc.constantFrom(...USCC_ALPHABET);
    fc.assert(
      fc.property(fc.array(char, { minLength: 17, maxLength: 17 }), fc.nat(16), char, (body, at, other) => {
        const good = body.join('') + usccCheckCharacter(body.join(''));
        expect(usccFault(good)).toBeNull();
        const changed = good.slice(0, at) + other + good.slice(at + 1);
        if (changed !== good) expect(usccFault(changed)).toMatchObject({ reason: 'check-character' });
        const next = at + 1;
        const swapped = good.slice(0, at) + good.charAt(next) + good.charAt(at) + good.slice(next + 1);
        if (swapped !== good && next < 17) expect(usccFault(swapped)).toMatchObject({ reason: 'check-character' });
      }),
    );
  });
});

describe('15-digit registration number, GS 15-2006', () => {
  it.each(vectors.registrationNumber15.valid)('accepts $code', (vector) => {
    expect(registrationNumberFault(vector.code)).toBeNull();
    expect(capitalClassOf(vector.code)).toBe(vector.parts.capitalClass);
  });
  it.each(vectors.registrationNumber15.notValid)('refuses $code: $note', (vector) =>
    expect(registrationNumberFault(vector.code)).not.toBeNull(),
  );
  it('names position and expected digit', () =>
    expect(registrationNumberFault('110108000000017')).toEqual({
      reason: 'check-character',
      position: 15,
      found: '7',
      expected: '6',
    }));
  it('takes the number of a cooperative by its form', () => expect(registrationNumberFault('141122NA000123X')).toBeNull());
});

describe('organisation code, GB 11714', () => {
  it.each(vectors.organisationCode.valid)('accepts $code', ({ code }) => expect(organisationCodeFault(code)).toBeNull());
  it.each(vectors.organisationCode.notValid)('judges $code: $note', ({ code, expected }) => {
    expect(organisationCodeFault(code)).not.toBeNull();
    if (expected.startsWith('valid after')) expect(organisationCodeFault(normaliseOrganisationCode(code))).toBeNull();
  });
  it('takes the written form with a hyphen', () =>
    expect(organisationCodeFault(normaliseOrganisationCode('80210043-3'))).toBeNull());
});
