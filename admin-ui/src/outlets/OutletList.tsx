import { AutocompleteInput, DataTable, ReferenceInput, SearchInput, SelectInput } from 'react-admin';
import type { Outlet } from '../api/types';
import { useChoices, useWord } from '../parts/choices';
import { NameOf } from '../parts/NameOf';
import { linkTo, RecordLink, RecordList } from '../parts/Records';
import { When } from '../parts/When';
import { carrierKinds, pools } from './words';

const Column = DataTable.Col<Outlet>;

const OutletList = () => {
  const choices = useChoices();
  const word = useWord();
  const filters = [
    <SearchInput key="q" source="q" alwaysOn />,
    <SelectInput key="carrierKind" source="carrierKind" choices={choices('carrierKind', carrierKinds)} />,
    <SelectInput key="pool" source="pool" choices={choices('pool', pools)} />,
    <ReferenceInput key="operatorId" source="operatorId" reference="operators">
      <AutocompleteInput optionText="name" filterToQuery={(q: string) => ({ q })} />
    </ReferenceInput>,
  ];
  return (
    <RecordList resource="outlets" filters={filters} canCreate sort={{ field: 'siteName', order: 'ASC' }}>
      <Column source="siteName" render={linkTo<Outlet>('outlets', (o) => o.siteName)} />
      <Column source="url" disableSort />
      <Column source="carrierKind" render={(o) => word('carrierKind', o.carrierKind)} />
      <Column
        source="subjectId"
        disableSort
        render={(o) => (
          <RecordLink resource="subjects" id={o.subjectId}>
            {o.subjectName}
          </RecordLink>
        )}
      />
      <Column source="operatorId" disableSort render={(o) => <NameOf resource="operators" id={o.operatorId} />} />
      <Column source="icpNo" disableSort />
      <Column source="createdAt" render={(o) => <When at={o.createdAt} form="day" />} />
    </RecordList>
  );
};

export default OutletList;
