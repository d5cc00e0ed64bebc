import { useGetManyAggregate, type RaRecord } from 'react-admin';
import { RecordLink } from './Records';

/** A record of another list by its name, where an answer carries only its id. */
export const NameOf = ({ resource, id, field = 'name' }: { resource: string; id?: string | null; field?: string }) => {
  const { data } = useGetManyAggregate<RaRecord>(resource, { ids: id ? [id] : [] }, { enabled: Boolean(id) });
  if (!id) return <>—</>;
  return (
    <RecordLink resource={resource} id={id}>
      {data?.[0]?.[field] ?? id.slice(0, 8)}
    </RecordLink>
  );
};
