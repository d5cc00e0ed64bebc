import { parseArgs } from 'node:util';
import { isInstant, parseTrustBundle, verifierOf } from '../../../libs/proof';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cliConfig } from './cli.config';
import { ensureKeys, type KeyRole, revokeKey, rotateKey } from './keys';
import { withEvidence } from './with-evidence';

const ROLES: readonly string[] = ['worker', 'seal', 'ledger'] satisfies KeyRole[];

const HELP = `nms keys
  生成缺失的签名密钥和信任文件。 Makes the keys that are missing and the trust bundle.
nms keys rotate --role worker|seal|ledger
  由旧密钥签认新密钥。 Makes the next key of a role, signed for by the old one.
nms keys revoke --key <name> --from <time> --reason <text>
  自该时刻起不再采信;列出受影响的证据包。 From that moment the key is not believed; lists the packages that suffer.
nms keys affected --key <name>
  列出受影响的证据包。 Lists the packages that a revoked key takes along.
`;

export async function keysCommand(argv: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      role: { type: 'string' },
      key: { type: 'string' },
      from: { type: 'string' },
      reason: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  const { keyDir, agencyDomain, agencyName, keyPassphrase } = cliConfig.read();
  const request = { root: keyDir, domain: agencyDomain, agencyName, passphrase: keyPassphrase };
  const { role = '', key, from = '', reason } = values;
  const [act, ...rest] = positionals;
  const usage = (): number => {
    process.stdout.write(HELP);
    return values.help ? 0 : 3;
  };
  if (values.help || rest.length) return usage();
  switch (act) {
    case undefined: {
      const { made, trustFile } = ensureKeys(request, new Date());
      for (const file of made) console.log(`key made: ${file}`);
      console.log(`trust bundle: ${trustFile}`);
      return 0;
    }
    case 'rotate': {
      if (!ROLES.includes(role)) return usage();
      console.log(`key made: ${await rotateKey(request, role as KeyRole, new Date())}`);
      console.log(
        '旧密钥一周后失效。 The old key counts for one more week: restart its process with the new one, publish the trust bundle.',
      );
      return 0;
    }
    case 'revoke':
      if (!key || !reason || !isInstant(from)) return usage();
      console.log(`trust bundle: ${revokeKey(keyDir, key, { invalidFrom: from, reason })}`);
      return tellAffected(keyDir, key);
    case 'affected':
      return key ? tellAffected(keyDir, key) : usage();
    default:
      return usage();
  }
}

async function tellAffected(keyDir: string, name: string): Promise<number> {
  const { signers, logs } = parseTrustBundle(new Uint8Array(readFileSync(join(keyDir, 'trust.json'))));
  const revoked = [...signers, ...logs].find(({ vkey }) => verifierOf(vkey).name === name)?.revoked;
  if (!revoked) throw new Error(`${name} is not revoked`);
  const affected = await withEvidence(({ affected }) => affected.of(name, new Date(revoked.invalidFrom)));
  for (const { number, id, fixedAt } of affected) console.log(`${number} ${id} ${fixedAt}`);
  console.log(`受影响的证据包 ${affected.length} 个。 Packages affected: ${affected.length}.`);
  return 0;
}
