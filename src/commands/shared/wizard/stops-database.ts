import type { CheckResult } from '../../../checks/types.ts';
import { askCertificate, askDatabaseTrust } from './ask-certificate.ts';
import { askDatabase } from './ask-database.ts';
import { askPort } from './ask-port.ts';
import { askTables } from './ask-tables.ts';
import type { Attempt, Question, Stop } from './question.ts';
import { hasPassed } from './state.ts';

const section = 'SQL Server';
const SERVER = ['DB_HOST', 'DB_PORT'];
const LINE = [...SERVER, 'DB_ENCRYPT', 'DB_TRUST_SERVER_CERTIFICATE', 'dbCa'];
const LOGIN = [...LINE, 'DB_USER', 'DB_PASS'];

const question = (key: string, why: string, more: Partial<Question> = {}): Question => ({
  kind: 'question',
  key,
  section,
  why,
  ...more,
});

const reach: Attempt = {
  kind: 'attempt',
  id: 'database-reach',
  section,
  title: 'Reach SQL Server',
  checks: ['sql-tcp'],
  onFailure: ['sql-instance-port'],
  of: SERVER,
  mends: ({ verdict }) => (/-name|-timeout|-unreachable/.test(verdict.code) ? SERVER : [...SERVER].reverse()),
  offers: async (failed) => instancePorts(failed),
};

/** Where SQL Server Browser tells of other instances, each of their ports. */
function instancePorts({ facts }: CheckResult) {
  const browser = (facts as { browser?: { ok: boolean; value?: { name: string; port?: number }[] } } | null)
    ?.browser;
  return (browser?.ok === true ? (browser.value ?? []) : []).flatMap(({ name, port }) =>
    port === undefined
      ? []
      : [{ label: `Port ${port}, the instance ${name}`, values: { DB_PORT: String(port) } }],
  );
}

const CERTIFICATE_FAULTS = /^sql-tls-(untrusted|wrong-name|expired)$/;

const certificate: Attempt = {
  kind: 'attempt',
  id: 'database-certificate',
  section,
  title: 'Encrypt the line to SQL Server',
  checks: ['sql-tls'],
  of: LINE,
  when: (state) => hasPassed(state, 'database-reach'),
  leadsTo: ({ verdict }, { values, certificates }) =>
    CERTIFICATE_FAULTS.test(verdict.code) &&
    values.DB_TRUST_SERVER_CERTIFICATE !== 'true' &&
    certificates.dbCa === undefined
      ? 'DB_TRUST_SERVER_CERTIFICATE'
      : undefined,
  mends: ({ verdict }) =>
    CERTIFICATE_FAULTS.test(verdict.code) ? ['DB_TRUST_SERVER_CERTIFICATE', ...SERVER] : SERVER,
  advice: ({ verdict }) =>
    verdict.code === 'sql-tls-untrusted'
      ? 'Ask the DBA for the certificate that signed this one, and give its file here. Where SQL Server made its own and stands in this building, take it as it is.'
      : undefined,
  offers: async ({ verdict }) =>
    verdict.code === 'sql-tls-none'
      ? [{ label: 'Connect without encryption (same machine only)', values: { DB_ENCRYPT: 'false' } }]
      : [],
};

const login: Attempt = {
  kind: 'attempt',
  id: 'database-login',
  section,
  title: 'Log in to SQL Server',
  checks: ['sql-login'],
  of: LOGIN,
  when: (state) => hasPassed(state, 'database-certificate'),
  // Every login may open master; which database is ClinicMaster's is asked next.
  settings: (settings) => ({ ...settings, database: { ...settings.database, name: 'master' } }),
  tolerates: ['sql-login-database'],
  says: ({ values }) => `${values.DB_USER} is let in`,
  advice: ({ verdict }) =>
    verdict.code === 'sql-login-refused'
      ? 'Type login and password again; capitals count. SQL Server keeps the reason to itself; the DBA finds it in its error log as a state: 5 no such login, 8 wrong password, 7 disabled, 58 Windows accounts only.'
      : undefined,
  mends: ({ verdict }) => (verdict.code.startsWith('sql-login') ? ['DB_PASS', 'DB_USER'] : SERVER),
};

const open: Attempt = {
  kind: 'attempt',
  id: 'database-open',
  section,
  title: 'Open the database',
  checks: ['sql-login', 'sql-db-cdc-enabled'],
  of: [...LOGIN, 'DB_NAME'],
  when: (state) => hasPassed(state, 'database-login'),
  says: ({ values }) => `${values.DB_NAME}, change data capture is on`,
  mends: () => ['DB_NAME', 'DB_USER'],
};

const tables: Attempt = {
  kind: 'attempt',
  id: 'tables',
  section,
  title: 'Look at the tables',
  checks: ['sql-tables-enabled', 'sql-table-pk'],
  of: [...LOGIN, 'DB_NAME', 'TABLE_INCLUDE_LIST', 'MESSAGE_KEY_COLUMNS'],
  when: (state) => hasPassed(state, 'database-open'),
  mends: () => ['TABLE_INCLUDE_LIST', 'DB_NAME'],
};

/** The hospital's database, from the name of its server to its tables. */
export const DATABASE_STOPS: readonly Stop[] = [
  question(
    'DB_HOST',
    'The machine that holds ClinicMaster: its name or IP address. For this very machine: host.docker.internal',
  ),
  question('DB_PORT', 'A default instance has 1433; a named instance has a port of its own.', {
    ask: askPort,
  }),
  reach,
  question(
    'DB_TRUST_SERVER_CERTIFICATE',
    'It cannot prove who it is. Whoever stands in its place could read the password and all data.',
    {
      ask: askDatabaseTrust,
      cure: 'Take the certificate as it is, or give a CA certificate',
    },
  ),
  question('dbCa', 'The DBA has it: the certificate (PEM) that signed the one of SQL Server.', {
    ask: (wizard) => askCertificate(wizard, 'dbCa'),
  }),
  certificate,
  question(
    'DB_USER',
    'The SQL Server login that the DBA made for this program; no Windows account, and not sa.',
  ),
  question('DB_PASS', 'Not shown while you type, and never written outside .env.'),
  login,
  question('DB_NAME', 'The database of ClinicMaster.', { ask: askDatabase }),
  open,
  question('TABLE_INCLUDE_LIST', 'What streams to the warehouse. It can be changed later.', {
    due: (state) =>
      !state.installed && state.sources.TABLE_INCLUDE_LIST === 'default' && hasPassed(state, 'database-open'),
    ask: askTables,
  }),
  question(
    'MESSAGE_KEY_COLUMNS',
    'Columns that tell the rows of a table apart which has no key of its own.',
    {
      ask: askTables,
    },
  ),
  tables,
];
