import { DataTable, SearchInput, SelectInput } from 'react-admin';
import type { Badge } from '../api/types';
import { useChoices } from '../parts/choices';
import { linkTo, RecordLink, RecordList } from '../parts/Records';
import { StateMark } from '../parts/StateMark';
import { When } from '../parts/When';

const Column = DataTable.Col<Badge>;
const states = ['active', 'suspended', 'lapsed', 'revoked'];

const BadgeList = () => {
  const choices = useChoices();
  const filters = [
    <SearchInput key="q" source="q" alwaysOn />,
    <SelectInput key="state" source="state" choices={choices('badge', states)} alwaysOn />,
  ];
  return (
    <RecordList resource="badges" filters={filters}>
      <Column source="code" disableSort render={linkTo<Badge>('badges', (b) => b.code)} />
      <Column source="state" disableSort render={(b) => <StateMark kind="badge" state={b.state} />} />
      <Column
        source="outletId"
        disableSort
        render={(b) => (
          <RecordLink resource="outlets" id={b.outletId}>
            {b.siteName ?? b.domain}
          </RecordLink>
        )}
      />
      <Column
        source="subjectId"
        disableSort
        render={(b) => (
          <RecordLink resource="subjects" id={b.subjectId}>
            {b.subjectName}
          </RecordLink>
        )}
      />
      <Column source="issuedAt" disableSort render={(b) => <When at={b.issuedAt} form="day" />} />
      <Column source="provedUntil" disableSort render={(b) => <When at={b.provedUntil} form="day" />} />
    </RecordList>
  );
};

export default BadgeList;
