import { Box, Button } from '@mui/material';
import { useState } from 'react';
import { usePermissions, useTranslate } from 'react-admin';
import { call } from '../../api/http';
import type { Clock } from '../../api/types';
import { ActDialog } from '../../parts/ActDialog';
import { reason, type ActShape } from '../../parts/act-fields';
import { useDone } from '../../parts/use-done';

const shapes = (clock: Clock): Record<string, ActShape> => ({
  pauses: {
    fields: [{ name: 'ground', kind: 'choice', list: 'pauseGround', values: clock.pauseGrounds, required: true }, reason],
  },
  resumptions: { fields: [] },
  extensions: { fields: [reason, { name: 'until', kind: 'day' }] },
});

/** A head may pause, resume and extend a time limit where the law names a ground for it. */
export const ClockActs = ({ caseId, clock }: { caseId: string; clock: Clock }) => {
  const translate = useTranslate();
  const done = useDone();
  const { permissions = [] } = usePermissions<string[]>();
  const [chosen, choose] = useState<string>();
  if (!permissions.includes('case:approve') || clock.state === 'stopped') return null;
  const offered = [
    ...(clock.state === 'running' && clock.pauseGrounds.length > 0 ? ['pauses'] : []),
    ...(clock.state === 'paused' ? ['resumptions'] : []),
    ...(clock.extendable ? ['extensions'] : []),
  ];
  const nameOf = (act: string) => translate(`action.clock.${act}`);
  return (
    <Box sx={{ display: 'flex', gap: 0.5 }}>
      {offered.map((act) => (
        <Button key={act} onClick={() => choose(act)}>
          {nameOf(act)}
        </Button>
      ))}
      {chosen && (
        <ActDialog
          title={nameOf(chosen)}
          shape={shapes(clock)[chosen] ?? { fields: [] }}
          onClose={() => choose(undefined)}
          onAct={async (body, idempotencyKey) => {
            await call(`cases/${caseId}/clocks/${clock.id}/${chosen}`, { method: 'POST', body, idempotencyKey });
            done('console.acted', { act: nameOf(chosen) });
          }}
        />
      )}
    </Box>
  );
};
