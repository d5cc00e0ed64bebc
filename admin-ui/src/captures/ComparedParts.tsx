import { Alert, Box, Typography } from '@mui/material';
import { type ReactNode, useId } from 'react';
import { useTranslate } from 'react-admin';
import type { Comparison } from '../api/types';
import { Panel } from '../parts/Panel';
import { PlainTable } from '../parts/PlainTable';
import { StateMark } from '../parts/StateMark';
import { visuallyHidden } from '../parts/visually-hidden';
import { monospace } from '../theme';

const useLabel = () => {
  const translate = useTranslate();
  return (name: string, values?: object) => translate(`console.compare.${name}`, values);
};

/** One thing that changed: can be walked to with the keys, and says itself in words. */
export const Change = ({ children, says }: { children: ReactNode; says?: string }) => (
  <Box
    component="span"
    data-change
    tabIndex={-1}
    role="group"
    aria-label={says}
    sx={{ '&:focus': { outline: '3px solid', outlineColor: 'primary.main', outlineOffset: 2 } }}
  >
    {children}
  </Box>
);

/** A part of the comparison with its answer: same, different, or unknown and why. */
export const Part = ({
  title,
  result,
  reason,
  children,
}: {
  title: string;
  result: string;
  reason: string | null;
  children?: ReactNode;
}) => {
  const translate = useTranslate();
  return (
    <Panel title={title} action={<StateMark kind="compared" state={result} />}>
      {reason && (
        <Alert severity={result === 'unknown' ? 'warning' : 'info'} sx={{ mb: children ? 2 : 0 }}>
          {translate(`choice.comparedReason.${reason}`, { _: reason })}
        </Alert>
      )}
      {result === 'same' && <Typography color="text.secondary">{translate('console.compare.sameHere')}</Typography>}
      {children}
    </Panel>
  );
};

export const ComparedFields = ({ found }: { found: Comparison }) => {
  const label = useLabel();
  return (
    <Panel title={label('fields')} flush>
      <PlainTable
        caption={label('fields')}
        rows={found.fields}
        rowKey={(f) => f.field}
        columns={[
          { key: 'field', label: label('field'), width: '16%', cell: (f) => label(`fieldName.${f.field}`) },
          { key: 'before', label: `${label('before')} · ${found.before.number}`, cell: (f) => f.before ?? '—' },
          { key: 'after', label: `${label('after')} · ${found.after.number}`, cell: (f) => f.after ?? '—' },
          {
            key: 'result',
            label: label('result'),
            width: 130,
            cell: (f) => {
              const mark = <StateMark kind="compared" state={f.result} />;
              return f.result === 'different' ? <Change>{mark}</Change> : mark;
            },
          },
        ]}
      />
    </Panel>
  );
};

/** The text as one running piece. Added and removed passages are marked by element, sign and hidden words, not by colour alone. */
export const ComparedText = ({ found: { text } }: { found: Comparison }) => {
  const label = useLabel();
  const id = useId();
  return (
    <Part title={label('text')} result={text.result} reason={text.reason}>
      {text.result === 'different' && !text.parts && !text.reason && <Alert severity="info">{label('tooManyChanges')}</Alert>}
      {text.parts && (
        <Box
          id={id}
          tabIndex={0}
          role="group"
          aria-label={label('text')}
          sx={{
            maxHeight: '60vh',
            overflow: 'auto',
            whiteSpace: 'pre-wrap',
            overflowWrap: 'anywhere',
            fontFamily: monospace,
            fontSize: '0.85rem',
            '& ins': { bgcolor: 'success.main', color: 'success.contrastText', textDecoration: 'underline', px: 0.25 },
            '& del': { bgcolor: 'error.main', color: 'error.contrastText', textDecoration: 'line-through', px: 0.25 },
          }}
        >
          {text.parts.map(({ kind, text: words }, index) =>
            kind === 'same' ? (
              <span key={index}>{words}</span>
            ) : (
              <Change key={index}>
                <Box component="span" sx={visuallyHidden}>
                  {label(kind)}
                </Box>
                {kind === 'added' ? <ins>{words}</ins> : <del>{words}</del>}
              </Change>
            ),
          )}
        </Box>
      )}
    </Part>
  );
};

export const ComparedExchanges = ({ found: { exchanges } }: { found: Comparison }) => {
  const label = useLabel();
  return (
    <Part title={label('exchanges')} result={exchanges.result} reason={exchanges.reason}>
      {exchanges.total > exchanges.changes.length && (
        <Alert severity="info">{label('firstOf', { shown: exchanges.changes.length, total: exchanges.total })}</Alert>
      )}
      {exchanges.changes.length > 0 && (
        <PlainTable
          caption={label('exchanges')}
          rows={exchanges.changes}
          rowKey={(_, index) => index}
          columns={[
            { key: 'kind', label: label('change'), width: 110, cell: (c) => <Change>{label(c.kind)}</Change> },
            { key: 'method', label: label('method'), width: 90, cell: (c) => c.method },
            { key: 'url', label: label('url'), cell: (c) => c.url },
            {
              key: 'fields',
              label: label('fields'),
              cell: (c) =>
                c.fields.map((f) => (
                  <div key={f.field}>{`${label(`exchangeField.${f.field}`)}: ${f.before ?? '—'} → ${f.after ?? '—'}`}</div>
                )),
            },
          ]}
        />
      )}
    </Part>
  );
};
