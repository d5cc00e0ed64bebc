import { Box } from '@mui/material';
import { useTranslate } from 'react-admin';
import { useItems } from '../../api/use-api';
import type { Case, Party } from '../../api/types';
import { useWord } from '../../parts/choices';
import { Panel, Stacked } from '../../parts/Panel';
import { PlainTable } from '../../parts/PlainTable';
import { Fetching } from '../../parts/Refusal';

const textOf = (value: unknown) => (value === null || value === undefined || value === '' ? '—' : String(value));
const hidden = new Set(['id', 'version', 'createdAt', 'updatedAt']);

/** The party as the file took it down, beside what the register says today; differences are said in words. */
export const Parties = ({ file }: { file: Case }) => {
  const translate = useTranslate();
  const word = useWord();
  const { items, isPending, error, refetch } = useItems<Party>(`cases/${file.id}/parties`);
  return (
    <Stacked>
      <Fetching isPending={isPending} error={error} refetch={refetch} />
      {items.map((party) => {
        const taken = party.snapshot ?? {};
        const rows = Object.keys(taken).filter((key) => !hidden.has(key) && typeof taken[key] !== 'object');
        const differs = (key: string) => party.registry && textOf(party.registry[key]) !== textOf(taken[key]);
        return (
          <Panel key={party.id ?? party.name} title={`${party.name} ${word('partyRole', party.role)}`} flush>
            <PlainTable
              caption={party.name}
              rows={rows}
              rowKey={(key) => key}
              columns={[
                {
                  key: 'field',
                  label: translate('console.conflict.field'),
                  cell: (key) => translate(`resources.subjects.fields.${key}`, { _: key }),
                },
                { key: 'taken', label: translate('console.party.taken'), cell: (key) => textOf(taken[key]) },
                {
                  key: 'registry',
                  label: translate('console.party.registry'),
                  cell: (key) =>
                    party.registry ? (
                      <>
                        {textOf(party.registry[key])}
                        {differs(key) && (
                          <Box component="strong" sx={{ color: 'warning.main', ml: 1 }}>
                            {translate('console.party.differs')}
                          </Box>
                        )}
                      </>
                    ) : (
                      '—'
                    ),
                },
              ]}
            />
          </Panel>
        );
      })}
    </Stacked>
  );
};
