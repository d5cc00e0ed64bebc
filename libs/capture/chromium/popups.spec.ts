import type { Protocol } from 'puppeteer';
import { Popups } from './popups';

const target = (targetId: string, url: string) =>
  ({ targetId, url, type: 'page', openerId: 'main' }) as Protocol.Target.TargetInfo;
const [one, two] = ['http://shop.test/one', 'http://shop.test/two'];

/** All ways in which the four pieces of news of two windows can come. */
const orders = (news: ((popups: Popups) => void)[]): ((popups: Popups) => void)[][] =>
  news.length < 2 ? [news] : news.flatMap((first, at) => orders(news.toSpliced(at, 1)).map((rest) => [first, ...rest]));

it.each([
  ['blank at first', '', ''],
  ['with their addresses', one, two],
])('F24: two windows are two, in whatever order their news comes (%s)', (_name, firstUrl, secondUrl) => {
  for (const order of orders([
    (popups) => popups.asked(one),
    (popups) => popups.asked(two),
    (popups) => void popups.opened(target('a', firstUrl)),
    (popups) => void popups.opened(target('b', secondUrl)),
  ])) {
    const popups = new Popups();
    for (const tell of order) tell(popups);
    popups.opened(target('a', one));
    popups.opened(target('b', two));
    expect(popups.all.map(({ url }) => url).sort()).toEqual([one, two]);
    expect(popups.all.map(({ targetId }) => targetId).sort()).toEqual(['a', 'b']);
  }
});

it('a window that the browser kept shut is known by the wish alone', () => {
  const popups = new Popups();
  popups.asked(one);
  expect(popups.all).toMatchObject([{ url: one, targetId: '' }]);
});
