import {
  CalendarYearRow,
  CaseBlockerRow,
  CaseClockRow,
  CaseExhibitRow,
  CaseLinkRow,
  CaseNoteRow,
  CasePartyRow,
  CaseRemarkRow,
  CaseTaskRow,
  ExhibitHandoverRow,
} from './case-parts.entity';
import { CaseEventRow, CaseOfficerRow, CaseRecusalRow, CaseRow } from './case.entity';
import { CaseMeasureRow } from './measure.entity';
import { CasePanelMemberRow, CasePanelRow } from './panel.entity';
import { CaseTransferRow } from './transfer.entity';

export const CASE_ROWS = [
  CaseRow,
  CaseOfficerRow,
  CaseRecusalRow,
  CaseEventRow,
  CaseClockRow,
  CaseTaskRow,
  CasePartyRow,
  CaseExhibitRow,
  ExhibitHandoverRow,
  CaseNoteRow,
  CaseRemarkRow,
  CaseBlockerRow,
  CaseLinkRow,
  CalendarYearRow,
  CasePanelRow,
  CaseMeasureRow,
  CaseTransferRow,
  CasePanelMemberRow,
];
