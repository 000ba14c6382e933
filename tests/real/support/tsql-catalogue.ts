import type pg from 'pg';
import { pgType } from '../../../sandbox/src/standin/tsql/storage.ts';
import type { TsqlType } from '../../../sandbox/src/standin/types.ts';
import { FUNCTIONS, VIEWS } from '../../unit/standin/tsql/catalogue.ts';

/** Makes empty tables for the catalogue's views and functions that return NULL, so that queries over them can be planned. */
export async function createEmptyCatalogue(client: pg.Client): Promise<void> {
  await client.query('CREATE SCHEMA sys; CREATE SCHEMA cdc; CREATE SCHEMA engine');
  for (const view of VIEWS) {
    const columns = view.columns.map((column) => `${column.pgName} ${pgType(column.type)}`);
    await client.query(`CREATE TABLE ${view.pgName} (${columns.join(', ')})`);
  }
  for (const [key, declared] of Object.entries(FUNCTIONS)) {
    const name = `engine."${key.split('.').at(-1)}"`;
    await client.query(nullFunction(name, declared.parameters, pgType(declared.returns)));
  }
  const changes = [{ name: 'binary' }, { name: 'binary' }, { name: 'nvarchar' }] as const;
  const returns = 'SETOF cdc."dbo_Patients_CT"';
  await client.query(
    nullFunction(
      'engine."all_changes"',
      changes.map((type) => ({ type })),
      returns,
    ),
  );
}

function nullFunction(name: string, parameters: { type: TsqlType }[], returns: string): string {
  const types = parameters.map(({ type }) => pgType(type)).join(', ');
  const body = returns.startsWith('SETOF')
    ? 'SELECT * FROM cdc."dbo_Patients_CT"'
    : `SELECT NULL::${returns}`;
  return `CREATE FUNCTION ${name}(${types}) RETURNS ${returns} LANGUAGE sql STABLE AS '${body}'`;
}
