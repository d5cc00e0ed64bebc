import { utf8 } from '../bytes';
import { GrowingRoot } from './growing-root';
import { MemoryTree } from './tree';

it.each(['sha256', 'sm3'] as const)('agrees with the whole tree at every size (%s)', (hash) => {
  const [growing, whole] = [new GrowingRoot(hash), new MemoryTree(hash)];
  expect(growing.root()).toEqual(whole.root());
  for (let n = 0; n < 300; n += 1) {
    const made = growing.append(utf8(`entry ${n}`));
    whole.append(utf8(`entry ${n}`));
    for (const { level, index, hash: node } of made) expect(node).toEqual(whole.read({ level, index }));
    expect(growing.root()).toEqual(whole.root());
  }
});

it.each([0, 1, 2, 7, 64, 77])('goes on from the subtrees of %i entries as if it had seen them', (size) => {
  const whole = new MemoryTree('sha256');
  for (let n = 0; n < size; n += 1) whole.append(utf8(`entry ${n}`));
  const growing = new GrowingRoot('sha256', size, whole.read);
  expect(growing.root()).toEqual(whole.root());
  for (let n = size; n < size + 70; n += 1) {
    const made = growing.append(utf8(`entry ${n}`));
    whole.append(utf8(`entry ${n}`));
    for (const { level, index, hash: node } of made) expect(node).toEqual(whole.read({ level, index }));
    expect(growing.root()).toEqual(whole.root());
  }
});
