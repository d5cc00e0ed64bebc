import { Box } from '@mui/material';
import { useTranslate } from 'react-admin';
import { useItems } from '../../api/use-api';
import type { Case, Party } from '../../api/types';
import { useWord } from '../../parts/choices';
import { Panel, Stacked } from '../../parts/Panel';
import { PlainTable } from '../../parts/PlainTable';
import { RecordLink } from '../../parts/Records';
import { Fetching } from '../../parts/Refusal';
import { When } from '../../parts/When';

const lists: Record<string, string> = { kind: 'subjectKind', status: 'subjectStatus' };

/** The party as the file took it down, beside what the register says today; differences are said in words. */
export const Parties = ({ file }: { file: Case }) => {
  const translate = useTranslate();
  const word = useWord();
  const { items, isPending, error, refetch } = useItems<Party>(`cases/${file.id}/parties`);
  const textOf = (field: string, value: unknown) => {
    if (value === null || value === undefined || value === '') return '—';
    const list = lists[field];
    return list ? word(list, String(value)) : String(value);
  };
  return (
    <Stacked>
      <Fetching isPending={isPending} error={error} refetch={refetch} />
      {items.map((party) => {
        const different = new Map(party.differences.map((d) => [d.field, d]));
        const name = String(party.snapshot['name'] ?? '');
        const rows = Object.keys(party.snapshot).filter(
          (key) => key !== 'registerVersion' && (typeof party.snapshot[key] !== 'object' || party.snapshot[key] === null),
        );
        return (
          <Panel
            key={party.id}
            flush
            title={
              <>
                <RecordLink resource="subjects" id={party.subjectId}>
                  {name}
                </RecordLink>{' '}
                {word('partyRole', party.role)}
              </>
            }
            action={<When at={party.takenAt} />}
          >
            <PlainTable
              caption={name}
              rows={rows}
              rowKey={(key) => key}
              columns={[
                {
                  key: 'field',
                  label: translate('console.conflict.field'),
                  cell: (key) => translate(`resources.subjects.fields.${key}`, { _: key }),
                },
                { key: 'taken', label: translate('console.party.taken'), cell: (key) => textOf(key, party.snapshot[key]) },
                {
                  key: 'registry',
                  label: translate('console.party.registry'),
                  cell: (key) => {
                    const difference = different.get(key);
                    if (!difference) return translate('console.party.same');
                    return (
                      <>
                        {textOf(key, difference.inRegister)}
                        <Box component="strong" sx={{ color: 'warning.main', ml: 1 }}>
                          {translate('console.party.differs')}
                        </Box>
                      </>
                    );
                  },
                },
              ]}
            />
          </Panel>
        );
      })}
    </Stacked>
  );
};
