import type { KafkaRecord } from '../adapters/kafka-port.ts';
import { sameName } from './expressions.ts';
import type { TableName } from './table-selection.ts';

/**
 * The columns that Debezium knows of a table, out of its own history of tables. It reads rows by these, whatever a capture
 * instance holds: a column that is not among them does not arrive.
 * @param records of the topic, in its order
 * @returns null where they do not tell of the table
 */
export function columnsKnown(
  records: readonly KafkaRecord[],
  database: string,
  { schema, table }: TableName,
): string[] | null {
  for (const { value } of records.toReversed()) {
    for (const change of changesOf(value).toReversed()) {
      const [inDatabase, inSchema, name] = partsOf(change.id);
      if (name !== table || inSchema !== schema || !sameName(inDatabase ?? '', database)) continue;
      return change.columns;
    }
  }
  return null;
}

interface Change {
  /** `"ClinicMasterMOH"."dbo"."Visits"` */
  id: string;
  columns: string[];
}

function changesOf(value: string | null): Change[] {
  const { tableChanges } = parsed(value);
  if (!Array.isArray(tableChanges)) return [];
  return (tableChanges as Json[]).flatMap((change) => {
    const { id, table } = change ?? {};
    const columns = (table as Json)?.columns;
    if (typeof id !== 'string' || !Array.isArray(columns)) return [];
    return [{ id, columns: (columns as Json[]).map((column) => String(column?.name ?? '')) }];
  });
}

type Json = Record<string, unknown> | null | undefined;

function parsed(value: string | null): Record<string, unknown> {
  try {
    return (JSON.parse(value ?? '{}') as Json) ?? {};
  } catch {
    // Not written by Debezium.
    return {};
  }
}

/** A quote within a name stands twice. */
function partsOf(id: string): string[] {
  return [...id.matchAll(/"((?:[^"]|"")*)"/g)].map(([, part = '']) => part.replaceAll('""', '"'));
}
