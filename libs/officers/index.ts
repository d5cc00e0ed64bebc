export { type NewOfficer, OfficerDirectory } from './app/officer-directory';
export { OfficersProblem } from './domain/problems';
export { type Role, type RolePermissions, ROLES } from './domain/roles';
export { OfficersModule } from './officers.module';
export { OFFICER_ROWS, OfficerRoleRow, OfficerRow, UnitRow } from './store/officer.entity';
