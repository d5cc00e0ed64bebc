import { zhCN } from '@mui/material/locale';
import { defaultDarkTheme, defaultLightTheme, type RaThemeOptions } from 'react-admin';

const fontFamily = [
  '"Noto Sans CJK SC"',
  '"Noto Sans SC"',
  '"Source Han Sans SC"',
  '"PingFang SC"',
  '"Microsoft YaHei"',
  'system-ui',
  'sans-serif',
].join(',');

export const monospace = 'ui-monospace, "Cascadia Mono", "DejaVu Sans Mono", "Noto Sans Mono CJK SC", monospace';

interface Colours {
  bar: string;
  line: string;
  head: string;
}

/** Hair lines instead of shadows, small radii, tight rows: a desk for reading files, not a shop window. */
const build = (base: RaThemeOptions, palette: RaThemeOptions['palette'], { bar, line, head }: Colours): RaThemeOptions => ({
  ...base,
  ...zhCN,
  palette: { ...palette, divider: line },
  shape: { borderRadius: 4 },
  spacing: 8,
  sidebar: { width: 200, closedWidth: 52 },
  typography: {
    fontFamily,
    fontSize: 13,
    h1: { fontSize: '1.25rem', fontWeight: 600 },
    h2: { fontSize: '0.95rem', fontWeight: 600 },
    h3: { fontSize: '0.875rem', fontWeight: 600 },
    h6: { fontSize: '1rem', fontWeight: 600 },
    button: { textTransform: 'none', fontWeight: 500 },
  },
  components: {
    ...base.components,
    ...zhCN.components,
    MuiCssBaseline: {
      styleOverrides: {
        ':focus-visible': { outline: `2px solid ${head}`, outlineOffset: 2 },
        '@media (prefers-reduced-motion: reduce)': { '*': { animation: 'none !important', transition: 'none !important' } },
        '@media print': {
          '.RaLayout-appFrame': { margin: 0 },
          '.RaSidebar-root, .RaAppBar-root, .no-print': { display: 'none !important' },
        },
      },
    },
    MuiAppBar: {
      defaultProps: { elevation: 0 },
      styleOverrides: { root: { backgroundColor: bar, backgroundImage: 'none', color: '#fff' } },
    },
    MuiPaper: { defaultProps: { variant: 'outlined' }, styleOverrides: { root: { backgroundImage: 'none' } } },
    MuiCard: { defaultProps: { variant: 'outlined' } },
    MuiButton: { defaultProps: { disableElevation: true, size: 'small' } },
    MuiTextField: { defaultProps: { variant: 'outlined', size: 'small', margin: 'dense' } },
    MuiFormControl: { defaultProps: { variant: 'outlined', size: 'small', margin: 'dense' } },
    MuiTableCell: {
      styleOverrides: {
        root: { padding: '6px 10px', borderColor: line, fontVariantNumeric: 'tabular-nums' },
        head: { fontWeight: 600, color: head, whiteSpace: 'nowrap' },
      },
    },
    MuiTab: {
      styleOverrides: {
        root: { minHeight: 40, minWidth: 72, padding: '8px 14px', '&.Mui-selected': { boxShadow: 'inset 0 -2px' } },
      },
    },
    // On two lines where one is too short: a tab that has to be scrolled for is not found. The moving line below knows one line only.
    MuiTabs: { styleOverrides: { root: { minHeight: 40 }, list: { flexWrap: 'wrap' }, indicator: { display: 'none' } } },
    MuiChip: { styleOverrides: { root: { borderRadius: 4 } } },
    MuiToggleButton: { styleOverrides: { root: { color: palette?.text?.primary } } },
    RaAccessDenied: {
      styleOverrides: {
        root: { '& .RaAccessDenied-message, & .RaAccessDenied-icon': { opacity: 1, color: palette?.text?.primary } },
      },
    },
    MuiCircularProgress: { defaultProps: { 'aria-label': '正在载入 Loading' } },
    MuiTooltip: { defaultProps: { enterDelay: 400 } },
    RaMenuItemLink: {
      styleOverrides: {
        root: {
          minHeight: 34,
          borderLeft: '3px solid transparent',
          '&.RaMenuItemLink-active': { borderLeftColor: head, color: head, fontWeight: 600 },
        },
      },
    },
    RaLayout: {
      styleOverrides: {
        root: {
          minWidth: 0,
          '& .RaLayout-appFrame': { marginTop: 48 },
          '& .RaLayout-content': { padding: '8px 20px 32px', minWidth: 0 },
        },
      },
    },
    // A wide table scrolls inside its panel; it never widens the page.
    RaList: { styleOverrides: { root: { '& .RaList-main, & .RaList-content': { minWidth: 0 } } } },
    RaShow: { styleOverrides: { root: { minWidth: 0, '& .RaShow-main, & .RaShow-card': { minWidth: 0 } } } },
    RaTabbedShowLayout: { styleOverrides: { root: { minWidth: 0, '& .RaTabbedShowLayout-content': { minWidth: 0 } } } },
    RaToolbar: {
      styleOverrides: { root: { '&.MuiToolbar-root': { backgroundColor: 'transparent', borderTop: `1px solid ${line}` } } },
    },
    RaLabeled: { styleOverrides: { root: { '& .RaLabeled-label': { fontSize: '0.8rem' } } } },
  },
});

export const lightTheme = build(
  defaultLightTheme,
  {
    mode: 'light',
    primary: { main: '#174a84' },
    secondary: { main: '#174a84' },
    error: { main: '#a8201a' },
    warning: { main: '#8a5a00' },
    success: { main: '#1f6b3a' },
    info: { main: '#1c5f8a' },
    background: { default: '#f3f5f8', paper: '#ffffff' },
    text: { primary: '#17202b', secondary: '#4c5a6a' },
  },
  { bar: '#12365f', line: '#d7dde5', head: '#174a84' },
);

export const darkTheme = build(
  defaultDarkTheme,
  {
    mode: 'dark',
    primary: { main: '#8fbcf0' },
    secondary: { main: '#8fbcf0' },
    error: { main: '#ff9d94' },
    warning: { main: '#f0c05a' },
    success: { main: '#86d19d' },
    info: { main: '#8ccaf0' },
    background: { default: '#10151c', paper: '#171e27' },
    text: { primary: '#e6ebf1', secondary: '#a9b4c1' },
  },
  { bar: '#0c2440', line: '#2c3744', head: '#8fbcf0' },
);
