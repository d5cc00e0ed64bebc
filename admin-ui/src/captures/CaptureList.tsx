import { DataTable, SearchInput, SelectInput } from 'react-admin';
import type { Capture } from '../api/types';
import { useChoices, useWord } from '../parts/choices';
import { Digest } from '../parts/Digest';
import { linkTo, RecordList } from '../parts/Records';
import { StateMark } from '../parts/StateMark';
import { When } from '../parts/When';
import { captureKinds, captureStates } from './words';

const Column = DataTable.Col<Capture>;

/** No bulk actions and no export button: evidence is never deleted, and leaves only by an export order. */
const CaptureList = () => {
  const choices = useChoices();
  const word = useWord();
  const filters = [
    <SearchInput key="q" source="q" alwaysOn />,
    <SelectInput key="kind" source="kind" choices={choices('captureKind', captureKinds)} alwaysOn />,
    <SelectInput key="state" source="state" choices={choices('capture', captureStates)} alwaysOn />,
  ];
  return (
    <RecordList resource="captures" filters={filters} canCreate sort={{ field: 'requestedAt', order: 'DESC' }}>
      <Column source="number" disableSort render={linkTo<Capture>('captures', (c) => c.number)} />
      <Column source="kind" disableSort render={(c) => word('captureKind', c.kind)} />
      <Column source="url" disableSort render={(c) => c.url || (c.received?.sender ?? '')} />
      <Column source="purpose" disableSort />
      <Column source="profile" disableSort render={(c) => word('profile', c.profile)} />
      <Column source="state" disableSort render={(c) => <StateMark kind="capture" state={c.frozenAt ? 'frozen' : c.state} />} />
      <Column source="requestedAt" render={(c) => <When at={c.requestedAt} form="second" />} />
      <Column source="manifestSha256" disableSort render={(c) => <Digest value={c.manifestSha256} />} />
    </RecordList>
  );
};

export default CaptureList;
