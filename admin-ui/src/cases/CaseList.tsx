import { AutocompleteInput, BooleanInput, DataTable, DateInput, ReferenceInput, SearchInput, SelectInput } from 'react-admin';
import type { Case } from '../api/types';
import { useChoices } from '../parts/choices';
import { DueMark } from '../parts/DueMark';
import { linkTo, RecordLink, RecordList } from '../parts/Records';
import { When } from '../parts/When';
import { CaseState } from './CaseState';
import { handlersOf } from './summary';
import { caseStates, clueSources, phases } from './words';

const Column = DataTable.Col<Case>;

const CaseList = () => {
  const choices = useChoices();
  const filters = [
    <SearchInput key="q" source="q" alwaysOn />,
    <SelectInput key="phase" source="phase" choices={choices('phase', phases)} alwaysOn />,
    <SelectInput key="state" source="state" choices={choices('case', caseStates)} />,
    <BooleanInput key="mine" source="mine" />,
    <DateInput key="dueBy" source="dueBy" />,
    <SelectInput key="source" source="source" choices={choices('clueSource', clueSources)} />,
    <ReferenceInput key="subjectId" source="subjectId" reference="subjects">
      <AutocompleteInput optionText="name" filterToQuery={(q: string) => ({ q })} />
    </ReferenceInput>,
  ];
  return (
    <RecordList resource="cases" filters={filters} canCreate sort={{ field: 'openedAt', order: 'DESC' }}>
      <Column source="number" disableSort render={linkTo<Case>('cases', (c) => c.number)} />
      <Column
        source="subjectId"
        disableSort
        render={(c) => (
          <RecordLink resource="subjects" id={c.subjectId}>
            {c.partyName ?? '—'}
          </RecordLink>
        )}
      />
      <Column source="matter" disableSort />
      <Column source="state" disableSort render={(c) => <CaseState file={c} />} />
      <Column source="officers" disableSort render={handlersOf} />
      <Column
        source="nextClock"
        disableSort
        render={(c) => (c.clocks[0] ? <DueMark due={c.clocks[0].due} ended={c.clocks[0].state === 'paused'} /> : '—')}
      />
      <Column source="openedAt" render={(c) => <When at={c.openedAt} form="day" />} />
    </RecordList>
  );
};

export default CaseList;
