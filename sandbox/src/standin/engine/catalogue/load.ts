import type { Client, QueryResultRow } from 'pg';
import { changeTablesOf } from '../cdc/change-log.ts';
import { assembleTables } from './assemble.ts';
import { Catalogue, type CatalogueContents } from './catalogue.ts';
import type { CaptureInstance, Permission, Table } from './model.ts';
import type {
  ColumnRow,
  DatabaseRow,
  IndexColumnRow,
  IndexRow,
  LoginRow,
  MemberRow,
  ObjectRow,
  PermissionRow,
  PrincipalRow,
  SchemaRow,
} from './rows.ts';

const CLASSES: Record<number, Permission['class']> = {
  0: 'database',
  1: 'object',
  3: 'schema',
  100: 'server',
};

async function rows<T extends QueryResultRow>(client: Client, text: string): Promise<T[]> {
  return (await client.query<T>(text)).rows;
}

/** Reads the whole catalogue as `client` sees it, its own uncommitted changes included. */
export async function loadCatalogue(client: Client): Promise<Catalogue> {
  const databases = await rows<DatabaseRow>(
    client,
    'SELECT database_id, name, owner_id, is_cdc_enabled, snapshot_allowed FROM standin.database ORDER BY database_id',
  );
  const schemas = (
    await rows<SchemaRow>(
      client,
      'SELECT database_id, schema_id, name, owner_id, physical FROM standin.schema ORDER BY database_id, schema_id',
    )
  ).map((row) => ({
    databaseId: row.database_id,
    id: row.schema_id,
    name: row.name,
    ownerId: row.owner_id,
    physical: row.physical,
  }));
  const tables = assembleTables(schemas, {
    objects: await rows<ObjectRow>(
      client,
      `SELECT o.object_id, o.database_id, o.schema_id, o.name, o.type, o.parent_object_id, o.physical, o.is_ms_shipped,
         o.is_system_named, d.definition, d.parts
       FROM standin.object o LEFT JOIN standin.definition d USING (object_id) ORDER BY o.object_id`,
    ),
    columns: await rows<ColumnRow>(client, 'SELECT * FROM standin."column" ORDER BY object_id, column_id'),
    indexes: await rows<IndexRow>(client, 'SELECT * FROM standin.index ORDER BY object_id, index_id'),
    indexColumns: await rows<IndexColumnRow>(
      client,
      'SELECT * FROM standin.index_column ORDER BY object_id, index_id, ordinal',
    ),
  });
  return new Catalogue({
    databases: databases.map((row) => ({
      id: row.database_id,
      name: row.name,
      ownerId: row.owner_id,
      isCdcEnabled: row.is_cdc_enabled,
      snapshotAllowed: row.snapshot_allowed,
    })),
    schemas,
    tables,
    captureInstances: await loadInstances(client, databases, tables),
    ...(await loadSecurity(client)),
  });
}

interface InstanceRow {
  object_id: number;
  source_object_id: number;
  capture_instance: string;
  role_name: string | null;
  supports_net_changes: number;
}

async function loadInstances(
  client: Client,
  databases: DatabaseRow[],
  tables: Table[],
): Promise<CaptureInstance[]> {
  const instances: CaptureInstance[] = [];
  for (const database of databases.filter((one) => one.is_cdc_enabled)) {
    const found = await rows<InstanceRow>(
      client,
      `SELECT object_id, source_object_id, capture_instance, role_name, supports_net_changes
       FROM ${changeTablesOf(database.name)} ORDER BY create_date, object_id`,
    );
    for (const row of found) {
      const changeTable = tables.find((table) => table.id === row.object_id);
      if (!changeTable) continue;
      instances.push({
        databaseId: database.database_id,
        name: row.capture_instance,
        changeTable,
        sourceId: row.source_object_id,
        roleName: row.role_name,
        supportsNetChanges: row.supports_net_changes === 1,
      });
    }
  }
  return instances;
}

type Security = Pick<
  CatalogueContents,
  'logins' | 'serverRoleMembers' | 'principals' | 'roleMembers' | 'permissions'
>;

async function loadSecurity(client: Client): Promise<Security> {
  const logins = await rows<LoginRow>(client, 'SELECT * FROM standin.login ORDER BY principal_id');
  const principals = await rows<PrincipalRow>(
    client,
    'SELECT * FROM standin.principal ORDER BY database_id, principal_id',
  );
  const permissions = await rows<PermissionRow>(client, 'SELECT * FROM standin.permission');
  const members = (row: MemberRow) => ({
    databaseId: row.database_id,
    roleId: row.role_id,
    memberId: row.member_id,
  });
  return {
    logins: logins.map((row) => ({
      id: row.principal_id,
      name: row.name,
      type: row.type,
      sid: row.sid,
      passwordHash: row.password_hash,
      disabled: row.is_disabled,
      defaultDatabase: row.default_database,
    })),
    serverRoleMembers: (
      await rows<MemberRow>(
        client,
        'SELECT 0 AS database_id, role_id, member_id FROM standin.server_role_member',
      )
    ).map(members),
    principals: principals.map((row) => ({
      databaseId: row.database_id,
      id: row.principal_id,
      name: row.name,
      type: row.type,
      sid: row.sid,
      defaultSchema: row.default_schema,
      fixedRole: row.is_fixed_role,
    })),
    roleMembers: (await rows<MemberRow>(client, 'SELECT * FROM standin.role_member')).map(members),
    permissions: permissions.map((row) => ({
      databaseId: row.database_id,
      class: CLASSES[row.class] ?? 'object',
      majorId: row.major_id,
      granteeId: row.grantee_id,
      permission: row.permission,
      state: row.state,
    })),
  };
}
