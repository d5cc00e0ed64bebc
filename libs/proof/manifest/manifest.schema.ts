import { exactly, listOf, oneOf, orNull, type JsonSchema } from '../schema';

const text: JsonSchema = { type: 'string' };
const filled: JsonSchema = { type: 'string', minLength: 1 };
const count: JsonSchema = { type: 'integer', minimum: 0 };
const hex: JsonSchema = { type: 'string', pattern: '^[0-9a-f]{64}$' };
const instant: JsonSchema = { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z$' };
const packageId: JsonSchema = { type: 'string', pattern: '^ev_[0-9A-HJKMNP-TV-Z]{26}$' };
const likeness = oneOf('same', 'different', 'unknown');

const clock = exactly({
  status: oneOf('ok', 'unverified', 'bad'),
  source: listOf(filled),
  offsetMs: orNull({ type: 'integer' }),
  uncertaintyMs: orNull(count),
  checkedAt: instant,
});

const tool = exactly({
  software: filled,
  version: filled,
  commit: text,
  imageSha256: orNull(hex),
  node: filled,
  browser: orNull(filled),
  browserSha256: orNull(hex),
  os: filled,
  kernel: filled,
  fontsSha256: orNull(hex),
  flags: listOf(text),
  userAgent: orNull(text),
  viewport: orNull(exactly({ width: count, height: count })),
  locale: filled,
  timezone: filled,
});

const tls = exactly({
  protocol: text,
  cipher: text,
  leafSha256: hex,
  issuer: text,
  validFrom: instant,
  validTo: instant,
  errors: listOf(text),
});

const file = exactly({
  path: { type: 'string', pattern: '^(content|record|wire)(/[a-z0-9][a-z0-9._\\-]{0,79}){1,7}$' },
  role: { type: 'string', pattern: '^[a-z][A-Za-z0-9]*$' },
  mediaType: { type: 'string', pattern: '^[a-z0-9.+\\-]+/[a-z0-9.+\\-]+$' },
  size: count,
  sha256: hex,
  sm3: hex,
  title: text,
  checklist: listOf({ type: 'string', pattern: '^[a-z]+\\.[a-z]+$' }),
});

export const manifestSchema: JsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'evidence-manifest/1',
  description:
    'Statement of what was fixed. The bytes are RFC 8785; the makers, the file list and the times obey further rules in docs/evidence.md.',
  ...exactly({
    schema: { const: 'evidence-manifest/1' },
    id: packageId,
    number: filled,
    kind: oneOf('web_capture', 'import', 'attestation'),
    agency: exactly({ division: { type: 'string', pattern: '^\\d{6}$' }, name: filled, ledger: filled }),
    case: exactly({ ref: orNull(filled), clue: orNull(filled), factToProve: filled }),
    makers: listOf(exactly({ name: filled, certificate: filled, role: oneOf('officer', 'technician'), account: filled }), 2),
    place: filled,
    request: exactly({ jobId: filled, urlTyped: text, purpose: filled, profile: filled, entrySha256: hex, requestedAt: instant }),
    notBefore: orNull(
      exactly({
        origin: filled,
        size: count,
        root: { type: 'string', pattern: '^[A-Za-z0-9+/]{43}=$' },
        checkpoint: { const: 'record/before/checkpoint.txt' },
        preToken: orNull({ const: 'record/before/pre.tsr' }),
      }),
    ),
    time: exactly({ startedAt: instant, finishedAt: instant, monotonicMs: count, clock }),
    tool,
    environment: orNull(
      exactly({
        verdict: oneOf('clean', 'warn', 'fail'),
        failed: listOf(filled),
        overrideBy: orNull(filled),
        overrideReason: orNull(filled),
      }),
    ),
    navigation: orNull(
      exactly({
        urlFinal: filled,
        redirects: listOf(filled),
        status: orNull({ type: 'integer', minimum: 100, maximum: 999 }),
        title: text,
        ip: orNull(filled),
        tls: orNull(tls),
      }),
    ),
    outcome: exactly({
      completeness: oneOf('complete', 'partial'),
      limits: listOf(filled),
      blocked: count,
      failed: count,
      downloads: listOf(text),
      popups: listOf(text),
      fidelity: oneOf('wire', 'decoded'),
    }),
    comparison: orNull(exactly({ vantage: filled, id: filled, text: likeness, picture: likeness })),
    related: listOf(
      exactly({ rel: oneOf('repeats', 'secondVantage', 'answers', 'corrects'), id: packageId, manifestSha256: hex }),
    ),
    personalData: { type: 'boolean' },
    files: listOf(file, 1),
  }),
};
