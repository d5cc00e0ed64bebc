import { faultsOf } from '../../kernel';
import { badgePicture, PICTURE_LIMIT_BYTES } from './badge-picture';
import { badgeRecordBytes, type BadgeRecord } from './badge-record';
import { badgeStates, officerActions } from './badge.states';
import { carriesToken, fitsOutlet, glimpse, instructionsFor } from './proof-of-control';
import { organizationJsonLd, snippetHtml } from './snippet';

describe('states', () => {
  it('have no unreachable state, dead end or ambiguous row', () => expect(faultsOf(badgeStates)).toEqual([]));
  it('let nobody come back from revoked', () => expect(badgeStates.actionsFrom('revoked')).toEqual([]));
  it('let an officer do no move that belongs to an order or to the worker', () => {
    for (const row of badgeStates.rows)
      expect((officerActions as readonly string[]).includes(row.action)).toBe(row.requires !== 'badge:system');
  });
  it('present nothing unread as law', () => {
    for (const { basis } of badgeStates.rows.filter(({ action }) => action === 'lapse' || action === 'renew'))
      expect(basis.mark).toBe('I');
  });
});

describe('picture', () => {
  const states = ['active', 'suspended', 'lapsed', 'revoked', 'inactive', 'unknown'] as const;
  const pictures = states.map((state) => badgePicture(state, '141122-26-7QK4M9T'));
  it('is at most 6 KB and carries no script, link or foreign address', () => {
    for (const svg of pictures) {
      expect(Buffer.byteLength(svg)).toBeLessThanOrEqual(PICTURE_LIMIT_BYTES);
      expect(svg.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|<script|<a[ >]|\son\w+=|href|url\(|<style/i);
      expect(svg).toContain('141122-26-7QK4M9T');
    }
  });
  it('differs for every state, in words and not in colour alone', () => {
    const words = pictures.map((svg) => /<title id="t">(\S+)/.exec(svg)![1]);
    expect(new Set(words).size).toBe(states.length);
  });
});

describe('snippet', () => {
  const subject = { code: '141122-26-7QK4M9T', name: '某"某<b>商贸&有限公司', uscc: '91110000802100433B', siteUrl: 'http://shop-a.test/' };
  const html = snippetHtml(subject, 'https://verify.example');
  it('AC-MER-1.3 contains no script and tells our host only the origin', () => {
    expect(html).not.toMatch(/<script|on\w+=|javascript:/i);
    expect(html).not.toContain('noreferrer');
    expect(html.match(/referrerpolicy="origin"/g)).toHaveLength(2);
    expect(html).toMatch(/<img [^>]*width="120" height="42"[^>]*\n\s+alt="[^"]+" loading="lazy">/);
  });
  it('escapes the name of the subject', () => {
    expect(html).toContain('某&#34;某&#60;b&#62;商贸&#38;有限公司');
    expect(organizationJsonLd(subject, 'https://verify.example')).not.toContain('<');
    expect(JSON.parse(organizationJsonLd(subject, 'https://verify.example'))).toMatchObject({ legalName: subject.name });
  });
});

describe('signed record', () => {
  it('has one form of bytes, whatever the order of its fields', () => {
    const record: BadgeRecord = {
      v: 1,
      type: 'nms.badge',
      code: 'c',
      version: 1,
      state: 'active',
      since: 's',
      subject: { name: '甲', uscc: null },
      outlet: { siteName: '店', host: 'a.test', url: 'http://a.test/' },
      division: '141122',
      office: '所',
      issuedAt: 'i',
      provedUntil: null,
    };
    const turned = Object.fromEntries(Object.entries(record).reverse()) as unknown as BadgeRecord;
    expect(badgeRecordBytes(turned)).toEqual(badgeRecordBytes(record));
    expect(badgeRecordBytes({ ...record, version: 2 })).not.toEqual(badgeRecordBytes(record));
  });
});

describe('proof of control', () => {
  it('names where it looks and what for', () => {
    const outlet = { url: 'http://www.shop-a.test/shop/index.html?x=1', host: 'www.shop-a.test' };
    expect(instructionsFor('wellKnown', 'T', outlet)).toMatchObject({
      location: 'http://www.shop-a.test/.well-known/nms-badge.txt',
      value: 'nms-badge=T',
    });
    expect(instructionsFor('dnsTxt', 'T', outlet)).toMatchObject({ location: '_nms-badge.shop-a.test', value: 'nms-badge=T' });
  });
  it('takes the token on a line of its own only', () => {
    expect(carriesToken(['x', ' nms-badge=T \r'], 'T')).toBe(true);
    for (const lines of [[], ['nms-badge=T2'], ['see nms-badge=T'], ['nms-badge=']]) expect(carriesToken(lines, 'T')).toBe(false);
  });
  it('keeps a glimpse of what was seen, not the page', () => {
    expect(glimpse(Array.from({ length: 50 }, () => 'x'.repeat(500)))).toHaveLength(10);
    expect(glimpse(['x'.repeat(500)])[0]).toHaveLength(121);
  });
  it('asks the platform, not the merchant, about a shop on a platform', () => {
    expect(fitsOutlet('wellKnown', true)).toBe(false);
    expect(fitsOutlet('platformAttestation', true)).toBe(true);
    expect(fitsOutlet('platformAttestation', false)).toBe(false);
  });
});
