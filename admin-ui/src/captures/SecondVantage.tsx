import { Alert, Box, Link as MuiLink, Typography } from '@mui/material';
import { SelectInput, useTranslate } from 'react-admin';
import { useWatch } from 'react-hook-form';
import { Link } from 'react-router-dom';
import { useApi, useItems } from '../api/use-api';
import type { Capture, Vantages } from '../api/types';
import { NameOf } from '../parts/NameOf';
import { Panel } from '../parts/Panel';
import { RecordLink } from '../parts/Records';
import { StateMark } from '../parts/StateMark';
import { isEnded, isFixed } from './running';

/** Offered only where there is another vantage point, and not for a page under one's own hand, which nobody can repeat. */
export const SecondVantageInput = () => {
  const { data } = useApi<Vantages>('captures/vantages');
  const mode = useWatch({ name: 'mode' }) as string | undefined;
  const further = (data?.names ?? []).slice(1);
  if (further.length === 0 || mode === 'interactive') return null;
  return (
    <SelectInput source="secondVantage" choices={further.map((name) => ({ id: name, name }))} helperText="help.secondVantage" />
  );
};

/** What the signed manifest of the second capture says of the two. */
const Likeness = ({ second }: { second: Capture }) => {
  const translate = useTranslate();
  if (!second.comparison) return null;
  const label = (part: string) => translate(`console.secondVantage.${part}`);
  return (
    <Box sx={{ display: 'flex', gap: 3, flexWrap: 'wrap', alignItems: 'center' }}>
      <span>
        {label('text')} <StateMark kind="compared" state={second.comparison.text} />
      </span>
      <span>
        {label('picture')} <StateMark kind="compared" state={second.comparison.picture} />
      </span>
    </Box>
  );
};

const Pair = ({ first, second }: { first: { id: string; vantage: string }; second: Capture }) => {
  const translate = useTranslate();
  const names = { first: first.vantage, second: second.vantage ?? '' };
  const isDifferent = second.comparison?.text === 'different' || second.comparison?.picture === 'different';
  return (
    <Box sx={{ display: 'grid', gap: 1.5 }}>
      {isDifferent && <Alert severity="warning">{translate('console.secondVantage.different', names)}</Alert>}
      {isEnded(second) && <Alert severity="warning">{translate('console.secondVantage.notSeen', names)}</Alert>}
      <Typography>{translate('console.secondVantage.pair', names)}</Typography>
      <Likeness second={second} />
      <Box sx={{ display: 'flex', gap: 2, flexWrap: 'wrap', alignItems: 'center' }}>
        <span>
          {translate('console.secondVantage.first')} <NameOf resource="captures" id={first.id} field="number" />
        </span>
        <span>
          {translate('console.secondVantage.second')}{' '}
          <RecordLink resource="captures" id={second.id}>
            {second.number}
          </RecordLink>{' '}
          <StateMark kind="capture" state={second.state} />
        </span>
        {isFixed(second) && (
          <MuiLink component={Link} to={`/captures/${second.id}/show/compare?with=${first.id}`}>
            {translate('tab.compare')}
          </MuiLink>
        )}
      </Box>
    </Box>
  );
};

/** The other look at the same page, and how the two compare; both sides show the same. */
export const SecondVantage = ({ capture }: { capture: Capture }) => {
  const translate = useTranslate();
  const { items } = useItems<Capture>(capture.secondVantage ? 'captures' : undefined, {
    query: { secondOf: capture.id, perPage: 1 },
    refetchMs: 5_000,
  });
  if (!capture.secondOf && !capture.secondVantage) return null;
  const [second] = items;
  return (
    <Panel title={translate('console.secondVantage.title')}>
      {capture.secondOf && <Pair first={{ id: capture.secondOf, vantage: capture.comparison?.vantage ?? '' }} second={capture} />}
      {!capture.secondOf && second && <Pair first={{ id: capture.id, vantage: capture.vantage ?? '' }} second={second} />}
      {!capture.secondOf && !second && (
        <Typography color="text.secondary">
          {translate(isEnded(capture) ? 'console.secondVantage.none' : 'console.secondVantage.waiting', {
            second: capture.secondVantage ?? '',
          })}
        </Typography>
      )}
    </Panel>
  );
};
