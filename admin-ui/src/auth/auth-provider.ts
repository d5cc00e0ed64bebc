import type { AuthProvider } from 'react-admin';
import { call } from '../api/http';
import { ApiProblem } from '../api/problem';
import type { Session } from '../api/types';
import { mayDo } from './powers';
import { remember, sessionNow, tellOtherTabs } from './session';

const load = async (): Promise<Session> => {
  const known = sessionNow();
  if (known) return known;
  const session = await call<Session>('session');
  remember(session);
  return session;
};

/** What the menu and the buttons show. The server decides again on every request. */
export const authProvider: AuthProvider = {
  async login({ account, password }: { account: string; password: string }) {
    await call('session', { method: 'POST', body: { account, password } });
    remember(undefined);
    await load();
  },

  async logout() {
    if (sessionNow()) {
      await call('session', { method: 'DELETE' }).catch(() => undefined);
      remember(undefined);
      tellOtherTabs();
    }
  },

  async checkAuth() {
    await load();
  },

  async checkError(error: unknown) {
    if (error instanceof ApiProblem && error.status === 401) {
      remember(undefined);
      throw error;
    }
  },

  async getIdentity() {
    const { officer } = await load();
    return { ...officer, id: officer.id, fullName: officer.name };
  },

  async getPermissions() {
    return (await load()).permissions;
  },

  async canAccess({ resource, action }: { resource: string; action: string }) {
    return mayDo((await load()).permissions, resource, action);
  },
};
