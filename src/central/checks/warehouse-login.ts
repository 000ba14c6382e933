import type { PostgresAnswer } from '../../adapters/postgres-port.ts';
import type { Remedy } from '../../checks/types.ts';
import { fail, pass } from '../../checks/verdicts.ts';
import type { CentralSettings } from '../../settings/central.ts';
import type { CentralCheck } from './context.ts';

const ID = 'warehouse-login';

type Row = { version: string; encrypted: boolean };
export type WarehouseLoginFacts = PostgresAnswer<Row>;

/** The warehouse takes the user, the password and the wanted TLS. */
export const warehouseLogin: CentralCheck<WarehouseLoginFacts> = {
  id: ID,
  title: 'The warehouse accepts the user',
  area: 'warehouse',
  when: ['before-install', 'after-install', 'daily'],
  needs: ['warehouse-tcp'],
  timeoutMs: 10_000,

  probe: ({ warehouse }, signal) =>
    warehouse.query<Row>(
      `select current_setting('server_version') as version,
              coalesce((select ssl from pg_stat_ssl where pid = pg_backend_pid()), false) as encrypted`,
      [],
      signal,
    ),

  judge(answer, { warehouse }) {
    if (answer.ok) {
      const [row] = answer.value;
      return pass(`PostgreSQL ${row?.version ?? '?'}, ${row?.encrypted === true ? 'with' : 'without'} TLS`);
    }
    const { code, message } = answer.failure;
    const reason = REASONS[code] ?? (/certificate|SSL|TLS/i.test(`${code} ${message}`) ? TLS : OTHER);
    return fail(`${ID}-${reason.kind}`, reason.summary(warehouse), {
      current: `${code} ${message}`,
      required: `user ${warehouse.user} on database ${warehouse.database}`,
      remedy: reason.remedy(warehouse),
    });
  },
};

interface Reason {
  kind: string;
  summary(place: CentralSettings['warehouse']): string;
  remedy(place: CentralSettings['warehouse']): Remedy;
}

const PASSWORD: Reason = {
  kind: 'refused',
  summary: ({ user }) => `The warehouse refuses the user ${user} or its password.`,
  remedy: ({ user }) => ({
    text: 'Check WAREHOUSE_USER and WAREHOUSE_PASS; the administrator of PostgreSQL can set a new password.',
    sql: [`ALTER ROLE "${user}" LOGIN PASSWORD '…';`],
    who: 'dba',
  }),
};

/** By SQLSTATE: messages come in the server's language. */
const REASONS: Record<string, Reason> = {
  '28P01': PASSWORD,
  '28000': {
    kind: 'hba',
    summary: ({ user }) => `The warehouse has no entry that lets ${user} in from here.`,
    remedy: ({ database, user }) => ({
      text: 'Add a line to pg_hba.conf for this machine and its container network, then reload.',
      commands: [`hostssl  ${database}  ${user}  <address of this machine>/32  scram-sha-256`],
      sql: ['SELECT pg_reload_conf();'],
      who: 'dba',
    }),
  },
  '3D000': {
    kind: 'no-database',
    summary: ({ database }) => `The warehouse has no database ${database}.`,
    remedy: ({ database, user }) => ({
      text: 'Check WAREHOUSE_DB, or create the database.',
      sql: [`CREATE DATABASE "${database}" OWNER "${user}" ENCODING 'UTF8';`],
      who: 'dba',
    }),
  },
  '53300': {
    kind: 'full',
    summary: () => 'The warehouse has no connection left.',
    remedy: () => ({
      text: 'Raise max_connections or end idle sessions.',
      sql: ['SHOW max_connections;'],
      who: 'dba',
    }),
  },
};

const TLS: Reason = {
  kind: 'tls',
  summary: () => 'The warehouse and this machine do not agree on TLS.',
  remedy: ({ sslMode }) => ({
    text: `WAREHOUSE_SSLMODE is ${sslMode}. Give the CA with --warehouse-ca, or another mode.`,
    commands: ['clinicmaster-cdc central init --warehouse-ca <file>'],
    who: 'you',
  }),
};

const OTHER: Reason = {
  kind: 'other',
  summary: () => 'The warehouse does not let this program in.',
  remedy: () => ({ text: 'Look into the log of PostgreSQL at this moment.', who: 'dba' }),
};
