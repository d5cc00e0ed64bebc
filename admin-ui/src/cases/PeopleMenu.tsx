import MoreVert from '@mui/icons-material/MoreVert';
import { IconButton, Menu, MenuItem, Tooltip } from '@mui/material';
import { useState } from 'react';
import { useGetIdentity, usePermissions, useTranslate } from 'react-admin';
import { call } from '../api/http';
import type { Case } from '../api/types';
import { ActDialog } from '../parts/ActDialog';
import { reason, type ActShape } from '../parts/act-fields';
import { useDone } from '../parts/use-done';
import { visibilities } from './words';

interface PeopleAct {
  name: string;
  path: string;
  permission: string;
  shape: ActShape;
}

const officerId = { name: 'officerId', kind: 'officer', required: true } as const;

const acts: PeopleAct[] = [
  { name: 'reviewer', path: 'reviewer', permission: 'case:approve', shape: { fields: [officerId] } },
  { name: 'recuse', path: 'recusals', permission: 'case:approve', shape: { fields: [officerId, reason], grave: true } },
  {
    name: 'visibility',
    path: 'visibility',
    permission: 'case:visibility',
    shape: {
      fields: [
        { name: 'visibility', kind: 'choice', values: visibilities, required: true },
        reason,
        { name: 'review', kind: 'day' },
      ],
    },
  },
  { name: 'member', path: 'members', permission: 'case:visibility', shape: { fields: [officerId] } },
];

/** An officer may withdraw for himself; nobody else's name is asked for then. */
const ownRecusal: PeopleAct = {
  name: 'recuseSelf',
  path: 'recusals',
  permission: 'case:handle',
  shape: { fields: [reason], grave: true },
};

/** Who may see the file and who reviews it: apart from the moves of the procedure. */
export const PeopleMenu = ({ file }: { file: Case }) => {
  const translate = useTranslate();
  const done = useDone();
  const { permissions = [] } = usePermissions<string[]>();
  const { data: me } = useGetIdentity();
  const [anchor, setAnchor] = useState<HTMLElement>();
  const [chosen, choose] = useState<PeopleAct>();
  const offered = [...acts, ownRecusal].filter((act) => permissions.includes(act.permission));
  if (offered.length === 0) return null;
  return (
    <>
      <Tooltip title={translate('console.people')}>
        <IconButton
          onClick={(event) => setAnchor(event.currentTarget)}
          aria-label={translate('console.people')}
          aria-haspopup="menu"
          aria-expanded={Boolean(anchor)}
        >
          <MoreVert />
        </IconButton>
      </Tooltip>
      <Menu anchorEl={anchor} open={Boolean(anchor)} onClose={() => setAnchor(undefined)}>
        {offered.map((act) => (
          <MenuItem
            key={act.name}
            data-action={act.name}
            onClick={() => {
              setAnchor(undefined);
              choose(act);
            }}
          >
            {translate(`action.people.${act.name}`)}
          </MenuItem>
        ))}
      </Menu>
      {chosen && (
        <ActDialog
          title={translate(`action.people.${chosen.name}`)}
          shape={chosen.shape}
          onClose={() => choose(undefined)}
          onAct={async (data, idempotencyKey) => {
            const body = chosen === ownRecusal ? { ...data, officerId: me?.id } : data;
            await call(`cases/${file.id}/${chosen.path}`, { method: 'POST', body, idempotencyKey });
            done('console.acted', { act: translate(`action.people.${chosen.name}`) });
          }}
        />
      )}
    </>
  );
};
