/** Codes of the register's lists as the API knows them. Their words are `choice.<list>.<code>`. */
export const subjectKinds = [
  'enterprise',
  'individual-business',
  'cooperative',
  'branch',
  'foreign-rep',
  'institution',
  'social-org',
  'natural-person-shop',
  'unregistered-suspect',
  'unknown',
];
export const subjectStates = ['1', '2', '3', '4', '5', '6', '7', '9'];
