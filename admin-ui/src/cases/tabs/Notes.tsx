import { Box, Typography } from '@mui/material';
import { useTranslate } from 'react-admin';
import { useItems } from '../../api/use-api';
import type { Case, Note, Remark } from '../../api/types';
import { Columns, Panel, Stacked } from '../../parts/Panel';
import { Fetching } from '../../parts/Refusal';
import { When } from '../../parts/When';
import { Who } from '../../parts/Who';
import { NoteBox } from './NoteBox';

const Entry = ({ text, by, at, more }: { text: string; by: string; at: string; more?: string | null }) => (
  <Box component="li" sx={{ py: 1, borderBottom: 1, borderColor: 'divider' }}>
    <Typography sx={{ whiteSpace: 'pre-wrap' }}>{text}</Typography>
    <Typography variant="body2" color="text.secondary" component="div">
      <Who id={by} /> · <When at={at} /> {more}
    </Typography>
  </Box>
);

/** Working notes, and the reviewer's remarks with their answers. */
export const Notes = ({ file }: { file: Case }) => {
  const translate = useTranslate();
  const notes = useItems<Note>(`cases/${file.id}/notes`);
  const remarks = useItems<Remark>(`cases/${file.id}/remarks`);
  return (
    <Columns wide={380}>
      <Stacked>
        <NoteBox file={file} />
        <Panel title={translate('console.note')}>
          <Fetching isPending={notes.isPending} error={notes.error} refetch={notes.refetch} />
          <Box component="ul" sx={{ listStyle: 'none', m: 0, p: 0 }}>
            {notes.items.map((note) => (
              <Entry key={note.id} {...note} more={note.afterClose ? translate('console.afterClose') : null} />
            ))}
          </Box>
        </Panel>
      </Stacked>
      <Panel title={translate('console.remarks')}>
        <Box component="ul" sx={{ listStyle: 'none', m: 0, p: 0 }}>
          {remarks.items.map((remark) => (
            <Box component="li" key={remark.id} sx={{ py: 1, borderBottom: 1, borderColor: 'divider' }}>
              <Typography>{`${remark.round}. ${remark.text}`}</Typography>
              <Typography color="text.secondary">{remark.answer ?? translate('console.unanswered')}</Typography>
            </Box>
          ))}
        </Box>
        {remarks.items.length === 0 && <Typography color="text.secondary">{translate('console.nothing')}</Typography>}
      </Panel>
    </Columns>
  );
};
