import type { ResolvedTableFunction } from '../../tsql/api.ts';
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { CaptureInstance, Column, Database } from '../catalogue/model.ts';
import { identifier, literal } from '../postgres/quote.ts';
import { logSchema } from './change-log.ts';

const PREFIX = 'fn_cdc_get_all_changes_';
const SERVICE_COLUMNS = 4;

/** The captured columns of an instance, in order. */
export function capturedColumns(instance: CaptureInstance): Column[] {
  return instance.changeTable.columns.filter((column) => !column.name.startsWith('__$'));
}

/** PostgreSQL name of an instance's function, quoted. */
function functionName(database: string, changeTableId: number): string {
  return `${logSchema(database)}.all_changes_${changeTableId}`;
}

/**
 * `cdc.fn_cdc_get_all_changes_<instance>(from, to, filter)`, which Debezium's function mode reads. Undefined when there is
 * no such instance: the compiler then raises 208.
 */
export function changesFunction(
  place: { database: Database; schemaName: string; object: string },
  catalogue: Catalogue,
): ResolvedTableFunction | undefined {
  const name = place.object.toLowerCase();
  if (place.schemaName.toLowerCase() !== 'cdc' || !name.startsWith(PREFIX)) return undefined;
  const instance = catalogue.captureInstance(place.database.id, name.slice(PREFIX.length));
  if (!instance) return undefined;
  const columns = instance.changeTable.columns;
  const shown = [columns[0]!, columns[2]!, columns[3]!, columns[4]!, ...capturedColumns(instance)];
  return {
    pgName: functionName(place.database.name, instance.changeTable.id),
    parameters: [
      { type: { name: 'binary', length: 10 } },
      { type: { name: 'binary', length: 10 } },
      { type: { name: 'nvarchar', length: 30 } },
    ],
    columns: shown.map((column) => ({
      name: column.name,
      pgName: identifier(column.physical),
      type: column.type,
      nullable: true,
    })),
    name: [place.database.name, 'cdc', PREFIX + instance.name],
  };
}

/**
 * Creates the function behind it. `all update old` shows the row before an update (3) too, `all` does not. A range that
 * begins before the instance's low-water mark or ends after the last LSN is error 313, as on SQL Server.
 * @param changeTable quoted name of the change table.
 * @param columns physical names and PostgreSQL types of the captured columns.
 */
export function createChangesFunction(
  database: string,
  instance: { id: number; name: string; changeTable: string },
  columns: { physical: string; pgType: string }[],
): string {
  const service = ['__$start_lsn', '__$seqval', '__$operation', '__$update_mask'].map(identifier);
  const types = ['bytea', 'bytea', 'int4', 'bytea'];
  const declared = service.map((name, index) => `${name} ${types[index]}`);
  for (const column of columns) declared.push(`${identifier(column.physical)} ${column.pgType}`);
  const selected = [
    ...service.slice(0, SERVICE_COLUMNS),
    ...columns.map((column) => identifier(column.physical)),
  ];
  const log = logSchema(database);
  const message = `An insufficient number of arguments were supplied for the procedure or function cdc.${PREFIX}${instance.name} ... .`;
  return `
CREATE FUNCTION ${functionName(database, instance.id)}(from_lsn bytea, to_lsn bytea, row_filter bpchar)
RETURNS TABLE (${declared.join(', ')}) LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
  IF from_lsn IS NULL OR to_lsn IS NULL OR from_lsn > to_lsn
     OR from_lsn < ${log}.min_lsn(${literal(instance.name)}::bpchar) OR to_lsn > ${log}.max_lsn() THEN
    PERFORM tsql.fail(313, ${literal(message)});
  END IF;
  RETURN QUERY SELECT ${selected.map((name) => `t.${name}`).join(', ')} FROM ${instance.changeTable} t
    WHERE t."__$start_lsn" BETWEEN from_lsn AND to_lsn
      AND (lower(rtrim(tsql.txt(row_filter))) = 'all update old' OR t."__$operation" <> 3);
END $$;
`;
}

export function dropChangesFunction(database: string, changeTableId: number): string {
  return `DROP FUNCTION IF EXISTS ${functionName(database, changeTableId)}(bytea, bytea, bpchar)`;
}
