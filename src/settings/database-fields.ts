import type { Field } from './field.ts';
import { facilityFields } from './fields.ts';
import { line, optional, password } from './validators.ts';

/** What the `sql` commands need of a facility: it may not be installed yet, for its database is prepared first. */
const DATABASE_KEYS = new Set([
  'DB_HOST',
  'DB_PORT',
  'DB_USER',
  'DB_PASS',
  'DB_NAME',
  'DB_ENCRYPT',
  'DB_TRUST_SERVER_CERTIFICATE',
  'TABLE_INCLUDE_LIST',
  'COLUMN_EXCLUDE_LIST',
  'SNAPSHOT_ISOLATION_MODE',
  'INSTANCE',
]);

/** The DBA's login: asked for when it is needed, and never written anywhere. */
const DBA_FIELDS: readonly Field[] = [
  {
    key: 'SQL_DBA_USER',
    flag: '--dba-user <login>',
    prompt: 'Login of the DBA (SQL Server login, not Windows)',
    help: 'Look, and with --apply run the T-SQL, as this login. Never stored.',
    schema: optional(line('The DBA login', 128)),
    default: '',
  },
  {
    key: 'SQL_DBA_PASS',
    prompt: 'Password of the DBA login',
    help: 'Password of that login. Never stored.',
    schema: optional(password('The DBA password')),
    secret: true,
    default: '',
  },
];

/** Keys that are read where they stand, and are no flags of the `sql` commands. */
export const UNASKED_KEYS: readonly string[] = ['INSTANCE', 'COLUMN_EXCLUDE_LIST'];

/** Keys that no file of a facility may answer. */
export const DBA_KEYS: readonly string[] = DBA_FIELDS.map(({ key }) => key);

/** The facility's database fields and the DBA's; the connector's password may be missing, for a script needs none. */
export function databaseFields(version: string): readonly Field[] {
  const facility = facilityFields(version)
    .filter(({ key }) => DATABASE_KEYS.has(key))
    .map((field) =>
      field.key === 'DB_PASS'
        ? { ...field, schema: optional(password('The SQL Server password')), default: '' }
        : field,
    );
  return [...facility, ...DBA_FIELDS];
}
