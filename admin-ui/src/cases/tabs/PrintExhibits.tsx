import { Button, Menu, MenuItem } from '@mui/material';
import { useState } from 'react';
import { useCanAccess, useNotify, useTranslate } from 'react-admin';
import { useNavigate } from 'react-router-dom';
import { call } from '../../api/http';
import { sentenceOf } from '../../api/problem';
import type { Case, Document } from '../../api/types';
import { useWord } from '../../parts/choices';
import { pathTo } from '../../parts/Records';
import { useDone } from '../../parts/use-done';

const lists = ['11', '24'];

/** The list of exhibits as an official form, made of what the file holds now; it is finished and printed on its own page. */
export const PrintExhibits = ({ file }: { file: Case }) => {
  const translate = useTranslate();
  const navigate = useNavigate();
  const notify = useNotify();
  const word = useWord();
  const done = useDone();
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const { canAccess: mayDraft } = useCanAccess({ resource: 'documents', action: 'create' });
  if (!mayDraft) return null;
  const draft = (form: string) => {
    setAnchor(null);
    call<Document>(`cases/${file.id}/documents`, {
      method: 'POST',
      body: { form, fields: {} },
      idempotencyKey: crypto.randomUUID(),
    }).then(
      ({ id }) => {
        done('console.drafted');
        void navigate(pathTo('documents', id));
      },
      (error: unknown) => notify(sentenceOf(error, translate), { type: 'error' }),
    );
  };
  return (
    <>
      <Button
        variant="outlined"
        aria-haspopup="menu"
        onClick={(event) => setAnchor(event.currentTarget)}
        data-action="printExhibits"
      >
        {translate('action.case.printExhibits')}
      </Button>
      <Menu anchorEl={anchor} open={anchor !== null} onClose={() => setAnchor(null)}>
        {lists.map((form) => (
          <MenuItem key={form} onClick={() => draft(form)} data-form={form}>
            {word('form', form)}
          </MenuItem>
        ))}
      </Menu>
    </>
  );
};
