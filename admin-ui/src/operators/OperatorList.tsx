import { DataTable, SearchInput, SelectInput } from 'react-admin';
import type { Operator } from '../api/types';
import { useChoices, useWord } from '../parts/choices';
import { linkTo, RecordList } from '../parts/Records';
import { operatorKinds } from './words';

const Column = DataTable.Col<Operator>;

const OperatorList = () => {
  const choices = useChoices();
  const word = useWord();
  const filters = [
    <SearchInput key="q" source="q" alwaysOn />,
    <SelectInput key="kind" source="kind" choices={choices('operatorKind', operatorKinds)} />,
  ];
  return (
    <RecordList resource="operators" filters={filters} canCreate sort={{ field: 'name', order: 'ASC' }}>
      <Column source="name" render={linkTo<Operator>('operators', (o) => o.name)} />
      <Column source="kind" disableSort render={(o) => word('operatorKind', o.kind)} />
      <Column source="uscc" disableSort />
      <Column source="contacts" disableSort render={(o) => (o.contacts ?? []).map((c) => c.name).join('、')} />
    </RecordList>
  );
};

export default OperatorList;
