import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { Db } from '../../platform';
import { openNote, type TrustBundle, utf8, verifierOf } from '../../proof';
import { ContentService } from '../app/content.service';
import { evidenceConfig, type EvidenceConfig } from '../evidence.config';
import { Ledger } from '../store/ledger';

interface PublishedKey {
  name: string;
  vkey: string;
  roles: string[];
  from: string;
  to: string;
  revoked: { invalidFrom: string; reason: string } | null;
}

/** Where `nms keys` puts the notes by which an old key hands over to a new one; beside the trust bundle. */
export const ROTATIONS_FILE = 'key-rotations.jsonl';

/** Every key of the trust bundle stands in the ledger: when it came, by whose word, and when it stopped being believed. */
@Injectable()
export class KeyLog {
  constructor(
    private readonly db: Db,
    private readonly content: ContentService,
    private readonly ledger: Ledger,
    @Inject(evidenceConfig.provide) private readonly config: EvidenceConfig,
  ) {}

  async look(): Promise<void> {
    const keys = publishedKeys(this.content.trust());
    const handovers = this.handovers();
    await this.db.tx(async (tx) => {
      for (const { name, vkey, roles, from, to, revoked } of keys) {
        const added = { vkey, roles, from, to, signedByOld: handoverTo(vkey, handovers, keys) };
        await this.ledger.append(tx, { subject: name, type: 'key.added', facts: added }, `key.added:${vkey}`);
        if (!revoked) continue;
        const { invalidFrom, reason } = revoked;
        await this.ledger.append(
          tx,
          { subject: name, type: 'key.revoked', facts: { vkey, invalidFrom, reason } },
          `key.revoked:${vkey}`,
        );
      }
    });
  }

  private handovers(): string[] {
    const file = join(dirname(this.config.trustFile), ROTATIONS_FILE);
    if (!existsSync(file)) return [];
    return readFileSync(file, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => (JSON.parse(line) as { note: string }).note);
  }
}

function publishedKeys(bundle: TrustBundle): PublishedKey[] {
  const logs = bundle.logs.map(({ vkey, from, to, revoked }) => ({
    name: verifierOf(vkey).name,
    vkey,
    roles: ['ledger'],
    from,
    to,
    revoked: revoked ?? null,
  }));
  const byKey = Map.groupBy([...bundle.signers, ...logs], ({ vkey }) => vkey);
  return [...byKey.values()].map(([first]) => first!);
}

/** The note that the old key and the new one signed, or null for a first key. A note that does not verify by both is no hand-over. */
function handoverTo(vkey: string, notes: readonly string[], keys: readonly PublishedKey[]): string | null {
  const verifiers = keys.map((key) => verifierOf(key.vkey));
  const { name } = verifierOf(vkey);
  const isHandover = (note: string): boolean => {
    if (!note.startsWith(`key-added/1\n${vkey}\n`)) return false;
    const { signers } = openNote(utf8(note), verifiers);
    return signers.length === 2 && signers.includes(name);
  };
  return notes.find(isHandover) ?? null;
}
