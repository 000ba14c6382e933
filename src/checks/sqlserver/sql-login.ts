import type { SqlAnswer, SqlFailure } from '../../adapters/sqlserver-port.ts';
import type { DatabaseSettings, FacilitySettings } from '../../settings/facility.ts';
import type { FacilityCheck } from '../context.ts';
import type { Remedy, Verdict } from '../types.ts';
import { fail, pass, warn } from '../verdicts.ts';
import { bracketed, quoted } from './answers.ts';

const ID = 'sql-login';

/** Cannot open the database · database does not exist · the login is no user of it. */
const DATABASE_ERRORS = [4060, 911, 916];
/** Days before the end of a password at which it is worth a warning. */
const EXPIRY_WARNING_DAYS = 14;

/** Both are null where the server does not tell. `days_left` is -1 for a password that the policy never ends. */
type AccountRow = { days_left: number | null; windows_only: number | null };

export type LoginFacts = {
  opened: SqlAnswer<never>;
  /** What the login may see of itself; null when it was not let in. */
  account: SqlAnswer<AccountRow> | null;
};

/** Login and database: whether SQL Server lets this program in, and will do so next month. */
export const sqlLogin: FacilityCheck<LoginFacts> = {
  id: ID,
  title: 'The login opens the database',
  area: 'sqlserver',
  when: ['before-install', 'after-install', 'daily'],
  needs: ['sql-tls'],
  timeoutMs: 8000,

  async probe({ sql }, signal) {
    const opened = await sql.open(signal);
    if (!opened.ok) return { opened, account: null };
    const account = await sql.query<AccountRow>(
      `SELECT CAST(LOGINPROPERTY(SUSER_SNAME(), 'DaysUntilExpiration') AS int) AS days_left,
              CAST(SERVERPROPERTY('IsIntegratedSecurityOnly') AS int) AS windows_only`,
      {},
      signal,
    );
    return { opened, account };
  },

  judge({ opened, account }, { database }: FacilitySettings) {
    if (!opened.ok) return refused(opened.failure, database);
    const row = account?.ok === true ? account.value[0] : undefined;
    const encryption = database.encrypt ? 'encrypted' : 'not encrypted';
    return (
      (row === undefined ? undefined : soonRefused(row, database)) ??
      pass(`${database.user} is in ${database.name}`, encryption)
    );
  },
};

/** It was let in, and something will keep it out before long. */
function soonRefused({ days_left: days, windows_only }: AccountRow, database: DatabaseSettings) {
  if (windows_only === 1) {
    return warn(`${ID}-windows-only`, 'SQL Server is set to take Windows accounts only.', {
      current: 'IsIntegratedSecurityOnly = 1',
      required: 'SQL Server and Windows Authentication mode',
      remedy: { text: MIXED_MODE, who: 'dba' },
    });
  }
  if (days === null || days < 0 || days >= EXPIRY_WARNING_DAYS) return undefined;
  return warn(
    `${ID}-expires-soon`,
    `The password of the login ends in ${days} days; then the stream stops.`,
    {
      current: `DaysUntilExpiration = ${days}`,
      required: 'A password that does not expire.',
      remedy: {
        text: 'Take the end off the password: nobody is there to change it at night.',
        sql: [`ALTER LOGIN ${bracketed(database.user)} WITH CHECK_EXPIRATION = OFF;`],
        who: 'dba',
      },
    },
  );
}

const MIXED_MODE =
  'SQL Server Management Studio > Server Properties > Security > SQL Server and Windows Authentication mode; ' +
  'then restart the SQL Server service.';

function refused(failure: SqlFailure, database: DatabaseSettings): Verdict {
  const numbers = failure.numbers ?? [];
  const has = (wanted: readonly number[]) => numbers.some((number) => wanted.includes(number));
  const current = numbers.length > 0 ? `error ${numbers.join(', ')}: ${failure.message}` : failure.message;
  if (has(DATABASE_ERRORS)) {
    return fail(`${ID}-database`, `The login cannot open the database ${database.name}.`, {
      current,
      required: `A database called ${database.name} in which ${database.user} is a user.`,
      remedy: {
        text: 'Check the spelling of DB_NAME. If the name is right, the DBA makes the login a user of the database.',
        sql: [
          'SELECT name FROM sys.databases ORDER BY name;',
          `USE ${bracketed(database.name)}; CREATE USER ${bracketed(database.user)} FOR LOGIN ${bracketed(database.user)};`,
        ],
        who: 'dba',
      },
    });
  }
  const known = ACCOUNT_ERRORS.find(([number]) => numbers.includes(number));
  if (known !== undefined) return account(known, current, database);
  if (has([18452]) || (has([18456]) && database.user.includes('\\'))) {
    return fail(`${ID}-windows-account`, `${database.user} is no login that SQL Server itself keeps.`, {
      current,
      required: 'A SQL Server login (not a Windows account), and a server that takes such logins.',
      remedy: {
        text: `The container has no Windows account. The DBA makes a SQL Server login. ${MIXED_MODE}`,
        sql: [
          `CREATE LOGIN [clinicmaster_cdc] WITH PASSWORD = N'…', CHECK_POLICY = ON, CHECK_EXPIRATION = OFF;`,
        ],
        who: 'dba',
      },
    });
  }
  if (has([18456])) {
    return fail(`${ID}-refused`, `SQL Server refuses the login ${database.user}.`, {
      current,
      required: 'The right password for a SQL Server login (not a Windows account).',
      remedy: {
        text:
          'Check DB_USER and DB_PASS. SQL Server keeps the reason to itself; it stands in its error log as a state: 5 no ' +
          'such login, 8 wrong password, 7 disabled, 58 Windows accounts only (Server Properties > Security).',
        sql: [
          `SELECT name, is_disabled FROM sys.sql_logins WHERE name = ${quoted(database.user)};`,
          `EXEC sys.sp_readerrorlog 0, 1, N'Login failed';`,
        ],
        who: 'you',
      },
    });
  }
  if (failure.kind === 'tls') return tlsRefused(failure, current);
  if (failure.kind === 'timeout') {
    return fail(`${ID}-timeout`, 'SQL Server took the connection and then did not answer.', {
      current,
      required: 'An answer to the login within 8 s.',
      remedy: {
        text: 'SQL Server is overloaded, or something between drops large packets. Run it again; then ask the DBA.',
        who: 'dba',
      },
    });
  }
  return fail(`${ID}-broken`, 'The connection to SQL Server broke off during the login.', {
    current,
    required: 'SQL Server at this host and port.',
    remedy: {
      text: 'Make sure that DB_HOST and DB_PORT are those of SQL Server, not of another service.',
      who: 'you',
    },
  });
}

type AccountError = readonly [number: number, kind: string, summary: string, text: string, cure: string];

/** Numbers by which SQL Server itself says what is wrong with the account (only after the right password). */
const ACCOUNT_ERRORS: readonly AccountError[] = [
  [
    18487,
    'expired',
    'The password of the login has expired.',
    'The DBA sets a password that does not expire; put it into DB_PASS.',
    "WITH PASSWORD = N'…', CHECK_EXPIRATION = OFF",
  ],
  [
    18488,
    'must-change',
    'The password of the login must be changed before it serves.',
    'The DBA sets a password without MUST_CHANGE; put it into DB_PASS.',
    "WITH PASSWORD = N'…', CHECK_EXPIRATION = OFF",
  ],
  [
    18486,
    'locked',
    'The login is locked, as after too many wrong passwords.',
    'The DBA unlocks it. Look for a program that still logs in with an old password.',
    "WITH PASSWORD = N'…' UNLOCK",
  ],
  [18470, 'disabled', 'The login is disabled.', 'The DBA enables it.', 'ENABLE'],
];

function account(
  [, kind, summary, text, cure]: AccountError,
  current: string,
  database: DatabaseSettings,
): Verdict {
  return fail(`${ID}-${kind}`, summary, {
    current,
    required: 'A login that may log in.',
    remedy: { text, sql: [`ALTER LOGIN ${bracketed(database.user)} ${cure};`], who: 'dba' },
  });
}

const TLS_REASONS: readonly [RegExp, string, string, Remedy][] = [
  [
    /SELF_SIGNED|UNABLE_TO_/,
    'untrusted',
    'The certificate of SQL Server is not signed by an authority that this installation knows.',
    {
      text:
        'Ask the DBA for the certificate of the authority and save it as ca/sqlserver-ca.pem in the facility folder. ' +
        'Where SQL Server uses its own made-up certificate and stands in the same building, accept it as it is.',
      commands: ['clinicmaster-cdc init --db-trust-server-certificate true'],
      who: 'dba',
    },
  ],
  [
    /EXPIRED|NOT_YET_VALID/,
    'expired',
    'The certificate of SQL Server is out of date.',
    {
      text: 'The DBA installs a new certificate. If the date of this machine is wrong, correct it.',
      who: 'dba',
    },
  ],
  [
    /ALTNAME|HOSTNAME/,
    'wrong-name',
    'The certificate of SQL Server is for another name than DB_HOST.',
    {
      text: 'Use a name that stands in the certificate as DB_HOST, or have the DBA issue one for this name.',
      who: 'dba',
    },
  ],
  [
    /ENOENCRYPT/,
    'none',
    'SQL Server declines to encrypt the connection; the password was not sent.',
    {
      text: 'The DBA repairs the encryption of SQL Server (its certificate and service account). On the same machine only, turn encryption off.',
      commands: ['clinicmaster-cdc init --db-encrypt false'],
      who: 'dba',
    },
  ],
  [
    /EENCRYPT/,
    'needs-encryption',
    'SQL Server accepts encrypted connections only.',
    { text: 'Turn encryption on.', commands: ['clinicmaster-cdc init --db-encrypt true'], who: 'you' },
  ],
];

function tlsRefused(failure: SqlFailure, message: string): Verdict {
  const code = failure.code ?? '';
  const known = TLS_REASONS.find(([pattern]) => pattern.test(code));
  const current = `${code}: ${message}`;
  const required = 'TLS 1.2 or newer, with a certificate that this installation trusts.';
  if (known !== undefined) {
    const [, kind, summary, remedy] = known;
    return fail(`${ID}-tls-${kind}`, summary, { current, required, remedy });
  }
  return fail(`${ID}-tls`, 'No encrypted connection to SQL Server comes about.', {
    current,
    required,
    remedy: {
      text: 'The DBA enables TLS 1.2 (Windows and SQL Server updates). On the same machine only, encryption may be turned off.',
      commands: ['clinicmaster-cdc init --db-encrypt false'],
      who: 'dba',
    },
  });
}
