import { useEffect } from 'react';
import { useStore } from 'react-admin';

export interface Recent {
  resource: string;
  id: string;
  name: string;
}

const kept = 8;

/** The files opened last, on this browser only. */
export const useRecent = () => useStore<Recent[]>('console.recent', []);

export const useRemember = (resource: string, id: string | undefined, name: string | null | undefined) => {
  const [recent, setRecent] = useRecent();
  useEffect(() => {
    if (!id || !name) return;
    const first = recent[0];
    if (first?.id === id && first.name === name) return;
    setRecent([{ resource, id, name }, ...recent.filter((r) => r.id !== id)].slice(0, kept));
  }, [id, name, recent, resource, setRecent]);
};
