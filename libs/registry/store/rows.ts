import { ConflictRow, HistoryRow } from './history.entity';
import { OperatorContactRow, OperatorRow } from './operator.entity';
import { OutletRow } from './outlet.entity';
import { SubjectRow } from './subject.entity';

export const REGISTRY_ROWS = [SubjectRow, OutletRow, OperatorRow, OperatorContactRow, HistoryRow, ConflictRow];
