import { useDataProvider, useLocaleState, useTranslate } from 'react-admin';
import { call } from '../api/http';
import { ApiProblem } from '../api/problem';
import type { Capture, CaptureFile, Exported } from '../api/types';
import { ActDialog } from '../parts/ActDialog';
import type { ConsoleDataProvider } from '../api/data-provider';
import { useItems } from '../api/use-api';
import { useWord } from '../parts/choices';
import { useDone } from '../parts/use-done';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** The container is written in the background; until then the dialog stays open. */
const ready = async (id: string): Promise<void> => {
  for (let tries = 0; tries < 120; tries += 1) {
    const { state } = await call<Exported>(`exports/${id}`);
    if (state === 'ready') return;
    if (state === 'failed') break;
    await pause(1_000);
  }
  throw new ApiProblem(409, { code: 'console.exportFailed', title: 'The export was not made.' });
};

/** A package leaves only with a purpose and a receiver, which become a custody entry. */
export const ExportDialog = ({ capture, onClose }: { capture: Capture; onClose: () => void }) => {
  const translate = useTranslate();
  const done = useDone();
  const [locale] = useLocaleState();
  const word = useWord();
  const provider = useDataProvider<ConsoleDataProvider>();
  const { items: files } = useItems<CaptureFile>(`captures/${capture.id}/files`);
  const asOption = (file: CaptureFile) => ({
    id: file.path,
    name: `${file.path} · ${locale === 'en' ? word('fileRole', file.role) : file.title}`,
  });
  return (
    <ActDialog
      title={translate('action.capture.export')}
      explanation={translate('says.capture.export')}
      shape={{
        fields: [
          { name: 'purpose', kind: 'long', required: true, minLength: 2 },
          { name: 'recipient', label: 'exportRecipient', kind: 'text', minLength: 2 },
          { name: 'withheld', kind: 'picks', options: files.filter((file) => file.isWithholdable).map(asOption) },
          { name: 'withholdGround', kind: 'text', minLength: 2 },
        ],
      }}
      onClose={onClose}
      onAct={async ({ withholdGround: ground, ...data }, idempotencyKey) => {
        const asked = await call<Exported>(`captures/${capture.id}/exports`, {
          method: 'POST',
          body: { ...data, ground },
          idempotencyKey,
        });
        await ready(asked.id);
        await provider.download(`exports/${asked.id}/file`, `${capture.number}.evp`);
        done('console.exported');
      }}
    />
  );
};
