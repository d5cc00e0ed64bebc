import { setTimeout as pause } from 'node:timers/promises';
import puppeteer, { type Browser, type ElementHandle, type KeyInput, type Page } from 'puppeteer';
import { graveFaults } from '../../libs/platform/testing';
import { folderForPictures } from './pictures';
import type { System } from './system';

const WIDTHS = [1440, 1024] as const;
const SOON_MS = 30_000;

export type Language = 'zh' | 'en';

/** What an officer asks of the API beside his console; signing in there ends nobody's session but his own. */
export interface Signed {
  /** The session's cookie, to look at what a session may that another may not. */
  cookie: string;
  call<T>(method: string, path: string, body?: unknown): Promise<T>;
}

export async function signedIn(system: System, account: string): Promise<Signed> {
  const { password } = system.accounts().find((each) => each.account === account)!;
  const root = `${system.addresses.console}/api/v1`;
  const body = JSON.stringify({ account, password });
  const answer = await fetch(`${root}/session`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  const { csrfToken } = (await answer.json()) as { csrfToken: string };
  const cookie = answer.headers.get('set-cookie')!.split(';')[0]!;
  return {
    cookie,
    async call<T>(method: string, path: string, sent?: unknown) {
      const raw = Buffer.isBuffer(sent);
      const said = await fetch(`${root}/${path}`, {
        method,
        headers: {
          cookie,
          'x-csrf-token': csrfToken,
          ...(sent !== undefined && { 'content-type': raw ? 'application/octet-stream' : 'application/json' }),
        },
        ...(sent !== undefined && { body: raw ? new Uint8Array(sent) : JSON.stringify(sent) }),
      });
      if (!said.ok) throw new Error(`${method} ${path}: ${said.status} ${await said.text()}`);
      return (await said.json()) as T;
    },
  };
}

export async function until<T>(what: string, holds: () => Promise<T>, timeoutMs = 2 * 60_000): Promise<NonNullable<T>> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const found = await holds();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await pause(250);
  }
}

export const startBrowser = (...args: string[]): Promise<Browser> =>
  puppeteer.launch({
    executablePath: process.env.CHROMIUM_PATH || '/usr/bin/chromium',
    args: [...args, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
  });

/** An officer in front of the console: a browser of his own (cookies too), and hands that press and type what he sees. */
export class Desk {
  private language: Language = 'zh';
  /** Faults that a page told its console. What the server refuses is told there too and is no fault. */
  readonly faults: string[] = [];

  private constructor(
    private readonly system: System,
    readonly page: Page,
    /** First part of the names of pictures. */
    private readonly name: string,
  ) {}

  static async of(system: System, browser: Browser, name: string): Promise<Desk> {
    const page = await (await browser.createBrowserContext()).newPage();
    const desk = new Desk(system, page, name);
    await page.setViewport({ width: WIDTHS[0], height: 1000 });
    await page.setBypassCSP(true); // axe is a script that the console's policy would refuse
    page.on('dialog', (asked) => void asked.accept()); // leaving a form that is not sent
    page.on('pageerror', (fault) => desk.faults.push(String(fault)));
    page.on('console', (message) => {
      if (message.type() === 'error' && !/status of [45]\d\d|net::ERR/.test(message.text())) desk.faults.push(message.text());
    });
    return desk;
  }

  async signIn(account: string, language: Language = 'zh'): Promise<void> {
    const { password } = this.system.accounts().find((each) => each.account === account)!;
    await this.page.goto(this.system.addresses.console, { waitUntil: 'networkidle2' });
    await this.page.waitForSelector('input[type=password]', { timeout: SOON_MS });
    await (await this.page.$('input:not([type=password]):not([type=checkbox])'))!.type(account);
    await (await this.page.$('input[type=password]'))!.type(password);
    await this.page.keyboard.press('Enter');
    await this.page.waitForFunction(() => !document.querySelector('input[type=password]'), { timeout: SOON_MS });
    await this.speak(language);
  }

  async speak(language: Language): Promise<void> {
    this.language = language;
    await this.page.evaluate((chosen) => localStorage.setItem('RaStore.locale', JSON.stringify(chosen)), language);
    await this.page.reload({ waitUntil: 'networkidle2' });
  }

  /** Opens a page of the console afresh, as from a bookmark. */
  async open(path: string): Promise<void> {
    await this.page.goto('about:blank');
    await this.page.goto(`${this.system.addresses.console}/#/${path}`, { waitUntil: 'networkidle2' });
  }

  shown(words: string | RegExp, timeout = SOON_MS): Promise<unknown> {
    const source = typeof words === 'string' ? words.replace(/[.*+?^${}()|[\]\\]/g, '\\$&') : words.source;
    return this.page
      .waitForFunction((text) => new RegExp(text).test(document.body.innerText), { timeout }, source)
      .catch(async (fault: unknown) => {
        await this.look('not-shown');
        const text = await this.page.evaluate(() => document.body.innerText);
        throw new Error(`${String(fault)}: never shown: ${source}; the page says:\n${text.slice(0, 3000)}`);
      });
  }

  gone(selector: string, timeout = SOON_MS): Promise<unknown> {
    return this.page
      .waitForFunction((one) => !document.querySelector(one), { timeout }, selector)
      .catch(async (fault: unknown) => {
        await this.look('not-gone');
        throw new Error(`${String(fault)}: still there: ${selector}`);
      });
  }

  async press(selector: string): Promise<void> {
    const found = await this.page.waitForSelector(selector, { timeout: SOON_MS, visible: true }).catch(async (fault: unknown) => {
      await this.look('not-there');
      throw new Error(`${String(fault)}: ${selector}`);
    });
    await found!.click();
  }

  async keys(...keys: KeyInput[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  async type(source: string, words: string): Promise<void> {
    const input = (await this.page.waitForSelector(`[name="${source}"]`, { timeout: SOON_MS }))!;
    await input.click({ count: 3 });
    await input.type(words);
  }

  async choose(source: string, value: string): Promise<void> {
    await this.press(`.ra-input-${source} [role=combobox]`);
    await this.press(`[role=option][data-value="${value}"]`);
    await this.gone('[role=listbox]');
  }

  /** A record from a list that opens while its name is typed. */
  async pick(source: string, name: string, typed = name): Promise<void> {
    const input = (await this.page.waitForSelector(`.ra-input-${source} input, [id="${source}"]`, { timeout: SOON_MS }))!;
    await input.type(typed);
    await this.press(`.MuiAutocomplete-popper ::-p-text(${name})`);
  }

  async upload(source: string, ...paths: string[]): Promise<void> {
    const input = (await this.page.waitForSelector(`[data-upload=${source}]`)) as ElementHandle<HTMLInputElement>;
    await input.uploadFile(...paths);
  }

  async setInstant(selector: string, value: string): Promise<void> {
    await this.page.waitForSelector(selector, { timeout: SOON_MS });
    await this.page.$eval(
      selector,
      (element, at) => {
        const input = element as HTMLInputElement;
        Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')!.set!.call(input, at);
        input.dispatchEvent(new Event('input', { bubbles: true }));
        input.dispatchEvent(new Event('change', { bubbles: true }));
      },
      value,
    );
  }

  text(selector = 'body'): Promise<string> {
    return this.page.$eval(selector, (element) => (element as HTMLElement).innerText);
  }

  /** A picture of the whole page, to be looked at by people. */
  async look(name: string): Promise<void> {
    const path = `${folderForPictures()}/${this.name}-${this.language}-${name}.png` as `${string}.png`;
    await this.page.screenshot({ path, fullPage: true });
  }

  /** Until what moves once has moved: a dialog that is still coming in is neither read nor judged. */
  private async still(): Promise<void> {
    await this.page.evaluate(async () => {
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      const once = document.getAnimations().filter((one) => one.effect?.getTiming().iterations !== Infinity);
      await Promise.allSettled(once.map(({ finished }) => finished));
    });
  }

  /** What every page must be, in both widths: nothing sticks out, no serious fault of axe, no name of a sentence instead of the sentence. */
  async fit(name: string): Promise<void> {
    for (const width of WIDTHS) {
      await this.page.setViewport({ width, height: 1000 });
      await this.still();
      await this.look(width === WIDTHS[0] ? name : `${name}-${width}`);
      const over = await this.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect([name, width, over > 0 ? over : 0]).toEqual([name, width, 0]);
      // A tab that is out of sight is one that nobody finds, unless its row can be moved.
      const lost = await this.page.$$eval(
        '[role=tablist]',
        (rows) =>
          rows.filter(
            (row) =>
              row.scrollWidth > row.parentElement!.clientWidth && getComputedStyle(row.parentElement!).overflowX === 'hidden',
          ).length,
      );
      expect([name, width, lost]).toEqual([name, width, 0]);
    }
    await this.page.setViewport({ width: WIDTHS[0], height: 1000 });
    const found = await graveFaults(this.page);
    expect([name, found]).toEqual([name, []]);
    expect(await this.text()).not.toMatch(
      /(?<![/\w])(resources|ra|console|action|field|says|choice|tab|problem|help|step)\.[a-z]+\.?[a-z]/i,
    );
  }
}
