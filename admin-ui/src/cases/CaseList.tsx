import { DataTable, ReferenceInput, AutocompleteInput, SearchInput, SelectInput } from 'react-admin';
import { useTranslate } from 'react-admin';
import type { Case } from '../api/types';
import { useChoices } from '../parts/choices';
import { DueMark } from '../parts/DueMark';
import { linkTo, RecordLink, RecordList } from '../parts/Records';
import { StateMark } from '../parts/StateMark';
import { When } from '../parts/When';
import { caseStates } from './words';
import { namesOf, nearestClock } from './summary';

const Column = DataTable.Col<Case>;

const CaseList = () => {
  const choices = useChoices();
  const translate = useTranslate();
  const filters = [
    <SearchInput key="q" source="q" alwaysOn />,
    <SelectInput key="state" source="state" choices={choices('case', caseStates)} alwaysOn />,
    <ReferenceInput key="subjectId" source="subjectId" reference="subjects">
      <AutocompleteInput optionText="name" filterToQuery={(q: string) => ({ q })} />
    </ReferenceInput>,
  ];
  return (
    <RecordList resource="cases" filters={filters} canCreate>
      <Column source="number" disableSort render={linkTo<Case>('cases', (c) => c.number ?? translate('console.notNumbered'))} />
      <Column
        source="subjectId"
        disableSort
        render={(c) => (
          <RecordLink resource="subjects" id={c.subjectId}>
            {c.subjectName}
          </RecordLink>
        )}
      />
      <Column source="matter" disableSort />
      <Column source="state" disableSort render={(c) => <StateMark kind="case" state={c.state} />} />
      <Column source="officers" disableSort render={(c) => namesOf(c)} />
      <Column source="nextClock" disableSort render={(c) => <DueMark due={nearestClock(c)?.dueAt} />} />
      <Column source="createdAt" render={(c) => <When at={c.createdAt ?? c.openedAt} form="day" />} />
    </RecordList>
  );
};

export default CaseList;
