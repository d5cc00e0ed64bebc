import type { Browser, Page } from 'puppeteer';
import { graveFaults } from '../../platform/testing';
import { act, aDraft, aStaff, type Draft, send, type Staff, tokenIn } from '../testing/an-order';
import { picture, startLooking } from '../testing/looking';
import { type OrderRooms, orderRooms } from '../testing/order-rooms';

jest.setTimeout(120_000);

let rooms: OrderRooms;
let staff: Staff;
let browser: Browser;
let origin: string;

beforeAll(async () => {
  rooms = await orderRooms();
  staff = await aStaff(rooms);
  await rooms.portal.listen(0, '127.0.0.1');
  origin = await rooms.portal.getUrl();
  browser = await startLooking(9);
});
afterAll(async () => {
  await browser?.close();
  await rooms?.close();
});

/** A person with a browser that runs no script. */
async function aVisitor(width = 1100): Promise<Page> {
  const page = await browser.newPage();
  await page.setJavaScriptEnabled(false);
  await page.setViewport({ width, height: 860 });
  return page;
}

async function press(page: Page, selector: string): Promise<void> {
  await Promise.all([page.waitForNavigation(), page.click(selector)]);
}

async function faults(page: Page): Promise<string[][]> {
  await page.setJavaScriptEnabled(true);
  const found = await graveFaults(page);
  await page.setJavaScriptEnabled(false);
  return found;
}

const shows = async (page: Page, text: string) => (await page.content()).includes(text);
const widthOf = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth);

async function enter(page: Page, order: Draft, language: 'zh' | 'en'): Promise<void> {
  const token = tokenIn(rooms.mailbox.lastTo(order.duty).text);
  await page.goto(`${origin}/o/${token}?lang=${language}`);
  await press(page, 'form[action*="/code"] button');
  await rooms.settle();
  await page.type('#code', /^\d{6}/.exec(rooms.mailbox.lastTo(order.deputy).text)![0]);
  await press(page, 'form[action*="/session"] button');
}

describe.each(['zh', 'en'] as const)('an operator without script, in %s', (language) => {
  let order: Draft;
  let page: Page;
  beforeAll(async () => {
    order = await aDraft(rooms, staff, 'suspension', [`one-${language}.test`, `two-${language}.test`]);
    await send(rooms, staff, order.order);
    page = await aVisitor();
  });

  it('opens the door, and nothing serious stands in anybody’s way', async () => {
    await page.goto(`${origin}/o/${tokenIn(rooms.mailbox.lastTo(order.duty).text)}?lang=${language}`);
    await picture(page, `order-door-${language}`);
    expect(await faults(page)).toEqual([]);
  });

  it('enters, acknowledges, reports with a proof and sees what came of it', async () => {
    await enter(page, order, language);
    expect(await page.$eval('h1', (h1) => h1.textContent)).toContain('停服');
    await page.type('#name', '操作员甲');
    await page.type('#role', '合规部');
    await press(page, 'form[action*="/acknowledgement"] button');
    expect(await shows(page, '操作员甲 (合规部)')).toBe(true);

    await page.select('[name="result.1"]', 'done');
    await page.type('#name', '操作员甲');
    await page.type('#role', '合规部');
    await press(page, 'form[action*="/report"] button');
    expect(await page.$$eval('[role=alert] a', (links) => links.map((link) => link.getAttribute('href')))).toEqual([
      '#measure.1',
      '#doneAt.1',
    ]);
    await picture(page, `order-refused-${language}`);
    expect(await faults(page)).toEqual([]);

    await page.select('[name="measure.1"]', 'serviceTotalSuspension');
    await page.$eval('[name="doneAt.1"]', (input) => ((input as HTMLInputElement).value = '2026-11-20T10:30'));
    await page.$eval('#proof', (input) => {
      const held = new DataTransfer();
      held.items.add(new File(['工单 T-1 已处理'], '工单.txt'));
      (input as HTMLInputElement).files = held.files;
    });
    await press(page, 'form[action*="/report"] button');
    expect(await shows(page, '工单.txt')).toBe(true);
    const [row] = await rooms.database.admin.query<{ state: string; report_outcome: string }[]>(
      'SELECT state, report_outcome FROM orders WHERE id = $1',
      [order.order.id],
    );
    expect(row).toEqual({ state: 'reported', report_outcome: 'partial' });
    rooms.clock.advance(11 * 60_000);
    await rooms.settle();
    await page.reload();
    await picture(page, `order-${language}`);
    expect(await faults(page)).toEqual([]);
  });

  it('reads it on a telephone of 320 px without scrolling sideways', async () => {
    await page.setViewport({ width: 320, height: 640 });
    await page.reload();
    expect(await widthOf(page)).toBeLessThanOrEqual(320);
    await picture(page, `order-phone-${language}`);
  });

  it('AC-OPR-1.4 hands the address to no other site', async () => {
    expect(await page.evaluate(() => document.referrer)).not.toContain('/o/');
    const policies = await page.$$eval('meta[name=referrer]', (metas) => metas.map((meta) => meta.getAttribute('content')));
    expect(policies).toEqual(['no-referrer']);
  });
});

it('what is no order is a page too', async () => {
  const page = await aVisitor();
  const answer = await page.goto(`${origin}/o/${'a'.repeat(43)}?lang=en`);
  expect([answer!.status(), await page.$eval('h1', (h1) => h1.textContent)]).toEqual([404, 'Not found']);
  expect(await faults(page)).toEqual([]);
});

it('an order that was discarded is sent to nobody', async () => {
  const draft = await aDraft(rooms, staff, 'suspension', ['never.test']);
  await act(rooms, draft.order, staff.officer, 'discard');
  await rooms.settle();
  expect(rooms.mailbox.mails.some(({ to }) => to === draft.duty)).toBe(false);
});
