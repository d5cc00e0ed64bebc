import { Alert, Box, Button, Typography } from '@mui/material';
import { useState } from 'react';
import { useCanAccess, useTranslate } from 'react-admin';
import { call } from '../../api/http';
import type { Case, CasePanel } from '../../api/types';
import { useItems } from '../../api/use-api';
import { ActButtons } from '../../parts/ActButtons';
import { ActDialog } from '../../parts/ActDialog';
import { type ActShapes, reason } from '../../parts/act-fields';
import { useWord } from '../../parts/choices';
import { type Fact, Facts } from '../../parts/Facts';
import { Panel, Stacked } from '../../parts/Panel';
import { PlainTable } from '../../parts/PlainTable';
import { Fetching } from '../../parts/Refusal';
import { StateMark } from '../../parts/StateMark';
import { useDone } from '../../parts/use-done';
import { When } from '../../parts/When';

const grounds = ['complex', 'grave', 'extension', 'other'];
const votes = ['agree', 'disagree', 'abstain'];
const conclusions = ['agree', 'otherwise', 'supplement', 'none'];

const convening: ActShapes[string] = {
  fields: [
    { name: 'ground', list: 'panelGround', kind: 'choice', values: grounds, required: true, initial: 'complex' },
    { name: 'question', kind: 'long', required: true, minLength: 2 },
    { name: 'plannedAt', kind: 'instant', required: true },
    { name: 'meetingPlace', kind: 'text', required: true, minLength: 2 },
    { name: 'chairId', kind: 'officer', required: true },
    { name: 'memberIds', kind: 'officers', required: true },
    { name: 'recorder', kind: 'text', required: true, minLength: 2 },
    { name: 'listeners', kind: 'lines' },
  ],
  bodyOf: ({ meetingPlace, ...rest }) => ({ ...rest, place: meetingPlace }),
};

/** Where each act goes, and what it asks for. */
const acts = (panel: CasePanel): Record<string, { path: string; shape: ActShapes[string] }> => ({
  opine: {
    path: 'opinions',
    shape: {
      fields: [
        { name: 'vote', list: 'panelVote', kind: 'choice', values: votes, required: true },
        { name: 'opinion', kind: 'long', required: true, minLength: 2 },
      ],
    },
  },
  noteAbsence: {
    path: 'absences',
    shape: {
      fields: [
        {
          name: 'officerId',
          label: 'absentMember',
          kind: 'pick',
          options: panel.members.filter(({ saidAt }) => !saidAt).map(({ officerId: id, name }) => ({ id, name })),
          required: true,
        },
        reason,
      ],
    },
  },
  conclude: {
    path: 'conclusion',
    shape: {
      fields: [
        { name: 'conclusion', list: 'panelConclusion', kind: 'choice', values: conclusions, required: true },
        { name: 'conclusionText', kind: 'long', required: true, minLength: 2 },
        { name: 'minutes', kind: 'long', required: true, minLength: 2 },
        { name: 'heldAt', kind: 'instant', required: true },
        { name: 'againstMajority', kind: 'long' },
        ...(panel.ground === 'extension' ? [{ name: 'extendedUntil', kind: 'day' as const }] : []),
      ],
      bodyOf: ({ conclusionText, ...rest }) => ({ ...rest, text: conclusionText }),
    },
  },
  cancel: { path: 'cancellation', shape: { fields: [reason], grave: true } },
});

const One = ({ file, panel }: { file: Case; panel: CasePanel }) => {
  const translate = useTranslate();
  const word = useWord();
  const done = useDone();
  const [chosen, choose] = useState<string>();
  const act = chosen && acts(panel)[chosen];
  const nameOf = (name: string) => translate(`action.panel.${name}`);
  const { tally } = panel;
  const facts: Fact[] = [
    [translate('field.ground'), word('panelGround', panel.ground)],
    [translate('field.plannedAt'), <When key="p" at={panel.plannedAt} />],
    [translate('field.meetingPlace'), panel.place],
    [translate('field.recorder'), panel.recorder],
    [translate('field.listeners'), panel.listeners.join('、')],
    [translate('console.panelTally'), translate('console.panelCount', { ...tally })],
    [translate('field.heldAt'), <When key="h" at={panel.heldAt} />],
    [translate('field.conclusion'), word('panelConclusion', panel.conclusion)],
  ];
  const long: Fact[] = [
    [translate('field.question'), panel.question],
    [translate('field.conclusionText'), panel.conclusionText],
    [translate('field.againstMajority'), panel.againstMajority],
    [translate('field.extendedUntil'), panel.extendedUntil],
    [translate('field.minutes'), panel.minutes],
    [translate('field.reason'), panel.cancelReason],
  ];
  return (
    <Panel
      title={
        <Box component="span" sx={{ display: 'inline-flex', gap: 1.5, alignItems: 'center' }}>
          {translate('console.panelNo', { n: panel.n })} <StateMark kind="panel" state={panel.state} />
        </Box>
      }
      action={<ActButtons names={panel.availableActions} nameOf={nameOf} choose={choose} />}
    >
      {panel.state === 'convened' && tally.missing > 0 && (
        <Alert severity="info" sx={{ mb: 2 }}>
          {translate('console.panelMissing', { ...tally })}
        </Alert>
      )}
      <Facts columns={4} facts={facts.filter(([, value]) => value !== '')} />
      <Box sx={{ my: 1.5 }}>
        <Facts columns={1} facts={long.filter(([, value]) => Boolean(value))} />
      </Box>
      <PlainTable
        caption={translate('field.memberIds')}
        rows={panel.members}
        rowKey={(member) => member.officerId}
        columns={[
          {
            key: 'name',
            label: translate('field.memberIds'),
            cell: (m) => (m.chair ? `${m.name}（${translate('field.chairId')}）` : m.name),
          },
          {
            key: 'vote',
            label: translate('field.vote'),
            cell: (m) =>
              word('panelVote', m.vote) ||
              (m.absence && translate('console.absentBecause', { reason: m.absence })) ||
              (m.saidAt ? translate('console.panelBlind') : '—'),
          },
          { key: 'opinion', label: translate('field.opinion'), cell: (m) => m.opinion ?? '—' },
          { key: 'at', label: translate('console.time'), cell: (m) => <When at={m.saidAt} /> },
        ]}
      />
      {act && (
        <ActDialog
          title={nameOf(chosen)}
          explanation={translate(`says.panel.${chosen}`)}
          shape={act.shape}
          onClose={() => choose(undefined)}
          onAct={async (answers, idempotencyKey) => {
            const body = act.shape.bodyOf?.(answers) ?? answers;
            await call(`cases/${file.id}/panels/${panel.id}/${act.path}`, { method: 'POST', body, idempotencyKey });
            done('console.acted', { act: nameOf(chosen) });
          }}
        />
      )}
    </Panel>
  );
};

/** Collective discussions of the case: who was called, who said what, what came of it. */
export const Panels = ({ file }: { file: Case }) => {
  const translate = useTranslate();
  const done = useDone();
  const [calling, setCalling] = useState(false);
  const { canAccess: mayDecide } = useCanAccess({ resource: 'cases', action: 'decide' });
  const { items, isPending, error, refetch } = useItems<CasePanel>(`cases/${file.id}/panels`);
  const open = items.some(({ state }) => state === 'convened');
  return (
    <Stacked>
      <Panel
        title={translate('tab.panels')}
        action={
          mayDecide &&
          !open && (
            <Button variant="outlined" onClick={() => setCalling(true)} data-action="convenePanel">
              {translate('action.panel.convene')}
            </Button>
          )
        }
      >
        <Fetching isPending={isPending} error={error} refetch={refetch} />
        <Typography color="text.secondary">
          {translate(file.complex ? 'console.panelOwed' : items.length === 0 ? 'console.nothing' : 'console.panelHint')}
        </Typography>
      </Panel>
      {items.toReversed().map((panel) => (
        <One key={panel.id} file={file} panel={panel} />
      ))}
      {calling && (
        <ActDialog
          title={translate('action.panel.convene')}
          explanation={translate('says.panel.convene')}
          shape={convening}
          onClose={() => setCalling(false)}
          onAct={async (answers, idempotencyKey) => {
            const body = convening.bodyOf?.(answers) ?? answers;
            await call(`cases/${file.id}/panels`, { method: 'POST', body, idempotencyKey });
            done('console.acted', { act: translate('action.panel.convene') });
          }}
        />
      )}
    </Stacked>
  );
};
