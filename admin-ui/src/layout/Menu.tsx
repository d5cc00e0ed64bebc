import Apartment from '@mui/icons-material/ApartmentOutlined';
import AssignmentInd from '@mui/icons-material/VerifiedUserOutlined';
import Badge from '@mui/icons-material/WorkspacePremiumOutlined';
import Campaign from '@mui/icons-material/OutboxOutlined';
import Dashboard from '@mui/icons-material/SpaceDashboardOutlined';
import FindInPage from '@mui/icons-material/TravelExploreOutlined';
import Folder from '@mui/icons-material/FolderOutlined';
import Hub from '@mui/icons-material/HubOutlined';
import ManageSearch from '@mui/icons-material/FactCheckOutlined';
import People from '@mui/icons-material/PeopleOutlined';
import Storefront from '@mui/icons-material/StorefrontOutlined';
import { Box, Typography } from '@mui/material';
import type { ReactElement } from 'react';
import { Menu as AdminMenu, useCanAccessResources, useSidebarState, useTranslate } from 'react-admin';

const groups: [string, [resource: string, icon: ReactElement][]][] = [
  [
    'register',
    [
      ['subjects', <Apartment key="i" />],
      ['outlets', <Storefront key="i" />],
      ['operators', <Hub key="i" />],
      ['badges', <Badge key="i" />],
    ],
  ],
  [
    'evidence',
    [
      ['findings', <FindInPage key="i" />],
      ['captures', <AssignmentInd key="i" />],
    ],
  ],
  [
    'cases',
    [
      ['cases', <Folder key="i" />],
      ['orders', <Campaign key="i" />],
    ],
  ],
  [
    'system',
    [
      ['officers', <People key="i" />],
      ['audit', <ManageSearch key="i" />],
    ],
  ],
];

const Item = ({ resource, icon }: { resource: string; icon: ReactElement }) => {
  const translate = useTranslate();
  return (
    <AdminMenu.Item
      to={`/${resource}`}
      primaryText={translate(`resources.${resource}.name`, { smart_count: 2 })}
      leftIcon={icon}
    />
  );
};

/** A group is shown when at least one of its lists may be opened. */
const Group = ({ name, items }: { name: string; items: [string, ReactElement][] }) => {
  const translate = useTranslate();
  const [open] = useSidebarState();
  const { canAccess } = useCanAccessResources({ action: 'list', resources: items.map(([resource]) => resource) });
  const shown = items.filter(([resource]) => canAccess?.[resource]);
  if (shown.length === 0) return null;
  return (
    <Box role="group" aria-label={translate(`menu.${name}`)}>
      {open && (
        <Typography
          component="div"
          aria-hidden
          sx={{ px: 2, pt: 1.5, pb: 0.5, fontSize: '0.75rem', color: 'text.secondary', letterSpacing: '0.08em' }}
        >
          {translate(`menu.${name}`)}
        </Typography>
      )}
      {shown.map(([resource, icon]) => (
        <Item key={resource} resource={resource} icon={icon} />
      ))}
    </Box>
  );
};

export const Menu = () => {
  const translate = useTranslate();
  return (
    <AdminMenu>
      <AdminMenu.Item to="/" primaryText={translate('menu.workbench')} leftIcon={<Dashboard />} />
      {groups.map(([name, items]) => (
        <Group key={name} name={name} items={items} />
      ))}
    </AdminMenu>
  );
};
