import { Box, Button } from '@mui/material';
import { useState } from 'react';
import { useDataProvider, useTranslate } from 'react-admin';
import type { ConsoleDataProvider } from '../api/data-provider';
import type { Stateful } from '../api/types';
import { ActDialog } from './ActDialog';
import type { ActShape, ActShapes } from './act-fields';
import { useDone } from './use-done';

interface ActsProps {
  /** Prefix of the words: `action.<kind>.<action>`. */
  kind: string;
  resource: string;
  record: Stateful;
  shapes: ActShapes;
  initial?: Record<string, unknown>;
}

const plain: ActShape = { fields: [] };

const useActs = ({ kind, resource, record, shapes, initial }: ActsProps) => {
  const translate = useTranslate();
  const provider = useDataProvider<ConsoleDataProvider>();
  const done = useDone();
  const [chosen, choose] = useState<string>();
  const nameOf = (action: string) => translate(`action.${kind}.${action}`, { _: action });
  const dialog = chosen && (
    <ActDialog
      title={nameOf(chosen)}
      explanation={translate(`says.${kind}.${chosen}`, { _: '' })}
      shape={shapes[chosen] ?? plain}
      initial={initial}
      onClose={() => choose(undefined)}
      onAct={async (data, key) => {
        await provider.transition(resource, record.id, chosen, shapes[chosen]?.bodyOf?.(data) ?? data, {
          version: record.version,
          idempotencyKey: key,
        });
        done('console.acted', { act: nameOf(chosen) });
      }}
    />
  );
  return { nameOf, choose, dialog };
};

/** One button per move the server offers. The console holds no copy of the rules. */
export const ActButtons = (props: ActsProps) => {
  const { nameOf, choose, dialog } = useActs(props);
  return (
    <Box sx={{ display: 'flex', gap: 1, flexWrap: 'wrap' }}>
      {(props.record.availableActions ?? []).map((action, index) => (
        <Button
          key={action}
          variant={index === 0 && !props.shapes[action]?.grave ? 'contained' : 'outlined'}
          color={props.shapes[action]?.grave ? 'error' : 'primary'}
          onClick={() => choose(action)}
          data-action={action}
        >
          {nameOf(action)}
        </Button>
      ))}
      {dialog}
    </Box>
  );
};
