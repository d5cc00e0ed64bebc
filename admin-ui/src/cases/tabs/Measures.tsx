import { Alert, Box, Button, Typography } from '@mui/material';
import { useState } from 'react';
import { useCanAccess, useTranslate } from 'react-admin';
import { call } from '../../api/http';
import type { Case, CaseMeasure } from '../../api/types';
import { useItems } from '../../api/use-api';
import { ActButtons } from '../../parts/ActButtons';
import { ActDialog } from '../../parts/ActDialog';
import { type ActShape, reason } from '../../parts/act-fields';
import { useWord } from '../../parts/choices';
import { type Fact, Facts, given } from '../../parts/Facts';
import { useOwnWords } from '../../parts/own-words';
import { Panel, Stacked } from '../../parts/Panel';
import { Fetching } from '../../parts/Refusal';
import { StateMark } from '../../parts/StateMark';
import { useDone } from '../../parts/use-done';
import { When } from '../../parts/When';
import { Who } from '../../parts/Who';

const kinds = ['preservation', 'sealing', 'seizure'];
const liftGrounds = ['noViolation', 'unrelated', 'decided', 'handled', 'notNeeded'];
const disposals = ['returned', 'tested', 'seized', 'confiscated', 'transferred', 'unsealed'];

/** One thing a line: what it is, and behind the last bar how many. */
const objectsOf = (lines: unknown) =>
  (Array.isArray(lines) ? (lines as string[]) : []).filter((line) => line.trim()).map((line) => {
    const at = line.search(/[|｜](?!.*[|｜])/);
    return at < 0
      ? { description: line.trim(), quantity: '1' }
      : { description: line.slice(0, at).trim(), quantity: line.slice(at + 1).trim() || '1' };
  }); // prettier-ignore

const proposing: ActShape = {
  fields: [
    { name: 'measureKind', kind: 'choice', values: kinds, required: true, initial: 'preservation' },
    { name: 'reason', kind: 'long', required: true, minLength: 2 },
    { name: 'basis', kind: 'citations' },
    { name: 'measureObjects', kind: 'lines', required: true },
    { name: 'keptAt', kind: 'text', required: true, minLength: 2 },
    { name: 'keeper', kind: 'text', required: true, minLength: 2 },
    { name: 'documentNumber', kind: 'text' },
    { name: 'urgent', kind: 'yes' },
  ],
  bodyOf: ({ measureKind, measureObjects, keptAt, basis, ...rest }) => ({
    ...rest,
    kind: measureKind,
    place: keptAt,
    basis: basis ?? [],
    objects: objectsOf(measureObjects),
  }),
};

const shapes = (measure: CaseMeasure): Record<string, ActShape> => ({
  approve: {
    fields: [
      { name: 'opinion', kind: 'long', required: true },
      { name: 'documentNumber', kind: 'text' },
    ],
  },
  refuse: { fields: [{ name: 'opinion', kind: 'long', required: true }], grave: true },
  extend: { fields: [reason] },
  pause: {
    fields: [{ name: 'ground', list: 'pauseGround', kind: 'choice', values: measure.pauseGrounds, required: true }, reason],
  },
  resume: { fields: [] },
  lift: {
    fields: [
      { name: 'ground', list: 'liftGround', kind: 'choice', values: liftGrounds, required: true },
      { name: 'disposal', list: 'measureDisposal', kind: 'choice', values: disposals, required: true },
      reason,
      { name: 'documentNumber', kind: 'text' },
    ],
  },
  recheck: {
    fields: [
      { name: 'measureNote', kind: 'long', required: true },
      { name: 'disposal', list: 'measureDisposal', kind: 'choice', values: disposals },
    ],
    bodyOf: ({ measureNote, ...rest }) => ({ ...rest, note: measureNote }),
  },
});

const One = ({ file, measure }: { file: Case; measure: CaseMeasure }) => {
  const translate = useTranslate();
  const word = useWord();
  const own = useOwnWords();
  const done = useDone();
  const [chosen, choose] = useState<string>();
  const shape = chosen && shapes(measure)[chosen];
  const nameOf = (name: string) => translate(`action.measure.${name}`);
  const facts: Fact[] = [
    [translate('field.keptAt'), measure.place],
    [translate('field.keeper'), measure.keeper],
    [translate('field.documentNumber'), measure.documentNumber],
    [translate('console.proposedBy'), <Who key="p" id={measure.proposedBy} />],
    [translate('console.time'), <When key="t" at={measure.proposedAt} />],
    [translate('console.approvedBy'), measure.approvedBy && <Who key="a" id={measure.approvedBy} />],
    [translate('field.opinion'), measure.opinion],
    [translate('console.measureDue'), measure.due],
    [translate('field.liftGround'), word('liftGround', measure.liftGround)],
    [translate('field.disposal'), word('measureDisposal', measure.disposal)],
    [translate('console.endedAt'), measure.endedAt && <When key="e" at={measure.endedAt} />],
  ];
  const long: Fact[] = [
    [translate('field.reason'), measure.reason],
    [
      translate('field.basis'),
      measure.basis.map((c) => `《${c.law}》${translate('console.article', { n: c.article })}`).join('、'),
    ],
    [translate('field.measureObjects'), measure.objects.map((o) => `${o.description}（${o.quantity}）`).join('；')],
    [translate('console.measureWhy'), measure.explanation.map(own).join('；')],
    [translate('field.measureNote'), measure.recheckNote],
  ];
  return (
    <Panel
      title={
        <Box component="span" sx={{ display: 'inline-flex', gap: 1.5, alignItems: 'center' }}>
          {measure.n}. {word('measureKind', measure.kind)} <StateMark kind="measureState" state={measure.state} />
        </Box>
      }
      action={<ActButtons names={measure.availableActions} nameOf={nameOf} choose={choose} />}
    >
      {measure.state === 'urgent' && measure.approveUntil && (
        <Alert severity="warning" sx={{ mb: 2 }}>
          {translate('console.approvalOwed')} <When at={measure.approveUntil} />
        </Alert>
      )}
      {measure.paused && (
        <Alert severity="info" sx={{ mb: 2 }}>
          {translate('console.measurePaused')}
        </Alert>
      )}
      <Facts columns={4} facts={given(facts)} />
      <Box sx={{ mt: 1.5 }}>
        <Facts columns={1} facts={given(long)} />
      </Box>
      {shape && (
        <ActDialog
          title={nameOf(chosen)}
          explanation={translate(`says.measure.${chosen}`)}
          shape={shape}
          onClose={() => choose(undefined)}
          onAct={async (answers, idempotencyKey) => {
            const body = { ...(shape.bodyOf?.(answers) ?? answers), action: chosen };
            await call(`cases/${file.id}/measures/${measure.id}/transitions`, { method: 'POST', body, idempotencyKey });
            done('console.acted', { act: nameOf(chosen) });
          }}
        />
      )}
    </Panel>
  );
};

/** What is kept from the party for the case: preservation by registration, sealing, seizure. */
export const Measures = ({ file }: { file: Case }) => {
  const translate = useTranslate();
  const done = useDone();
  const [proposes, setProposes] = useState(false);
  const { canAccess: mayHandle } = useCanAccess({ resource: 'cases', action: 'handle' });
  const { items, isPending, error, refetch } = useItems<CaseMeasure>(`cases/${file.id}/measures`);
  return (
    <Stacked>
      <Panel
        title={translate('tab.measures')}
        action={
          mayHandle && (
            <Button variant="outlined" onClick={() => setProposes(true)} data-action="proposeMeasure">
              {translate('action.measure.propose')}
            </Button>
          )
        }
      >
        <Fetching isPending={isPending} error={error} refetch={refetch} />
        <Typography color="text.secondary">
          {translate(items.length === 0 ? 'console.nothing' : 'console.measureHint')}
        </Typography>
      </Panel>
      {items.toReversed().map((measure) => (
        <One key={measure.id} file={file} measure={measure} />
      ))}
      {proposes && (
        <ActDialog
          title={translate('action.measure.propose')}
          explanation={translate('says.measure.propose')}
          shape={proposing}
          onClose={() => setProposes(false)}
          onAct={async (answers, idempotencyKey) => {
            const body = proposing.bodyOf?.(answers) ?? answers;
            await call(`cases/${file.id}/measures`, { method: 'POST', body, idempotencyKey });
            done('console.acted', { act: translate('action.measure.propose') });
          }}
        />
      )}
    </Stacked>
  );
};
