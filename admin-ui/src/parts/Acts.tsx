import ArrowDropDown from '@mui/icons-material/ArrowDropDown';
import { Box, Button, ListItemText, Menu, MenuItem } from '@mui/material';
import { useId, useState, type MouseEvent } from 'react';
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
          variant={index === 0 ? 'contained' : 'outlined'}
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

/** The Start menu of a file: what can be done now, and what cannot yet, with the reason. */
export const StartMenu = (props: ActsProps) => {
  const translate = useTranslate();
  const { nameOf, choose, dialog } = useActs(props);
  const [anchor, setAnchor] = useState<HTMLElement>();
  const id = useId();
  const { availableActions = [], blockedActions = [] } = props.record;
  const open = (event: MouseEvent<HTMLElement>) => setAnchor(event.currentTarget);
  const start = (action: string) => {
    setAnchor(undefined);
    choose(action);
  };
  return (
    <>
      <Button
        variant="contained"
        endIcon={<ArrowDropDown />}
        onClick={open}
        disabled={availableActions.length + blockedActions.length === 0}
        aria-haspopup="menu"
        aria-expanded={Boolean(anchor)}
        aria-controls={anchor ? id : undefined}
      >
        {translate('console.start')}
      </Button>
      <Menu
        id={id}
        anchorEl={anchor}
        open={Boolean(anchor)}
        onClose={() => setAnchor(undefined)}
        slotProps={{ list: { disabledItemsFocusable: true } }}
      >
        {availableActions.map((action) => (
          <MenuItem key={action} onClick={() => start(action)} data-action={action}>
            {nameOf(action)}
          </MenuItem>
        ))}
        {blockedActions.map(({ action, reason, code }) => (
          <MenuItem key={action} disabled data-action={action}>
            <ListItemText
              primary={nameOf(action)}
              secondary={translate(`problem.${(code ?? '').replaceAll('.', '_')}`, { _: reason ?? translate('console.notNow') })}
            />
          </MenuItem>
        ))}
      </Menu>
      {dialog}
    </>
  );
};
