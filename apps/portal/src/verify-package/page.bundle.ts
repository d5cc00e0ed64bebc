// The script of /verify-package. Reads what the visitor chose, asks only for the trust bundle, and says what the verifier says.
import {
  blobSource,
  defaultLevel,
  type ByteSource,
  type Language,
  type Level,
  parseTrustBundle,
  verifyPackage,
} from '../../../../libs/proof/browser';
import { showFault, showReport } from './report-view';

const language: Language = document.documentElement.lang.startsWith('zh') ? 'zh' : 'en';
const say = (zh: string, en: string): string => (language === 'zh' ? zh : en);
const byId = <E extends HTMLElement>(id: string): E => document.getElementById(id) as E;

const form = byId<HTMLFormElement>('verify');
const chosen = byId<HTMLInputElement>('package');
const drop = byId('drop');
const progress = byId('progress');
const outcome = byId('outcome');
/** Counts the questions, so that a slow answer to an earlier one is not shown below a later file. */
let asked = 0;

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

/** The file, telling how much of it has been read. The first step reads all of it once, which is most of the work. */
function told(file: File, tell: (percent: number) => void): ByteSource {
  const source = blobSource(file);
  let furthest = 0;
  const read = async (offset: number, length: number): Promise<Uint8Array> => {
    const bytes = await source.read(offset, length);
    furthest = Math.max(furthest, offset + length);
    tell(Math.floor((100 * furthest) / Math.max(1, source.size)));
    return bytes;
  };
  return { size: source.size, read };
}

async function verify(file: File): Promise<void> {
  const question = ++asked;
  const current = () => question === asked;
  outcome.hidden = true;
  outcome.replaceChildren();
  progress.textContent = say(`正在核验 ${file.name} …`, `Verifying ${file.name} …`);
  try {
    const bundle = parseTrustBundle(await trusted());
    const level = byId<HTMLSelectElement>('level').value;
    const report = await verifyPackage(
      {
        form: 'file',
        source: told(
          file,
          (percent) =>
            current() &&
            (progress.textContent = say(`正在核验 ${file.name}：${percent}%`, `Verifying ${file.name}: ${percent}%`)),
        ),
      },
      bundle,
      {
        at: new Date(),
        level: level ? (Number(level) as Level) : defaultLevel(bundle),
        checkpoints: await Promise.all(filesOf('checkpoints').map(bytesOf)),
      },
    );
    if (current()) outcome.replaceChildren(showReport(report, file.name, language));
  } catch (fault) {
    if (current()) outcome.replaceChildren(showFault(fault instanceof Error ? fault.message : String(fault), language));
  }
  if (!current()) return;
  progress.textContent = '';
  outcome.hidden = false;
  outcome.focus({ preventScroll: true });
  outcome.scrollIntoView({ block: 'nearest' });
}

const again = (): void => {
  const file = chosen.files?.[0];
  if (file) void verify(file);
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
  chosen.files = files;
  again();
});

byId('no-script').hidden = true;
form.hidden = false;
