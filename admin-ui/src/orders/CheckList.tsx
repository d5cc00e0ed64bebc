import CheckCircle from '@mui/icons-material/CheckCircle';
import ErrorOutline from '@mui/icons-material/ErrorOutlined';
import { Box, Button, Link as MuiLink, Typography } from '@mui/material';
import { useState } from 'react';
import { useLocaleState, useTranslate } from 'react-admin';
import { Link } from 'react-router-dom';
import { call } from '../api/http';
import type { MissingItem, Order } from '../api/types';
import { Panel } from '../parts/Panel';
import { Refusal } from '../parts/Refusal';
import { visuallyHidden } from '../parts/visually-hidden';
import { useQuery } from '@tanstack/react-query';

interface CheckResult {
  complete: boolean;
  items: { item: string; ok: boolean; missing: MissingItem[] }[];
}

/** The eight things an order must say, each green or with what it lacks and the way to the field. */
export const CheckList = ({ order }: { order: Order }) => {
  const translate = useTranslate();
  const [locale] = useLocaleState();
  const [round, setRound] = useState(0);
  const { data, error, isFetching } = useQuery({
    queryKey: ['check', order.id, order.version, round],
    queryFn: () => call<CheckResult>(`orders/${order.id}/check`, { method: 'POST', body: {} }),
  });
  const editable = order.state === 'draft';
  return (
    <Panel
      title={translate('console.check8.title')}
      action={
        <Button variant="outlined" disabled={isFetching} onClick={() => setRound(round + 1)}>
          {translate('action.order.check')}
        </Button>
      }
    >
      <Refusal error={error} />
      {data && (
        <>
          <Typography role="status" sx={{ mb: 1, fontWeight: 600, color: data.complete ? 'success.main' : 'error.main' }}>
            {translate(data.complete ? 'console.check8.complete' : 'console.check8.incomplete', {
              smart_count: data.items.filter((i) => !i.ok).length,
            })}
          </Typography>
          <Box component="ol" sx={{ m: 0, p: 0, listStyle: 'none' }}>
            {data.items.map(({ item, ok, missing }) => (
              <Box
                component="li"
                key={item}
                data-item={item}
                data-ok={ok}
                sx={{ display: 'flex', gap: 1, py: 0.5, alignItems: 'flex-start' }}
              >
                {ok ? (
                  <CheckCircle aria-hidden color="success" fontSize="small" />
                ) : (
                  <ErrorOutline aria-hidden color="error" fontSize="small" />
                )}
                <Box>
                  <span style={visuallyHidden}>{translate(ok ? 'console.check8.ok' : 'console.check8.missing')} </span>
                  <strong>{translate(`choice.checkItem.${item}`, { _: item })}</strong>
                  {missing.map((one) => (
                    <Box key={one.field + one.zh} sx={{ color: 'error.main' }}>
                      {locale === 'en' ? one.en : one.zh}{' '}
                      {editable && (
                        <MuiLink component={Link} to={`/orders/${order.id}?focus=${encodeURIComponent(one.field)}`}>
                          {translate('console.check8.fix')}
                        </MuiLink>
                      )}
                    </Box>
                  ))}
                </Box>
              </Box>
            ))}
          </Box>
        </>
      )}
    </Panel>
  );
};
