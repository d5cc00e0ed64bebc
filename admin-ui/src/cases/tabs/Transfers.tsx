import { Alert, Box } from '@mui/material';
import { useState } from 'react';
import { useTranslate } from 'react-admin';
import { call } from '../../api/http';
import type { Case, CaseTransfer } from '../../api/types';
import { useItems } from '../../api/use-api';
import { ActButtons } from '../../parts/ActButtons';
import { ActDialog } from '../../parts/ActDialog';
import type { ActField, ActShape } from '../../parts/act-fields';
import { useWord } from '../../parts/choices';
import { type Fact, Facts, given } from '../../parts/Facts';
import { Panel } from '../../parts/Panel';
import { StateMark } from '../../parts/StateMark';
import { useDone } from '../../parts/use-done';
import { When } from '../../parts/When';
import { Who } from '../../parts/Who';

const happenedAt: ActField = { name: 'happenedAt', kind: 'instant', required: true };
const shapes: Record<string, ActShape> = {
  send: {
    fields: [
      { name: 'documentNumber', kind: 'text', required: true },
      { name: 'delivery', kind: 'text', required: true },
      happenedAt,
    ],
  },
  receive: {
    fields: [{ name: 'receipt', kind: 'text', required: true }, { name: 'receivedBy', kind: 'text', required: true }, happenedAt],
  },
  accept: { fields: [{ name: 'answerNumber', kind: 'text' }, happenedAt] },
  return: {
    fields: [{ name: 'reason', kind: 'long', required: true, minLength: 2 }, { name: 'answerNumber', kind: 'text' }, happenedAt],
  },
};

const One = ({ file, transfer }: { file: Case; transfer: CaseTransfer }) => {
  const translate = useTranslate();
  const word = useWord();
  const done = useDone();
  const [chosen, choose] = useState<string>();
  const shape = chosen && shapes[chosen];
  const nameOf = (name: string) => translate(`action.transfer.${name}`);
  const facts: Fact[] = [
    [translate('field.receiver'), transfer.receiver],
    [translate('console.approvedBy'), <Who key="d" id={transfer.decidedBy} />],
    [translate('console.time'), <When key="t" at={transfer.decidedAt} />],
    [translate('console.sendUntil'), transfer.sendUntil && <When key="u" at={transfer.sendUntil} />],
    [translate('field.documentNumber'), transfer.documentNumber],
    [translate('field.delivery'), transfer.delivery],
    [translate('console.sentAt'), transfer.sentAt && <When key="s" at={transfer.sentAt} />],
    [translate('field.receipt'), transfer.receipt],
    [translate('field.receivedBy'), transfer.receivedBy],
    [translate('console.receivedAt'), transfer.receivedAt && <When key="r" at={transfer.receivedAt} />],
    [translate('console.answerUntil'), transfer.answerUntil],
    [translate('field.answerNumber'), transfer.answerNumber],
    [translate('console.answeredAt'), transfer.answeredAt && <When key="a" at={transfer.answeredAt} />],
  ];
  const long: Fact[] = [
    [translate('field.reason'), transfer.reason],
    [translate('field.materials'), transfer.materials.join('；')],
    [translate('console.answerReason'), transfer.answerReason],
  ];
  return (
    <Panel
      title={
        <Box component="span" sx={{ display: 'inline-flex', gap: 1.5, alignItems: 'center' }}>
          {word('transferKind', transfer.kind)} <StateMark kind="transferState" state={transfer.state} />
        </Box>
      }
      action={<ActButtons names={transfer.availableActions} nameOf={nameOf} choose={choose} />}
    >
      {transfer.late && (
        <Alert severity="warning" sx={{ mb: 2 }}>
          {translate('console.transferLate')}
        </Alert>
      )}
      <Facts columns={4} facts={given(facts)} />
      <Box sx={{ mt: 1.5 }}>
        <Facts columns={1} facts={given(long)} />
      </Box>
      {shape && (
        <ActDialog
          title={nameOf(chosen)}
          shape={shape}
          onClose={() => choose(undefined)}
          onAct={async (answers, idempotencyKey) => {
            const body = { ...answers, action: chosen };
            await call(`cases/${file.id}/transfers/${transfer.id}/transitions`, { method: 'POST', body, idempotencyKey });
            done('console.acted', { act: nameOf(chosen) });
          }}
        />
      )}
    </Panel>
  );
};

/** How the case got to another organ, and what came back; nothing where it never went. */
export const Transfers = ({ file }: { file: Case }) => {
  const { items } = useItems<CaseTransfer>(`cases/${file.id}/transfers`);
  return (
    <>
      {items.toReversed().map((transfer) => (
        <One key={transfer.id} file={file} transfer={transfer} />
      ))}
    </>
  );
};
