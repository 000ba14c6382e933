import type { SqlAnswer, SqlFailure } from '../../adapters/sqlserver-port.ts';
import type { DatabaseSettings, FacilitySettings } from '../../settings/facility.ts';
import type { FacilityCheck } from '../context.ts';
import type { Remedy, Verdict } from '../types.ts';
import { fail, pass } from '../verdicts.ts';
import { bracketed, quoted } from './answers.ts';

const ID = 'sql-login';

/** Cannot open the database · database does not exist · the login is no user of it. */
const DATABASE_ERRORS = [4060, 911, 916];
const EXPIRED_ERRORS = [18487, 18488];
const LOCKED_ERRORS = [18486, 18470];

/** TLS, login and database: whether SQL Server lets this program in. */
export const sqlLogin: FacilityCheck<SqlAnswer<never>> = {
  id: ID,
  title: 'The login opens the database',
  area: 'sqlserver',
  when: ['before-install', 'after-install', 'daily'],
  needs: ['sql-tcp'],
  timeoutMs: 8000,

  probe: ({ sql }, signal) => sql.open(signal),

  judge(facts, { database }: FacilitySettings) {
    if (facts.ok) {
      const encryption = database.encrypt ? 'encrypted' : 'not encrypted';
      return pass(`${database.user} is in ${database.name}`, encryption);
    }
    return refused(facts.failure, database);
  },
};

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
  if (has(EXPIRED_ERRORS))
    return account('expired', 'The password of the login has expired.', current, database);
  if (has(LOCKED_ERRORS)) return account('locked', 'The login is locked or disabled.', current, database);
  if (has([18456, 18452])) {
    return fail(`${ID}-refused`, `SQL Server refuses the login ${database.user}.`, {
      current,
      required: 'The right password for a SQL Server login (not a Windows account).',
      remedy: {
        text:
          'Check DB_USER and DB_PASS. SQL Server tells the reason only in its own error log: a wrong password, no such ' +
          'login, or a server that takes Windows accounts only (Server Properties > Security).',
        sql: [`SELECT name, is_disabled FROM sys.sql_logins WHERE name = ${quoted(database.user)};`],
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

function account(kind: string, summary: string, current: string, database: DatabaseSettings): Verdict {
  const remedy: Remedy = {
    text: 'The DBA unlocks the login and sets a password that does not expire; put the new one into DB_PASS.',
    sql: [
      `ALTER LOGIN ${bracketed(database.user)} WITH PASSWORD = N'…' UNLOCK, CHECK_EXPIRATION = OFF;`,
      `ALTER LOGIN ${bracketed(database.user)} ENABLE;`,
    ],
    who: 'dba',
  };
  return fail(`${ID}-${kind}`, summary, { current, required: 'A login that may log in.', remedy });
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
