import { isWithholdable, showingTheSame } from './withheld';

const ALL = [
  'MANIFEST.json',
  'content/capture.wacz',
  'content/dom.html',
  'content/page.mhtml',
  'content/page.pdf',
  'content/screen/first.png',
  'content/screen/full-0001.png',
  'content/screen/full-0002.png',
  'content/text.txt',
  'content/video.webm',
  'record/exchanges.jsonl',
  'wire/capture.pcap',
  'wire/keylog.txt',
];
const BESIDE = [
  'content/capture.wacz',
  'content/dom.html',
  'content/page.mhtml',
  'content/page.pdf',
  'content/video.webm',
  'wire/capture.pcap',
];

it('a screen that is left out takes along every file that shows the same picture, and nothing that shows none', () => {
  expect(showingTheSame(['content/screen/full-0002.png'], ALL)).toEqual(BESIDE);
  expect(showingTheSame(['content/screen/first.png'], ALL)).toEqual([...BESIDE, 'content/screen/full-0001.png'].sort());
  expect(showingTheSame(['content/screen/full-0001.png'], ALL)).toContain('content/screen/first.png');
});

it('is content once all of them are left out, and asks for no file that the package has not got', () => {
  expect(showingTheSame(['content/screen/full-0002.png', ...BESIDE], ALL)).toEqual([]);
  expect(showingTheSame(['content/screen/first.png'], ['content/screen/first.png', 'content/text.txt'])).toEqual([]);
});

it('leaves every other choice free: secrets of the connection, the archive, the film', () => {
  for (const path of ['wire/keylog.txt', 'content/capture.wacz', 'content/video.webm', 'content/text.txt'])
    expect(showingTheSame([path], ALL)).toEqual([]);
});

it('never asks for a file that cannot be left out', () => {
  expect(showingTheSame(['content/screen/first.png'], ALL).filter((path) => !isWithholdable(path))).toEqual([]);
});
