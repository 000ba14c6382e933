import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type sql from 'mssql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as cdc from '../../sandbox/src/sample/cdc.ts';
import { createTableSql } from '../../sandbox/src/sample/ddl.ts';
import { insertSql } from '../../sandbox/src/sample/literals.ts';
import { createLogin, grantTables, LOGIN, READER_ROLE } from '../../sandbox/src/sample/login.ts';
import { Random } from '../../sandbox/src/sample/random.ts';
import { RowMaker } from '../../sandbox/src/sample/rows.ts';
import { sampleSchema } from '../../sandbox/src/sample/schema.ts';
import type { JudgedTable } from '../../src/checks/tables/judged.ts';
import { envValues, parseEnv } from '../../src/settings/env-file.ts';
import { realCli } from './support/program.ts';
import { startTestStandin, type TestStandin } from './support/standin.ts';
import { Terminal } from './support/terminal.ts';

const DATABASE = 'ClinicMasterTables';
const PASSWORD = 'T4bles-of-the-"test"';
const ROWS = 12;
/** Left without capture by the DBA. */
const UNCAPTURED = 'Wards';

const schema = sampleSchema('older');
let standin: TestStandin;
let pool: sql.ConnectionPool;
let dir: string;

const dba = async (text: string) => void (await pool.request().batch(text));
const tables = (...argv: string[]) => realCli('tables', '--dir', dir, ...argv);
const listed = async (...argv: string[]) => JSON.parse((await tables('--json', ...argv)).stdout);
const called = (answer: { tables: JudgedTable[] }, name: string) =>
  answer.tables.find(({ table }) => table === name)!;
const codes = (table: JudgedTable) => table.findings.map(({ code }) => code);
const env = async () => envValues(parseEnv(await readFile(join(dir, '.env'), 'utf8')));

beforeAll(async () => {
  standin = await startTestStandin('tables');
  const master = await standin.pool();
  await master.request().batch(`CREATE DATABASE ${DATABASE}`);
  pool = await standin.pool(DATABASE);
  const captured = schema.filter(({ name }) => name !== UNCAPTURED);
  for (const table of schema) {
    await dba(createTableSql(table));
    const maker = new RowMaker(table, new Random(table.name), ROWS);
    const columns = table.columns
      .map((_, at) => at)
      .filter((at) => {
        const { type, identity } = table.columns[at]!;
        return !identity && type.name !== 'rowversion';
      });
    await dba(
      insertSql(
        table,
        columns,
        Array.from({ length: ROWS }, () => maker.next()),
      ),
    );
  }
  for (const { database, sql: text } of [
    ...createLogin(DATABASE, PASSWORD),
    ...cdc.enableDatabase(DATABASE),
    ...cdc.enableTables(DATABASE, captured, READER_ROLE),
  ]) {
    await (database === 'master' ? master.request() : pool.request()).batch(text);
  }
  await master.close();
  dir = await mkdtemp(join(tmpdir(), 'tables-'));
  await writeFile(
    join(dir, '.env'),
    `# by hand
FACILITY_NAME=Kayunga
FACILITY_DHIS2_CODE=TABLES-1
DB_HOST=${standin.host}
DB_PORT=${standin.port}
DB_USER=${LOGIN}
DB_PASS='${PASSWORD}'
DB_NAME=${DATABASE}
DB_TRUST_SERVER_CERTIFICATE=true
KAFKA_BOOTSTRAP_SERVERS=kafka.example.org:9093
KAFKA_USER=u
KAFKA_PASS=p
`,
  );
});

afterAll(async () => {
  await pool?.close();
  await standin?.remove();
  if (dir !== undefined) await rm(dir, { recursive: true });
});

describe('what a facility has', () => {
  test('a login that may see the tables and nothing else is told what it may know, and no more', async () => {
    const answer = await listed('--all');
    expect(answer.tables).toHaveLength(schema.length);
    // sys.tables says that they are captured; what is captured of them stands in cdc.
    expect(called(answer, 'Patients')).toMatchObject({
      captured: 'yes',
      rows: ROWS,
      key: { kind: 'primary' },
    });
    expect(called(answer, UNCAPTURED)).toMatchObject({ captured: 'no' });
    expect(answer.unanswered.join('\n')).toContain('What is captured of each table: the login may not look');
    expect(answer.unanswered.join('\n')).toMatch(/Size of a change of .*the login may not look/);
    expect(JSON.stringify(answer)).not.toContain(PASSWORD.slice(0, 8));
  });

  test('with the grants of the connector everything is known', async () => {
    for (const { sql: text } of grantTables(DATABASE, schema)) await dba(text);
    const answer = await listed('--all');
    expect(answer.unanswered).toEqual([]);
    expect(answer.counts).toEqual({ tables: schema.length, streaming: schema.length, problems: 2 });
    for (const { name, primaryKey, columns } of schema) {
      const table = called(answer, name);
      expect([name, table.rows, table.key.columns]).toEqual([name, ROWS, primaryKey]);
      expect([name, table.captured]).toEqual([name, name === UNCAPTURED ? 'no' : 'yes']);
      expect((table as unknown as { columnCount: number }).columnCount).toBe(columns.length);
      expect(table.bytes).toBeGreaterThan(0);
      expect([name, (table.change?.bytes ?? 0) > 500]).toEqual([name, true]);
    }
    expect(codes(called(answer, 'AuditLog'))).toEqual(['no-key']);
    expect(codes(called(answer, UNCAPTURED))).toEqual(['not-captured']);
    expect(codes(called(answer, 'Attachments'))).toEqual(['old-large', 'large']);
  });

  test('in 80 columns, problems alone or one table with its columns', async () => {
    const { stdout, exit } = await tables('--only', 'problems');
    expect(exit).toBe(0);
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(stdout).toContain(`dbo.${UNCAPTURED}`);
    expect(stdout).not.toMatch(/^. dbo\.Patients/m);
    const one = await tables('attachments');
    expect(one.stdout).toContain('the largest of 12 rows');
    expect(one.stdout).toMatch(/^Content +varbinary\(max\) +yes +yes$/m);
    expect((await tables('dbo.Pacients')).exit).toBe(2);
  });

  test('the length of rows that somebody holds is not waited for', async () => {
    const holder = await standin.pool(DATABASE);
    const transaction = holder.transaction();
    await transaction.begin();
    await transaction.request().batch('UPDATE dbo.Patients SET NextOfKin = NextOfKin');
    const before = Date.now();
    const answer = await listed();
    await transaction.rollback();
    await holder.close();
    expect(called(answer, 'Patients').rows).toBe(ROWS);
    expect(Date.now() - before).toBeLessThan(8000);
  });

  test('drift, two instances and a table captured for nothing are seen', async () => {
    await dba('ALTER TABLE dbo.Visits ADD Telehealth nvarchar(60) NULL');
    await dba('ALTER TABLE dbo.Triage DROP COLUMN Respiration');
    await dba(cdc.enableTable('Stock', 'dbo_Stock_2', READER_ROLE));
    const answer = await listed('--all');
    expect(called(answer, 'Visits').findings).toContainEqual({
      code: 'drift',
      columns: ['Telehealth (new)'],
    });
    expect(called(answer, 'Triage').findings).toContainEqual({
      code: 'drift',
      columns: ['Respiration (no longer there)'],
    });
    expect(called(answer, 'Stock')).toMatchObject({ captured: 'two-instances' });
    expect(called(answer, 'Stock').findings.find(({ code }) => code === 'two-instances')?.columns).toEqual([
      'dbo_Stock_2',
      'dbo_Stock',
    ]);
  });
});

describe('what is printed for the DBA', () => {
  test('leaves a changed table to sql handover, which goes by the columns of today', async () => {
    const commands = async (code: string) => {
      const { findings } = await listed('Visits');
      const groups = findings as { code: string; sql: string[]; commands: string[] }[];
      return groups.flatMap((group) => (group.code === code ? [...group.commands, ...group.sql] : []));
    };
    expect(await commands('drift')).toContain('clinicmaster-cdc sql handover TABLE');
    // One handover at a time.
    await dba(cdc.disableTable('Stock', 'dbo_Stock_2'));
    const script = await realCli('sql', 'handover', 'Visits', '--dir', dir);
    const enable = script.stdout.split(/^GO$/m)[0] ?? '';
    expect(enable).toContain(`@capture_instance = N'dbo_Visits_v2', @role_name = N'${READER_ROLE}'`);
    await dba(enable);
    expect(await commands('drift')).toEqual([]);
    expect(await commands('two-instances')).toEqual(['clinicmaster-cdc sql handover --finish TABLE']);
    await dba(cdc.disableTable('Visits', 'dbo_Visits'));
    expect((await listed('Visits')).tables[0]).toMatchObject({
      captured: 'yes',
      instances: [{ name: 'dbo_Visits_v2', role: READER_ROLE }],
    });
  });
});

describe('another choice', () => {
  test('is shown and not written without a yes', async () => {
    const before = await readFile(join(dir, '.env'), 'utf8');
    const { exit, stdout, stderr } = await tables('--leave-out', 'Device*');
    expect([exit, stdout]).toEqual([2, expect.stringContaining('Nothing was written.')]);
    expect(stderr).toContain('- dbo.DeviceReadings streams no more');
    expect(await readFile(join(dir, '.env'), 'utf8')).toBe(before);
  });

  test('is written, kept for its owner alone, and is what the list then says', async () => {
    const { exit, stderr } = await tables(
      '--yes',
      '--leave-out',
      `Device*,${UNCAPTURED}`,
      '--leave-out-columns',
      'Attachments:Content,Thumbnail;Patients:NextOfKin',
      '--key',
      'AuditLog:EntryId',
    );
    expect([exit, stderr]).toEqual([0, expect.stringContaining('~ dbo.AuditLog: key EntryId, before: none')]);
    expect(await readFile(join(dir, '.env'), 'utf8')).toContain('# by hand\n');
    expect(await env()).toMatchObject({
      TABLE_INCLUDE_LIST: 'dbo\\..*(?<!^(dbo\\.DeviceReadings|dbo\\.Wards))',
      MESSAGE_KEY_COLUMNS: 'dbo\\.AuditLog:EntryId',
      COLUMN_EXCLUDE_LIST:
        'dbo\\.Attachments\\.Content,dbo\\.Attachments\\.Thumbnail,dbo\\.Patients\\.NextOfKin',
    });
    const answer = await listed('--all');
    expect(
      answer.tables.filter(({ streams }: JudgedTable) => !streams).map(({ table }: JudgedTable) => table),
    ).toEqual(['DeviceReadings', 'Wards']);
    expect(codes(called(answer, 'DeviceReadings'))).toEqual(['captured-for-nothing']);
    expect(codes(called(answer, 'AuditLog'))).toEqual([]);
    expect(codes(called(answer, 'Attachments'))).toEqual([]);
  });

  test('a key column cannot be left out, and an unknown name is answered with the like', async () => {
    const key = await tables('--yes', '--leave-out-columns', 'Patients:PatientNo');
    expect([key.exit, key.stderr]).toEqual([
      2,
      expect.stringContaining('A column of the key cannot be left out'),
    ]);
    const typo = await tables('--stream', 'Visit');
    expect([typo.exit, typo.stderr]).toEqual([2, expect.stringContaining('There is dbo.Visits')]);
  });

  test('back to the default leaves no text of its own behind', async () => {
    await tables(
      '--yes',
      '--stream',
      `DeviceReadings,${UNCAPTURED}`,
      '--stream-columns',
      'Attachments:*;Patients:NextOfKin',
      '--drop-key',
      'AuditLog',
    );
    expect(await env()).toMatchObject({
      TABLE_INCLUDE_LIST: '',
      MESSAGE_KEY_COLUMNS: '',
      COLUMN_EXCLUDE_LIST: '',
    });
  });

  test('is ticked at a terminal, a key for what has none among it', async () => {
    const terminal = new Terminal(`${process.execPath} bin/clinicmaster-cdc.js tables --choose --dir ${dir}`);
    await terminal.until('Tables that shall stream: 24 of 24');
    for (const key of 'ward') terminal.type(key);
    await terminal.until('[x] dbo.Wards');
    terminal.type(' ');
    await terminal.until('23 of 24');
    terminal.type('\r');
    await terminal.until('Key columns of dbo.AuditLog');
    terminal.type(' ');
    await terminal.until('[x] EntryId');
    terminal.type('\r');
    await terminal.until('Write this to');
    terminal.type('y\r');
    expect(await terminal.until('clinicmaster-cdc init')).toContain('Written to');
    expect(await terminal.ended).toBe(0);
    expect(await env()).toMatchObject({
      TABLE_INCLUDE_LIST: 'dbo\\..*(?<!^(dbo\\.Wards))',
      MESSAGE_KEY_COLUMNS: 'dbo\\.AuditLog:EntryId',
    });
  });

  test('the stand-in itself reported no bug', () => {
    expect(standin.reports).toEqual([]);
  });
});
