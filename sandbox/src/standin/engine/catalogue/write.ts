import type { Client } from 'pg';
import type {
  CheckDefinition,
  ColumnDefinition,
  ConstraintDefinition,
  ForeignKeyDefinition,
  KeyDefinition,
} from '../../tsql/api.ts';
import { foreignKeyText } from './foreign-key-text.ts';

/** Where a table's objects are written down. */
export interface TablePlace {
  objectId: number;
  databaseId: number;
  schemaId: number;
}

interface NewObject {
  name: string;
  type: 'U' | 'PK' | 'UQ' | 'D' | 'C' | 'F';
  physical: string;
  systemNamed?: boolean;
  shipped?: boolean;
  parent?: number;
}

/** The name inside the quotes of a quoted identifier. */
function unquoted(quoted: string): string {
  return quoted.replace(/^"|"$/g, '').replaceAll('""', '"');
}

async function insertObject(
  client: Client,
  databaseId: number,
  schemaId: number,
  object: NewObject,
): Promise<number> {
  const { rows } = await client.query<{ object_id: number }>(
    `INSERT INTO standin.object (object_id, database_id, schema_id, name, type, parent_object_id, physical, is_system_named, is_ms_shipped)
     VALUES (nextval('standin.object_id'), $1, $2, $3, $4, $5, $6, $7, $8) RETURNING object_id`,
    [
      databaseId,
      schemaId,
      object.name,
      object.type,
      object.parent ?? 0,
      object.physical,
      object.systemNamed ?? false,
      object.shipped ?? false,
    ],
  );
  return rows[0]!.object_id;
}

/** Writes a new table down, without columns. Resolves with its place. */
export async function writeTable(
  client: Client,
  databaseId: number,
  schemaId: number,
  table: { name: string; physical: string; shipped: boolean },
): Promise<TablePlace> {
  const objectId = await insertObject(client, databaseId, schemaId, { ...table, type: 'U' });
  return { objectId, databaseId, schemaId };
}

/** Adds columns after those that the table has or once had: a column_id is never given twice. */
export async function writeColumns(
  client: Client,
  place: TablePlace,
  columns: readonly ColumnDefinition[],
): Promise<void> {
  for (const column of columns) {
    const { rows } = await client.query<{ column_id: number }>(
      `INSERT INTO standin."column" (object_id, column_id, name, physical, type_name, length, "precision", scale, is_nullable,
         identity_seed, identity_increment)
       VALUES ($1, standin.next_column_id($1), $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING column_id`,
      [
        place.objectId,
        column.name,
        unquoted(column.pgName),
        column.type.name,
        column.type.length ?? null,
        column.type.precision ?? null,
        column.type.scale ?? null,
        column.nullable,
        column.identity?.seed ?? null,
        column.identity?.increment ?? null,
      ],
    );
    if (column.default) await writeDefault(client, place, rows[0]!.column_id, column.default);
  }
}

/** Writes the new form of columns that the table has. */
export async function rewriteColumns(
  client: Client,
  place: TablePlace,
  columns: readonly ColumnDefinition[],
): Promise<void> {
  for (const column of columns) {
    const { rows } = await client.query<{ column_id: number; default_object_id: number }>(
      `UPDATE standin."column" SET type_name = $3, length = $4, "precision" = $5, scale = $6, is_nullable = $7
       WHERE object_id = $1 AND lower(name) = lower($2) RETURNING column_id, default_object_id`,
      [
        place.objectId,
        column.name,
        column.type.name,
        column.type.length ?? null,
        column.type.precision ?? null,
        column.type.scale ?? null,
        column.nullable,
      ],
    );
    const { column_id: columnId, default_object_id: defaultId } = rows[0]!;
    if (column.default && defaultId === 0) await writeDefault(client, place, columnId, column.default);
    if (!column.default && defaultId !== 0) {
      await client.query('DELETE FROM standin.object WHERE object_id = $1', [defaultId]);
      await client.query(
        'UPDATE standin."column" SET default_object_id = 0 WHERE object_id = $1 AND column_id = $2',
        [place.objectId, columnId],
      );
    }
  }
}

/** Writes a default constraint down and ties it to its column. */
async function writeDefault(
  client: Client,
  place: TablePlace,
  columnId: number,
  value: { name: string; systemNamed: boolean; text: string },
): Promise<void> {
  const id = await insertObject(client, place.databaseId, place.schemaId, {
    name: value.name,
    type: 'D',
    physical: value.name,
    systemNamed: value.systemNamed,
    parent: place.objectId,
  });
  await writeDefinition(client, id, value.text);
  await client.query(
    'UPDATE standin."column" SET default_object_id = $3 WHERE object_id = $1 AND column_id = $2',
    [place.objectId, columnId, id],
  );
}

async function writeDefinition(
  client: Client,
  id: number,
  text: string,
  parts?: CheckDefinition | ForeignKeyDefinition,
): Promise<void> {
  await client.query('INSERT INTO standin.definition (object_id, definition, parts) VALUES ($1, $2, $3)', [
    id,
    text,
    parts ? JSON.stringify(parts) : null,
  ]);
}

/** Writes keys, indexes, checks and foreign keys down. */
export async function writeConstraints(
  client: Client,
  place: TablePlace,
  constraints: readonly ConstraintDefinition[],
): Promise<void> {
  for (const constraint of constraints) {
    if (constraint.kind === 'check') await writeCheck(client, place, constraint);
    else if (constraint.kind === 'foreign-key') await writeForeignKey(client, place, constraint);
    else await writeKey(client, place, constraint);
  }
}

async function writeCheck(client: Client, place: TablePlace, check: CheckDefinition): Promise<void> {
  const id = await insertObject(client, place.databaseId, place.schemaId, {
    name: check.name,
    type: 'C',
    physical: check.pgName,
    systemNamed: check.systemNamed,
    parent: place.objectId,
  });
  await writeDefinition(client, id, check.text, check);
}

async function writeKey(client: Client, place: TablePlace, key: KeyDefinition): Promise<void> {
  const constraintId =
    key.kind === 'index'
      ? null
      : await insertObject(client, place.databaseId, place.schemaId, {
          name: key.name,
          type: key.kind === 'primary-key' ? 'PK' : 'UQ',
          physical: key.pgName,
          systemNamed: key.systemNamed,
          parent: place.objectId,
        });
  const { rows } = await client.query<{ index_id: number }>(
    `INSERT INTO standin.index (object_id, index_id, name, physical, is_clustered, is_unique, constraint_id, filter)
     VALUES ($1, CASE WHEN $4 THEN 1 ELSE (SELECT greatest(2, max(index_id) + 1) FROM standin.index WHERE object_id = $1) END,
       $2, $3, $4, $5, $6, $7) RETURNING index_id`,
    [place.objectId, key.name, key.pgName, key.clustered, key.unique, constraintId, key.filter ?? null],
  );
  const members = [
    ...key.columns.map((column) => ({ ...column, included: false })),
    ...key.include.map((name) => ({ name, descending: false, included: true })),
  ];
  for (const [position, member] of members.entries()) {
    await client.query(
      `INSERT INTO standin.index_column (object_id, index_id, ordinal, column_id, is_descending, is_included)
       SELECT object_id, $2, $3, column_id, $4, $5 FROM standin."column" WHERE object_id = $1 AND lower(name) = lower($6)`,
      [place.objectId, rows[0]!.index_id, position + 1, member.descending, member.included, member.name],
    );
  }
}

async function writeForeignKey(client: Client, place: TablePlace, key: ForeignKeyDefinition): Promise<void> {
  const id = await insertObject(client, place.databaseId, place.schemaId, {
    name: key.name,
    type: 'F',
    physical: key.pgName,
    systemNamed: key.systemNamed,
    parent: place.objectId,
  });
  await writeDefinition(client, id, foreignKeyText(key), key);
  for (const [position, column] of key.columns.entries()) {
    await client.query(
      `INSERT INTO standin.foreign_key_column (object_id, ordinal, column_id, referenced_object_id, referenced_column_id)
       SELECT $1, $2, c.column_id, r.object_id, r.column_id
       FROM standin."column" c, standin."column" r JOIN standin.object o USING (object_id)
         JOIN standin.schema s USING (database_id, schema_id)
       WHERE c.object_id = $3 AND lower(c.name) = lower($4) AND o.database_id = $5 AND lower(s.name) = lower($6)
         AND lower(o.name) = lower($7) AND lower(r.name) = lower($8)`,
      [
        id,
        position + 1,
        place.objectId,
        column,
        place.databaseId,
        key.references.schema,
        key.references.table,
        key.references.columns[position],
      ],
    );
  }
}
