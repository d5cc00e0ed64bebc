import { Box, Button, List as MuiList, ListItem, ListItemButton, ListItemText, Typography } from '@mui/material';
import { useCallback, useEffect, useRef, useState } from 'react';
import { List, Pagination, SelectInput, TopToolbar, useListContext, useNotify, useTranslate } from 'react-admin';
import type { Finding } from '../api/types';
import { useKeys } from '../layout/keys';
import { ActButtons } from '../parts/Acts';
import { useChoices, useWord } from '../parts/choices';
import { NewButton } from '../parts/NewButton';
import { Panel } from '../parts/Panel';
import { RecordLink } from '../parts/Records';
import { StateMark } from '../parts/StateMark';
import { When } from '../parts/When';
import { findingActs } from './finding-acts';
import { FindingPreview } from './FindingPreview';

const states = ['open', 'confirmed', 'dismissed'];

/** The list beside what it shows; j and k walk, c confirms, d dismisses. The place in the list is kept after every act. */
const Queue = () => {
  const { data = [], isPending } = useListContext<Finding>();
  const translate = useTranslate();
  const word = useWord();
  const notify = useNotify();
  const [at, setAt] = useState(0);
  const acts = useRef<HTMLDivElement>(null);
  const rows = useRef<(HTMLElement | null)[]>([]);
  const current = data[Math.min(at, data.length - 1)];

  const walk = useCallback(
    (step: number) => {
      const next = Math.max(0, Math.min(data.length - 1, at + step));
      setAt(next);
      rows.current[next]?.focus();
    },
    [at, data.length],
  );
  const start = useCallback(
    (action: string) => {
      const button = acts.current?.querySelector<HTMLButtonElement>(`[data-action="${action}"]`);
      if (button) button.click();
      else notify('console.notOffered', { type: 'info' });
    },
    [notify],
  );
  const onKey = useCallback(
    (key: string) => {
      if (key === 'j') walk(1);
      if (key === 'k') walk(-1);
      if (key === 'c') start('confirm');
      if (key === 'd') start('dismiss');
    },
    [start, walk],
  );
  useKeys(onKey);
  useEffect(() => {
    if (at > 0 && at >= data.length) setAt(Math.max(0, data.length - 1));
  }, [at, data.length]);

  if (!isPending && data.length === 0) return <Typography sx={{ p: 3 }}>{translate('console.queueEmpty')}</Typography>;
  return (
    <Box
      sx={{ display: 'grid', gap: 2, alignItems: 'start', gridTemplateColumns: { xs: '1fr', md: 'minmax(260px, 340px) 1fr' } }}
    >
      <Panel title={translate('resources.findings.name', { smart_count: 2 })} flush>
        <MuiList dense disablePadding aria-label={translate('resources.findings.name', { smart_count: 2 })}>
          {data.map((finding, index) => (
            <ListItem key={finding.id} disablePadding>
              <ListItemButton
                divider
                selected={finding.id === current?.id}
                aria-current={finding.id === current?.id || undefined}
                ref={(element: HTMLElement | null) => {
                  rows.current[index] = element;
                }}
                onClick={() => setAt(index)}
              >
                <ListItemText
                  primary={finding.summary || finding.ruleName}
                  secondary={
                    <>
                      {word('findingKind', finding.kind)} · <When at={finding.foundAt} />
                    </>
                  }
                />
                <StateMark kind="finding" state={finding.state} />
              </ListItemButton>
            </ListItem>
          ))}
        </MuiList>
        <Pagination rowsPerPageOptions={[25, 50, 100]} />
      </Panel>
      {current && (
        <Panel
          title={
            <RecordLink resource="findings" id={current.id}>
              {current.summary || current.ruleName}
            </RecordLink>
          }
          action={
            <div ref={acts}>
              <ActButtons kind="finding" resource="findings" record={current} shapes={findingActs} />
            </div>
          }
        >
          <FindingPreview finding={current} />
        </Panel>
      )}
    </Box>
  );
};

const Actions = () => {
  const translate = useTranslate();
  return (
    <TopToolbar>
      <NewButton
        resource="captures"
        initial={{ purpose: translate('console.purposePatrol') }}
        label={translate('action.finding.capture')}
      />
      <Button href="#/captures">{translate('resources.captures.name', { smart_count: 2 })}</Button>
    </TopToolbar>
  );
};

const FindingQueue = () => {
  const choices = useChoices();
  const filters = [
    <SelectInput key="state" source="state" alwaysOn choices={choices('finding', states)} />,
    <SelectInput key="kind" source="kind" alwaysOn choices={choices('findingKind', ['badgeMissing', 'word'])} />,
  ];
  return (
    <List
      component="div"
      perPage={50}
      exporter={false}
      empty={false}
      filters={filters}
      actions={<Actions />}
      pagination={false}
      filterDefaultValues={{ state: 'open' }}
    >
      <Queue />
    </List>
  );
};

export default FindingQueue;
