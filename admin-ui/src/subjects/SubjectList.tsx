import { DataTable, SearchInput, SelectInput, TextInput } from 'react-admin';
import type { Subject } from '../api/types';
import { useChoices, useWord } from '../parts/choices';
import { Digest } from '../parts/Digest';
import { linkTo, RecordList } from '../parts/Records';
import { StateMark } from '../parts/StateMark';
import { When } from '../parts/When';
import { subjectKinds, subjectStates } from './words';

const Column = DataTable.Col<Subject>;

const SubjectList = () => {
  const choices = useChoices();
  const word = useWord();
  const filters = [
    <SearchInput key="q" source="q" alwaysOn />,
    <SelectInput key="kind" source="kind" choices={choices('subjectKind', subjectKinds)} />,
    <SelectInput key="status" source="status" choices={choices('subjectStatus', subjectStates)} />,
    <TextInput key="divisionCode" source="divisionCode" />,
  ];
  return (
    <RecordList resource="subjects" filters={filters} canCreate sort={{ field: 'name', order: 'ASC' }}>
      <Column source="name" render={linkTo<Subject>('subjects', (s) => s.name)} />
      <Column source="uscc" render={(s) => <Digest value={s.uscc} full />} />
      <Column source="kind" disableSort render={(s) => word('subjectKind', s.kind)} />
      <Column source="legalRep" disableSort />
      <Column source="divisionCode" disableSort />
      <Column source="status" disableSort render={(s) => <StateMark kind="subjectStatus" state={s.status} />} />
      <Column source="createdAt" render={(s) => <When at={s.createdAt} form="day" />} />
    </RecordList>
  );
};

export default SubjectList;
