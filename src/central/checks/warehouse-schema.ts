import type { PostgresAnswer } from '../../adapters/postgres-port.ts';
import { fail, pass, unknown } from '../../checks/verdicts.ts';
import type { CentralCheck } from './context.ts';

const ID = 'warehouse-schema';

type Row = { encoding: string; standby: boolean; create: boolean };
export type WarehouseSchemaFacts = PostgresAnswer<Row>;

/** The warehouse can be written: not a standby, UTF-8, and the user may create tables in schema public. */
export const warehouseSchema: CentralCheck<WarehouseSchemaFacts> = {
  id: ID,
  title: 'The warehouse takes tables',
  area: 'warehouse',
  when: ['before-install', 'daily'],
  needs: ['warehouse-login'],
  timeoutMs: 10_000,

  probe: ({ warehouse }, signal) =>
    warehouse.query<Row>(
      `select current_setting('server_encoding') as encoding, pg_is_in_recovery() as standby,
              has_schema_privilege(current_user, 'public', 'CREATE, USAGE') as create`,
      [],
      signal,
    ),

  judge(answer, { warehouse }) {
    if (!answer.ok) {
      return unknown(`${ID}-unanswered`, 'The warehouse did not say what the user may do.', {
        current: `${answer.failure.code} ${answer.failure.message}`,
      });
    }
    const [row] = answer.value;
    if (row === undefined)
      return unknown(`${ID}-unanswered`, 'The warehouse did not say what the user may do.');
    if (row.standby) {
      return fail(`${ID}-standby`, 'This PostgreSQL is a standby; it can only be read.', {
        required: 'the primary server',
        remedy: { text: 'Give the address of the primary in WAREHOUSE_HOST.', who: 'you' },
      });
    }
    if (row.encoding !== 'UTF8') {
      return fail(`${ID}-encoding`, `The database stores text as ${row.encoding}.`, {
        required: 'UTF8: names of patients hold any letter',
        remedy: {
          text: 'Create a database with encoding UTF8 and give its name in WAREHOUSE_DB.',
          sql: [`CREATE DATABASE warehouse OWNER "${warehouse.user}" ENCODING 'UTF8' TEMPLATE template0;`],
          who: 'dba',
        },
      });
    }
    if (!row.create) {
      return fail(`${ID}-rights`, `${warehouse.user} may not create tables in schema public.`, {
        required: 'USAGE and CREATE on schema public',
        remedy: {
          text: 'Grant it in the database of the warehouse.',
          sql: [`GRANT USAGE, CREATE ON SCHEMA public TO "${warehouse.user}";`],
          who: 'dba',
        },
      });
    }
    return pass(`${warehouse.user} may create tables in ${warehouse.database}`);
  },
};
