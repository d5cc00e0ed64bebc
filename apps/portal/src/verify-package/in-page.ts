import type { Language, Level } from '../../../../libs/proof/browser';
import type { Question, Said } from './question';
import { showFault, showReport } from './report-view';

/** Reads what the visitor chose, asks only for the trust bundle, and shows what the worker says: the page itself stays free. */
export function startPage(script: string): void {
  const language: Language = document.documentElement.lang.startsWith('zh') ? 'zh' : 'en';
  const say = (zh: string, en: string): string => (language === 'zh' ? zh : en);
  const byId = <E extends HTMLElement>(id: string): E => document.getElementById(id) as E;

  const form = byId<HTMLFormElement>('verify');
  const chosen = byId<HTMLInputElement>('package');
  const drop = byId('drop');
  const progress = byId('progress');
  const outcome = byId('outcome');
  /** Who is at work on the question asked last. An earlier one is ended: nobody waits for its answer any more. */
  let worker: Worker | null = null;

  const bytesOf = async (blob: Blob): Promise<Uint8Array> => new Uint8Array(await blob.arrayBuffer());
  const filesOf = (id: string): File[] => [...(byId<HTMLInputElement>(id).files ?? [])];

  async function trusted(): Promise<Uint8Array> {
    const own = filesOf('trust')[0];
    if (own) return bytesOf(own);
    const answer = await fetch('/trust.json', { credentials: 'omit' });
    if (!answer.ok)
      throw new Error(
        say(
          '本站没有公布信任文件，请在“更多选项”中选择您保存的信任文件',
          'this site publishes no trust bundle: choose your own under “More options”',
        ),
      );
    return bytesOf(await answer.blob());
  }

  const unreadable = say(
    '浏览器读不到该文件：它可能是文件夹，或者在选择之后被移动、改动',
    'the browser cannot read this file: it may be a folder, or was moved or changed after it was chosen',
  );

  /** Why there is nothing to verify; null when there is. */
  function refusalOf(files: readonly File[]): string | null {
    if (files.length > 1) return say('请一次核验一个证据包', 'please verify one package at a time');
    return files[0]?.size === 0
      ? say('该文件为空（0 字节），里面没有可核验的内容', 'this file is empty (0 bytes): there is nothing to verify')
      : null;
  }

  function refuse(message: string): void {
    worker?.terminate();
    worker = null;
    progress.textContent = '';
    outcome.replaceChildren(showFault(message, language));
    outcome.hidden = false;
    outcome.focus({ preventScroll: true });
  }

  async function verify(file: File): Promise<void> {
    worker?.terminate();
    const asked = new Worker(script);
    worker = asked;
    outcome.hidden = true;
    outcome.replaceChildren();
    progress.textContent = say(`正在核验 ${file.name} …`, `Verifying ${file.name} …`);
    const end = (shown: Node): void => {
      asked.terminate();
      if (worker !== asked) return;
      worker = null;
      progress.textContent = '';
      outcome.replaceChildren(shown);
      outcome.hidden = false;
      outcome.focus({ preventScroll: true });
      outcome.scrollIntoView({ block: 'nearest' });
    };
    const fail = (message: string): void => end(showFault(message, language));
    asked.onerror = ({ message }) => fail(message);
    asked.onmessage = ({ data }: MessageEvent<Said>) => {
      if (data.kind === 'fault') fail(data.isUnreadable ? unreadable : data.message);
      else if (data.kind === 'report') end(showReport(data.report, file.name, language));
      else if (worker === asked)
        progress.textContent = say(`正在核验 ${file.name}：${data.percent}%`, `Verifying ${file.name}: ${data.percent}%`);
    };
    try {
      const level = byId<HTMLSelectElement>('level').value;
      const question: Question = {
        file,
        trust: await trusted(),
        level: level ? (Number(level) as Level) : null,
        checkpoints: await Promise.all(filesOf('checkpoints').map(bytesOf)),
        wire: byId<HTMLInputElement>('wire').checked,
        at: new Date(),
      };
      asked.postMessage(question);
    } catch (fault) {
      fail(fault instanceof Error ? fault.message : String(fault));
    }
  }

  const again = (): void => {
    const files = [...(chosen.files ?? [])];
    const refusal = refusalOf(files);
    if (refusal) refuse(refusal);
    else if (files[0]) void verify(files[0]);
  };

  form.addEventListener('submit', (event) => event.preventDefault());
  form.addEventListener('change', again);
  // Anywhere on the page: a file dropped beside the frame would otherwise make the browser leave for it.
  addEventListener('dragover', (event) => {
    event.preventDefault();
    drop.classList.add('over');
  });
  addEventListener('dragleave', () => drop.classList.remove('over'));
  addEventListener('drop', (event) => {
    event.preventDefault();
    drop.classList.remove('over');
    const files = event.dataTransfer?.files;
    if (!files?.[0]) return;
    if (files.length > 1) return refuse(refusalOf([...files])!);
    chosen.files = files;
    again();
  });

  byId('no-script').hidden = true;
  form.hidden = false;
}
