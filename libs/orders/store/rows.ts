import { ClockRow, ObservationRow } from './observation.entity';
import { AddressRow, OrderRow } from './order.entity';
import { LinkRow, ReportFileRow, ReportLineRow, ReportRow } from './partner.entity';

export const ORDER_ROWS = [OrderRow, AddressRow, ClockRow, ObservationRow, LinkRow, ReportRow, ReportLineRow, ReportFileRow];
