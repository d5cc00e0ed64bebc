import ArrowDropDown from '@mui/icons-material/ArrowDropDown';
import { Button, ListItemText, Menu, MenuItem } from '@mui/material';
import { useId, useState, type MouseEvent } from 'react';
import { useDataProvider, useTranslate } from 'react-admin';
import type { ConsoleDataProvider } from '../api/data-provider';
import type { Case, OfferedAction } from '../api/types';
import { ActDialog } from '../parts/ActDialog';
import { useOwnWords } from '../parts/own-words';
import { useDone } from '../parts/use-done';
import { shapeOf } from './case-acts';

/** What can be done with the file now, and what cannot yet, with the reason. Both lists come from the server. */
export const StartMenu = ({ file }: { file: Case }) => {
  const translate = useTranslate();
  const own = useOwnWords();
  const provider = useDataProvider<ConsoleDataProvider>();
  const done = useDone();
  const id = useId();
  const [anchor, setAnchor] = useState<HTMLElement>();
  const [chosen, choose] = useState<OfferedAction>();
  const actions = file.actions ?? [];
  const open = (event: MouseEvent<HTMLElement>) => setAnchor(event.currentTarget);
  const start = (action: OfferedAction) => {
    setAnchor(undefined);
    choose(action);
  };
  const secondLine = ({ reason, documents }: OfferedAction) => {
    if (reason) return own(reason);
    return documents.length > 0
      ? translate('console.needsDocuments', { forms: documents.map((f) => translate(`choice.form.${f}`, { _: f })).join('、') })
      : undefined;
  };
  return (
    <>
      <Button
        variant="contained"
        endIcon={<ArrowDropDown />}
        onClick={open}
        disabled={actions.length === 0}
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
        {[...actions]
          .sort((a, b) => Number(b.allowed) - Number(a.allowed))
          .map((action) => (
            <MenuItem key={action.action} disabled={!action.allowed} onClick={() => start(action)} data-action={action.action}>
              <ListItemText
                primary={own(action)}
                secondary={secondLine(action)}
                sx={{ maxWidth: 420, '& *': { whiteSpace: 'normal' } }}
              />
            </MenuItem>
          ))}
      </Menu>
      {chosen && (
        <ActDialog
          title={own(chosen)}
          explanation={translate('console.basisOf', { law: chosen.basis.law, article: chosen.basis.article })}
          shape={shapeOf(chosen, file.id)}
          initial={known(file, chosen)}
          onClose={() => choose(undefined)}
          onAct={async (data, idempotencyKey) => {
            const body = shapeOf(chosen, file.id).bodyOf?.(data) ?? data;
            await provider.transition('cases', file.id, chosen.action, body, { version: file.version, idempotencyKey });
            done('console.acted', { act: own(chosen) });
          }}
        />
      )}
    </>
  );
};

/** What the file already says is not typed again. */
const known = (file: Case, { needs, may }: OfferedAction): Record<string, unknown> => {
  const handlers = file.officers.filter((o) => o.role === 'handler').map((o) => o.id);
  const values: Record<string, unknown> = {
    officers: handlers,
    facts: file.facts,
    articles: file.articles,
    report: file.report,
    outcome: file.outcome,
    penalty: file.penalty ?? undefined,
    statement: file.statement,
    execution: file.execution,
  };
  const wanted = new Set([...needs, ...may]);
  return Object.fromEntries(
    Object.entries(values).filter(([name, value]) => wanted.has(name) && value !== null && value !== undefined),
  );
};
