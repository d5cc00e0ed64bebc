import HelpOutline from '@mui/icons-material/KeyboardOutlined';
import Search from '@mui/icons-material/Search';
import TextIncrease from '@mui/icons-material/TextIncrease';
import { Box, Button, IconButton, ListItemIcon, ListItemText, MenuItem, Tooltip, Typography } from '@mui/material';
import { useCallback, useEffect, useState, type ReactNode } from 'react';
import {
  AppBar as AdminAppBar,
  Layout as AdminLayout,
  LoadingIndicator,
  LocalesMenuButton,
  Logout,
  TitlePortal,
  ToggleThemeButton,
  UserMenu,
  useGetIdentity,
  useStore,
  useTranslate,
} from 'react-admin';
import { IdleWarning } from '../auth/IdleWarning';
import { Questions } from '../parts/Questions';
import { visuallyHidden } from '../parts/visually-hidden';
import { Menu } from './Menu';
import { QuickSearch } from './QuickSearch';
import { GlobalKeys, ShortcutsDialog } from './Shortcuts';

/** Large print: every size of the theme is relative to the root, so one number enlarges all of it. */
const useLargePrint = () => {
  const [large, setLarge] = useStore<boolean>('console.largePrint', false);
  useEffect(() => {
    document.documentElement.style.fontSize = large ? '20px' : '16px';
  }, [large]);
  return [large, setLarge] as const;
};

const Me = () => {
  const { data } = useGetIdentity();
  const translate = useTranslate();
  const [large, setLarge] = useLargePrint();
  const roles = ((data?.['roles'] as string[]) ?? []).map((role) => translate(`choice.role.${role}`, { _: role })).join('、');
  return (
    <UserMenu label={data?.fullName}>
      <MenuItem disabled sx={{ opacity: '1 !important' }}>
        <ListItemText
          primary={data?.fullName}
          secondary={[roles, data?.['unitName'] ?? data?.['unit']].filter(Boolean).join(' · ')}
        />
      </MenuItem>
      <MenuItem role="menuitemcheckbox" aria-checked={large} onClick={() => setLarge(!large)}>
        <ListItemIcon>
          <TextIncrease fontSize="small" />
        </ListItemIcon>
        {translate(large ? 'console.normalPrint' : 'console.largePrint')}
      </MenuItem>
      <Logout />
    </UserMenu>
  );
};

const Emblem = () => {
  const translate = useTranslate();
  return (
    <Box
      sx={{
        display: { xs: 'none', md: 'flex' },
        alignItems: 'center',
        gap: 1,
        pr: 2,
        mr: 2,
        borderRight: '1px solid rgba(255,255,255,.35)',
      }}
    >
      <img src="/emblem.svg" alt="" width={24} height={24} style={{ filter: 'brightness(1.9)' }} />
      {/* Where there is little room the title of the page needs it more. */}
      <Typography
        component="span"
        sx={{ display: { xs: 'none', lg: 'inline' }, fontWeight: 600, letterSpacing: '0.06em', whiteSpace: 'nowrap' }}
      >
        {translate('console.name')}
      </Typography>
    </Box>
  );
};

const AppBar = ({ onSearch, onHelp }: { onSearch: () => void; onHelp: () => void }) => {
  const translate = useTranslate();
  return (
    <AdminAppBar
      userMenu={<Me />}
      toolbar={
        <>
          <Button
            color="inherit"
            variant="outlined"
            startIcon={<Search />}
            onClick={onSearch}
            sx={{ borderColor: 'rgba(255,255,255,.5)', mr: 1 }}
          >
            {translate('keys.search')}
          </Button>
          <LocalesMenuButton />
          <ToggleThemeButton />
          <Tooltip title={translate('keys.title')}>
            <IconButton color="inherit" onClick={onHelp} aria-label={translate('keys.title')}>
              <HelpOutline />
            </IconButton>
          </Tooltip>
          <LoadingIndicator />
        </>
      }
    >
      <Emblem />
      <TitlePortal component="h1" variant="h6" />
    </AdminAppBar>
  );
};

export const Layout = ({ children }: { children: ReactNode }) => {
  const [searching, setSearching] = useState(false);
  const [helping, setHelping] = useState(false);
  const search = useCallback(() => setSearching(true), []);
  const help = useCallback(() => setHelping(true), []);
  const bar = useCallback(() => <AppBar onSearch={search} onHelp={help} />, [search, help]);
  return (
    <>
      <AdminLayout appBar={bar} menu={Menu}>
        {children}
      </AdminLayout>
      <GlobalKeys onSearch={search} onHelp={help} />
      {searching && <QuickSearch onClose={() => setSearching(false)} />}
      {helping && <ShortcutsDialog onClose={() => setHelping(false)} />}
      <IdleWarning />
      <Questions />
      <div id="announcements" aria-live="polite" style={visuallyHidden} />
    </>
  );
};
