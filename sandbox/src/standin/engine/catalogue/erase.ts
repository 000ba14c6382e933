import type { Client } from 'pg';
import type { Table } from './model.ts';

/** Removes a table with its constraints, indexes and permissions from the catalogue (not from PostgreSQL). */
export async function eraseTable(client: Client, table: Table): Promise<void> {
  await client.query('DELETE FROM standin.object WHERE parent_object_id = $1', [table.id]);
  await client.query('DELETE FROM standin.object WHERE object_id = $1', [table.id]);
  await client.query(
    'DELETE FROM standin.permission WHERE database_id = $1 AND class = 1 AND major_id = $2',
    [table.databaseId, table.id],
  );
}

export async function eraseColumn(client: Client, table: Table, name: string): Promise<void> {
  await client.query('DELETE FROM standin."column" WHERE object_id = $1 AND lower(name) = lower($2)', [
    table.id,
    name,
  ]);
}

/** Removes a key, check or foreign key, with its index if it has one. */
export async function eraseConstraint(client: Client, table: Table, name: string): Promise<void> {
  const { rows } = await client.query<{ object_id: number }>(
    'DELETE FROM standin.object WHERE parent_object_id = $1 AND lower(name) = lower($2) RETURNING object_id',
    [table.id, name],
  );
  for (const { object_id: id } of rows) {
    await client.query('DELETE FROM standin.index WHERE object_id = $1 AND constraint_id = $2', [
      table.id,
      id,
    ]);
  }
}

export async function eraseIndex(client: Client, table: Table, name: string): Promise<void> {
  await client.query('DELETE FROM standin.index WHERE object_id = $1 AND lower(name) = lower($2)', [
    table.id,
    name,
  ]);
}
