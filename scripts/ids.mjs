import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from '@swc/core';
import { ROOT } from './provision/paths.mjs';

const FOLDERS = ['apps', 'libs', 'migrations', 'test'];
const TEST = /[.](spec|fault|e2e)[.]tsx?$/;
const TITLED = new Set(['it', 'test', 'describe']);
/** Tables of cases whose titles are their `name`s: the file, and the functions that make a case from its name. */
const TABLES = [{ path: 'libs/proof/testing/faults.ts', makers: ['passed', 'failed', 'undecided'] }];

/** Fault lines and invariants of the evidence specification (sections 15 and 16), each of which a test has to carry in its title. */
export const IDS = [
  ...Array.from({ length: 33 }, (_, n) => `F${String(n + 1).padStart(2, '0')}`),
  ...Array.from({ length: 22 }, (_, n) => `I-${String(n + 1).padStart(2, '0')}`),
];

/** Ids that no title has. Only what names a test counts: comments, values and names of files do not. */
export function missingIds(titles) {
  const said = new Set(titles.flatMap(idsOf));
  return IDS.filter((id) => !said.has(id));
}

/** `F16-F22` means all of them. */
export function idsOf(title) {
  const found = [];
  for (const [, kind, from, to] of title.matchAll(/\b(F|I-)(\d\d)(?:\s?[-–…]\s?(?:F|I-)?(\d\d))?\b/g))
    for (let n = Number(from); n <= Number(to ?? from); n++) found.push(`${kind}${String(n).padStart(2, '0')}`);
  return found;
}

/** First arguments of it, test, describe and of their forms (`it.each(…)(…)`, `it.skip`, `(cond ? it : it.skip)(…)`), and strings in the rows of `each`. */
export function titlesIn(source, makers = []) {
  const titles = [];
  const syntax = { syntax: 'typescript', tsx: false, decorators: true };
  // An alias (`const alone = has(tool) ? it : it.skip`) names tests too.
  const aliases = new Set([...source.matchAll(/\bconst (\w+) =[^;]*\?\s*(?:it|test|describe)\b[^;]*;/g)].map(([, name]) => name));
  const isTitled = (node) => {
    if (!node) return false;
    if (node.type === 'Identifier') return TITLED.has(node.value) || aliases.has(node.value);
    if (node.type === 'MemberExpression') return isTitled(node.object);
    if (node.type === 'CallExpression') return isTitled(node.callee);
    if (node.type === 'ConditionalExpression') return isTitled(node.consequent);
    if (node.type === 'ParenthesisExpression') return isTitled(node.expression);
    if (node.type === 'TsInstantiation') return isTitled(node.expression);
    return false;
  };
  const walk = (node) => {
    if (Array.isArray(node)) return node.forEach(walk);
    if (!node || typeof node !== 'object') return;
    if (node.type === 'CallExpression') {
      const first = node.arguments[0]?.expression;
      const made = node.callee.type === 'Identifier' && makers.includes(node.callee.value);
      if (made || isTitled(node.callee)) titles.push(...textsOf(first));
    }
    Object.values(node).forEach(walk);
  };
  walk(parseSync(source, syntax).body);
  return titles;
}

/** A text, or the texts at the head of the rows of a table. */
function textsOf(node) {
  if (!node) return [];
  if (node.type === 'StringLiteral') return [node.value];
  if (node.type === 'TemplateLiteral') return [node.quasis.map(({ cooked, raw }) => cooked ?? raw).join('…')];
  if (node.type !== 'ArrayExpression') return [];
  return node.elements.flatMap((element) => {
    const row = element?.expression;
    if (row?.type === 'ArrayExpression') return textsOf(row.elements[0]?.expression).slice(0, 1);
    if (row?.type !== 'ObjectExpression') return textsOf(row);
    return row.properties.flatMap((property) => (['name', 'title'].includes(property.key?.value) ? textsOf(property.value) : []));
  });
}

function* filesBelow(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && entry.name !== 'node_modules') yield* filesBelow(path);
    else if (TEST.test(entry.name)) yield path;
  }
}

export function allTitles(root = ROOT) {
  const read = (path, makers) =>
    titlesIn(readFileSync(path, 'utf8'), makers).map((title) => ({ title, path: relative(root, path) }));
  const tests = FOLDERS.flatMap((folder) => [...filesBelow(join(root, folder))].flatMap((path) => read(path)));
  return [...tests, ...TABLES.flatMap(({ path, makers }) => read(join(root, path), makers))];
}

/** `node scripts/ids.mjs [--list]`: fails and names every line of the specification that no test carries in its title. */
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const titles = allTitles();
  if (process.argv.includes('--list'))
    for (const id of IDS)
      for (const { title, path } of titles) if (idsOf(title).includes(id)) console.log(`${id}  ${path}  ${title}`);
  const missing = missingIds(titles.map(({ title }) => title));
  if (missing.length > 0) {
    console.error(`No test has these lines of the evidence specification in its title: ${missing.join(' ')}`);
    process.exitCode = 1;
  }
}
