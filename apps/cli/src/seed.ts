import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AuditModule } from '../../../libs/audit';
import { Authorities, DocumentsModule } from '../../../libs/documents';
import { OfficerDirectory, OfficersModule, UnitRow } from '../../../libs/officers';
import { Db, PlatformModule, systemClaims, withClaims } from '../../../libs/platform';
import { OperatorService, OutletService, RegistryModule, SubjectService } from '../../../libs/registry';
import { cliConfig } from './cli.config';
import { DEMO_OFFICERS, DEMO_OPERATORS, DEMO_PASSWORD, DEMO_SHOPS, DEMO_UNITS } from './demo-data';
import { ensureKeys } from './keys';

@Module({ imports: [PlatformModule.forProcess('cli', 'http'), OfficersModule, AuditModule, DocumentsModule, RegistryModule] })
class SeedModule {}

interface DemoAccount {
  account: string;
  password: string;
  totpSecret: string;
  name: string;
  roles: string[];
  division: string;
}

/** Loads demonstration data once; a second run finds it and changes nothing. Everything in it is invented. */
export async function seedCommand(argv: readonly string[]): Promise<number> {
  if (argv.includes('--help')) return help();
  const { keyDir, agencyDomain, agencyName, keyPassphrase, demoAccountsFile } = cliConfig.read();
  ensureKeys({ root: keyDir, domain: agencyDomain, agencyName, passphrase: keyPassphrase }, new Date());
  const app = await NestFactory.createApplicationContext(SeedModule, { logger: ['error'] });
  try {
    const db = app.get(Db);
    const done = await db.as(systemClaims('seed'), (tx) => tx.existsBy(UnitRow, { id: DEMO_UNITS[0]!.id }));
    if (done) return say('演示数据已存在。 The demonstration data is there already.');
    // One transaction: an interrupted seed leaves nothing behind.
    const accounts = await db.as(systemClaims('seed'), async (tx) => {
      await tx.insert(
        UnitRow,
        DEMO_UNITS.map(({ reconsideration: _r, court: _c, ...unit }) => unit),
      );
      for (const { divisionCode, agencyName: name, documentWord: word, telephone: phone, reconsideration, court } of DEMO_UNITS)
        await app.get(Authorities).enter(tx, { divisionCode, name, word, phone, reconsideration, court });
      const made: DemoAccount[] = [];
      const directory = app.get(OfficerDirectory);
      for (const { role, scope, ...person } of DEMO_OFFICERS) {
        const { officer, totpSecret } = await directory.create(tx, { ...person, password: DEMO_PASSWORD });
        await directory.grant(tx, officer.id, role, scope);
        made.push({
          account: person.account,
          password: DEMO_PASSWORD,
          totpSecret,
          name: person.name,
          roles: [role],
          division: officer.divisionCode,
        });
      }
      const operators = new Map<string, string>();
      for (const operator of DEMO_OPERATORS) operators.set(operator.name, (await app.get(OperatorService).create(operator)).id);
      for (const { subject, outlet, operator } of DEMO_SHOPS) {
        const { id } = await app.get(SubjectService).create(subject, false);
        if (outlet)
          await app
            .get(OutletService)
            .create({ ...outlet, subjectId: id, operatorId: operator ? operators.get(operator) : null });
      }
      return made;
    });
    mkdirSync(dirname(demoAccountsFile), { recursive: true });
    writeFileSync(demoAccountsFile, `${JSON.stringify({ accounts }, null, 2)}\n`, { mode: 0o600 });
    return say(`已载入演示数据:${accounts.length} 个账号。 Demonstration data loaded: ${accounts.length} accounts.`);
  } finally {
    await withClaims(systemClaims('seed'), () => app.close());
  }
}

function say(sentence: string): number {
  console.log(sentence);
  return 0;
}

function help(): number {
  return say(
    'nms seed\n  载入演示数据(虚构的单位、人员、主体)。 Loads demonstration data: invented units, people and companies.',
  );
}
