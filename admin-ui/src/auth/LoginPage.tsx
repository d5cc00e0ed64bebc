import { Box, Button, Paper, TextField, Typography } from '@mui/material';
import { useState, type FormEvent } from 'react';
import { LocalesMenuButton, Notification, useLogin, useTranslate } from 'react-admin';
import { Refusal } from '../parts/Refusal';

export const LoginPage = () => {
  const translate = useTranslate();
  const login = useLogin();
  const [refused, setRefused] = useState<unknown>();
  const [busy, setBusy] = useState(false);

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setRefused(undefined);
    login({ account: form.get('account'), password: form.get('password') }).catch((error: unknown) => {
      setRefused(error);
      setBusy(false);
    });
  };

  return (
    <Box
      component="main"
      sx={{ minHeight: '100vh', display: 'grid', gridTemplateRows: 'auto 1fr auto', bgcolor: 'background.default' }}
    >
      <Box sx={{ bgcolor: '#12365f', color: '#fff', px: 4, py: 1.5, display: 'flex', alignItems: 'center', gap: 1.5 }}>
        <img src="/emblem.svg" alt="" width={32} height={32} style={{ filter: 'brightness(1.9)' }} />
        <Typography component="span" sx={{ flex: 1, fontWeight: 600, letterSpacing: '0.08em' }}>
          {translate('console.name')}
        </Typography>
        <LocalesMenuButton />
      </Box>
      <Box sx={{ display: 'grid', placeItems: 'center', p: 2 }}>
        <Paper
          component="form"
          onSubmit={submit}
          sx={{ width: 'min(100%, 380px)', p: 4, display: 'flex', flexDirection: 'column', gap: 1.5 }}
        >
          <Typography component="h1" variant="h1">
            {translate('console.signIn')}
          </Typography>
          <Typography color="text.secondary" variant="body2">
            {translate('console.signInHelp')}
          </Typography>
          <Refusal error={refused} />
          <TextField name="account" label={translate('ra.auth.username')} autoComplete="username" required autoFocus fullWidth />
          <TextField
            name="password"
            type="password"
            label={translate('ra.auth.password')}
            autoComplete="current-password"
            required
            fullWidth
          />
          <Button type="submit" variant="contained" size="large" disabled={busy} sx={{ mt: 1 }}>
            {translate('ra.auth.sign_in')}
          </Button>
        </Paper>
      </Box>
      <Typography component="p" variant="body2" color="text.secondary" sx={{ p: 2, textAlign: 'center' }}>
        {translate('console.audited')}
      </Typography>
      <Notification />
    </Box>
  );
};
