import { useGetOne, useTranslate } from 'react-admin';
import type { Officer } from '../api/types';

const isPerson = (id: string) => /^[0-9a-f]{8}-[0-9a-f]{4}-/.test(id);

const Colleague = ({ id }: { id: string }) => {
  const { data } = useGetOne<Officer & { id: string }>('officers', { id }, { staleTime: 10 * 60_000, retry: false });
  return <>{data ? data.name : id.slice(0, 8)}</>;
};

/** Who acted: an officer by name, a process or an outside party by what it is. */
export const Who = ({ id, name }: { id?: string | null; name?: string | null }) => {
  const translate = useTranslate();
  if (name) return <>{name}</>;
  if (!id) return <>—</>;
  if (isPerson(id)) return <Colleague id={id} />;
  const [kind] = id.split(':');
  return <>{translate(`choice.actor.${kind}`, { _: kind })}</>;
};
