import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SqlFailure, SqlValue } from '../../src/adapters/sqlserver-port.ts';
import { envValues, parseEnv } from '../../src/settings/env-file.ts';
import { type InstallWorld, installWorld } from '../fakes/install-world.ts';
import { ENV } from '../fakes/streaming-facility.ts';

type Rows = Record<string, SqlValue>[];

let world: InstallWorld;
/** What SQL Server answers, by a part of the question. */
let answers: Record<string, Rows | SqlFailure>;

beforeEach(async () => {
  world = await installWorld();
  await mkdir(world.dir, { recursive: true });
  await writeFile(join(world.dir, '.env'), ENV);
  world.env = {};
  answers = hospital();
  world.world.sql.rows = (text) => {
    const part = Object.keys(answers).find((one) => text.includes(one));
    if (part === undefined) throw new Error(`the fake SQL Server was asked: ${text}`);
    return answers[part]!;
  };
});
afterEach(() => world.close());

const tables = (...argv: string[]) => world.cli('tables', '--dir', world.dir, ...argv);
const env = async () => envValues(parseEnv(await readFile(join(world.dir, '.env'), 'utf8')));

const NO_RIGHT: SqlFailure = { kind: 'sql', number: 229, numbers: [229], message: 'denied' };
const NAMES = ['Visits', 'Patients', 'AuditTrail', 'Order, Lines', 'LogOfEverythingThatEveryoneEverDid'];

/** Five tables: one without a key, one not captured, one with an awkward name and a long one. */
function hospital(): Record<string, Rows | SqlFailure> {
  const column = (id: number, name: string, type: string, more: Record<string, SqlValue> = {}) => ({
    id,
    name,
    type_name: type,
    base_name: type,
    max_length: 40,
    precision: 10,
    scale: 0,
    is_nullable: name !== 'Id',
    is_computed: false,
    is_masked: false,
    encryption_type: null,
    ...more,
  });
  const columns = NAMES.flatMap((_, id) => [
    column(id, 'Id', 'int', { max_length: 4 }),
    column(id, 'Note', 'nvarchar'),
    ...(id === 1
      ? [column(id, 'Phone', 'varchar'), column(id, 'Scan', 'varbinary', { max_length: -1 })]
      : []),
  ]);
  return {
    is_cdc_enabled: [{ is_cdc_enabled: true }],
    is_tracked_by_cdc: NAMES.map((table_name, id) => ({
      id,
      schema_name: 'dbo',
      table_name,
      tracked: id !== 3,
      row_count: String(10 ** (id + 1) * 4),
    })),
    'c.is_masked AS': columns,
    'i.is_primary_key AS': NAMES.flatMap((_, id) =>
      id === 2 ? [] : [{ id, index_name: 'PK', is_primary_key: true, column_name: 'Id' }],
    ),
    'sys.allocation_units': NAMES.map((_, id) => ({ id, pages: String(10 * (id + 1) ** 4) })),
    'cdc.change_tables': columns
      .filter(({ id }) => id !== 3)
      .map(({ id, name, base_name, max_length, precision, scale }) => ({
        id,
        capture_instance: `i${id}`,
        role_name: 'cdc_reader',
        drop_pending: false,
        column_name: name,
        base_name,
        max_length,
        precision,
        scale,
      })),
    DATALENGTH: [{ largest: '1500', sampled: 200 }],
  };
}

describe('tables', () => {
  it('shows what streams, and what is wrong, in 80 columns', async () => {
    const { exit, stdout } = await tables();
    expect(exit).toBe(0);
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(stdout).toMatchInlineSnapshot(`
      "St. Mary’s (xY9AbCdEf12): 5 of 5 tables of ClinicMasterMOH stream, 2 with a
      problem

         Table                   Rows     State         Key      Size    Change
      ✖  dbo.AuditTrail          4 000    streams       none     6.6 MB  2.2 kB
      ✔  dbo.LogOfEverythingTh…  400 000  streams       primary  51 MB   2.3 kB
      ✖  dbo.Order, Lines        40 000   not captured  primary  21 MB   2.3 kB
      ▲  dbo.Patients            400      streams       primary  1.3 MB  2.4 kB
      ✔  dbo.Visits              40       streams       primary  82 kB   2.3 kB

      A table that ClinicMaster adds later is chosen by itself, once it is captured.

      ✖ No key: problem. A record without a key cannot carry the facility code in it,
        and the warehouse cannot tell rows apart.
        Tables:  dbo.AuditTrail
        Do:      Name the columns that identify a row, or leave the table out. A
                 primary key is for the ClinicMaster vendor to add.
        Who:     you, on this machine
                 clinicmaster-cdc tables --key TABLE:COLUMN,COLUMN
                 clinicmaster-cdc tables --leave-out TABLE

      ✖ Chosen to stream, but SQL Server does not capture it: problem. The first copy
        brings its rows once; after that they never change again in the warehouse,
        without an error.
        Tables:  dbo.Order, Lines
        Do:      Have the DBA capture it, or leave it out.
        Who:     the facility's DBA or the ClinicMaster vendor
                 clinicmaster-cdc sql enable
                 clinicmaster-cdc tables --leave-out TABLE

      ▲ Columns without a limit (max, xml): note. Each change carries the whole value
        over the line.
        Tables:  dbo.Patients: Scan (varbinary(max))
        Do:      Leave out what holds files or scans that nobody needs.
        Who:     you, on this machine
                 clinicmaster-cdc tables --leave-out-columns TABLE:COLUMN
      "
    `);
  });

  it('shows one table with its columns', async () => {
    answers['cdc.change_tables'] = NO_RIGHT;
    const { exit, stdout } = await tables('patients');
    expect(exit).toBe(0);
    expect(stdout).toMatchInlineSnapshot(`
      "dbo.Patients
        Rows      400, 1.3 MB with indexes
        Streams   yes
        Captured  yes
        Key       Id (primary key)
        Change    about 2.4 kB: the largest of 200 rows, as JSON before compression

      Column  Type                 Captured  Streams
      Id      int NOT NULL    key  ?         yes
      Note    nvarchar(20)         ?         yes
      Phone   varchar(40)          ?         yes
      Scan    varbinary(max)       ?         yes

      ▲ Columns without a limit (max, xml): note. Each change carries the whole value
        over the line.
        Tables:  dbo.Patients: Scan (varbinary(max))
        Do:      Leave out what holds files or scans that nobody needs.
        Who:     you, on this machine
                 clinicmaster-cdc tables --leave-out-columns TABLE:COLUMN

      ? Not known: What is captured of each table: the login may not look (error 229)
      "
    `);
  });

  it('shows a view of them', async () => {
    const shown = async (...argv: string[]) =>
      JSON.parse((await tables('--json', ...argv)).stdout).tables.map(
        ({ table }: { table: string }) => table,
      );
    expect(await shown('--only', 'no-key')).toEqual(['AuditTrail']);
    expect(await shown('--only', 'not-captured')).toEqual(['Order, Lines']);
    expect(await shown('--only', 'left-out')).toEqual([]);
    expect(await shown('--all')).toHaveLength(5);
    expect((await tables('--only', 'nonsense')).exit).toBe(2);
  });

  it('looks at no row when it shall not', async () => {
    delete answers.DATALENGTH;
    const answer = JSON.parse((await tables('--json', '--no-sample')).stdout);
    expect(answer.tables[0].change).toBeNull();
  });

  it('says what it could not see', async () => {
    Object.assign(answers, {
      'cdc.change_tables': NO_RIGHT,
      DATALENGTH: NO_RIGHT,
      'sys.allocation_units': NO_RIGHT,
    });
    const answer = JSON.parse((await tables('--json')).stdout);
    expect(answer.unanswered).toEqual([
      'Size of the tables: the login may not look (error 229)',
      'What is captured of each table: the login may not look (error 229)',
      'Size of a change of dbo.AuditTrail, dbo.LogOfEverythingThatEveryoneEverDid, dbo.Order, Lines, dbo.Patients, dbo.Visits: the login may not look (error 229)',
    ]);
    answers.is_tracked_by_cdc = { kind: 'timeout', message: 'timeout' };
    const { exit, stderr } = await tables();
    expect([exit, stderr]).toEqual([3, expect.stringContaining('doctor --only sqlserver')]);
  });

  it('is answered for another program', async () => {
    const answer = JSON.parse((await tables('--json', 'Visits')).stdout);
    expect(answer.tables[0].columns[0]).toEqual({
      name: 'Id',
      type: 'int',
      nullable: false,
      key: true,
      captured: true,
      streams: true,
    });
    expect(answer.schemaVersion).toBe(1);
  });
});

describe('another choice of tables', () => {
  it('is shown with what it means, and not written without a yes', async () => {
    const before = await readFile(join(world.dir, '.env'), 'utf8');
    const { exit, stdout, stderr } = await tables(
      '--leave-out',
      'Log*,[Order, Lines]',
      '--leave-out-columns',
      'Patients:Phone,Scan',
      '--key',
      'AuditTrail:Id,Note',
    );
    expect(stderr.slice(stderr.indexOf('What changes'))).toMatchInlineSnapshot(`
      "What changes:
        - dbo.LogOfEverythingThatEveryoneEverDid streams no more
        - dbo.Order, Lines streams no more
        ~ dbo.AuditTrail: key Id, Note, before: none
        - dbo.Patients.Phone stays in the hospital
        - dbo.Patients.Scan stays in the hospital

      In .env:
        TABLE_INCLUDE_LIST
          before: dbo\\..*
          after:  dbo\\..*(?<!^(dbo\\.LogOfEverythingThatEveryoneEverDid|dbo\\.Order\\x2
                  c\\x20Lines))
        MESSAGE_KEY_COLUMNS
          before: none:none
          after:  dbo\\.AuditTrail:Id,Note
        COLUMN_EXCLUDE_LIST
          before: none
          after:  dbo\\.Patients\\.Phone,dbo\\.Patients\\.Scan

      What it means:
        dbo.LogOfEverythingThatEveryoneEverDid, dbo.Order, Lines:
          Their rows stay in PostgreSQL as they are and are brought up to date no
          more; deletes do not reach them either. Tell the central team. SQL Server
          goes on capturing them until the DBA ends it, after init has applied this:
          Who: the central data team
            EXEC sys.sp_cdc_disable_table @source_schema = N'dbo', @source_name =
            N'LogOfEverythingThatEveryoneEverDid', @capture_instance = N'all';
        dbo.AuditTrail:
          Two rows with the same values in the key become one row in the warehouse.
          Have the DBA see that there are none.
          Who: the facility's DBA or the ClinicMaster vendor
        dbo.AuditTrail:
          A column of the key may be NULL there, and the warehouse refuses a row
          that has NULL in its key.
        dbo.Patients.Phone, dbo.Patients.Scan:
          They do not leave the hospital, but SQL Server still copies them into its
          own change tables, in the hospital's database.
          Who: the facility's DBA or the ClinicMaster vendor

      "
    `);
    expect(stdout).toMatchInlineSnapshot(`
      "– Nothing was written. Run it again with --yes, or at a terminal.
      "
    `);
    expect(exit).toBe(2);
    expect(await readFile(join(world.dir, '.env'), 'utf8')).toBe(before);
  });

  it('is written for its owner alone when it is agreed to', async () => {
    world.decisions = [() => true];
    const { exit, stdout } = await tables('--leave-out', 'Log*');
    expect(stdout.replace(world.dir, '/fac')).toMatchInlineSnapshot(`
      "✔ Written to /fac/.env. Nothing has changed yet in what
        streams.

        This applies it: it checks everything, then starts the container anew, which
        takes less than a minute. No change is lost.
          clinicmaster-cdc init
      "
    `);
    expect(exit).toBe(0);
    expect(await env()).toMatchObject({
      TABLE_INCLUDE_LIST: 'dbo\\..*(?<!^(dbo\\.LogOfEverythingThatEveryoneEverDid))',
      DB_PASS: 's3cret-of-the-database',
    });
    expect((await stat(join(world.dir, '.env'))).mode & 0o777).toBe(0o600);
    expect((await tables('--leave-out', 'Log*')).stdout).toContain('It is so already');
  });

  it('is left when it is not agreed to', async () => {
    world.decisions = [() => false];
    expect(await tables('--leave-out', 'Log*')).toMatchObject({
      exit: 0,
      stdout: expect.stringContaining('Nothing was written'),
    });
    expect(await env()).not.toHaveProperty('TABLE_INCLUDE_LIST');
  });

  it('says that a running facility gets no old rows, and that the environment would win', async () => {
    await writeFile(join(world.dir, 'journal.json'), '{}');
    await tables('--yes', '--stream-only', 'Visits');
    world.env.TABLE_INCLUDE_LIST = 'x';
    const { stderr, stdout } = await tables('--yes', '--stream', 'Patients');
    expect(stderr.replace(/\s+/g, ' ')).toContain(
      'dbo.Patients: The rows that stand in them now are not copied by init',
    );
    expect(stderr).toContain('clinicmaster-cdc snapshot dbo.Patients');
    expect(stdout).toContain('clinicmaster-cdc snapshot dbo.Patients');
    expect(stderr).toContain('TABLE_INCLUDE_LIST is set in the environment');
    expect(await env()).toMatchObject({ TABLE_INCLUDE_LIST: 'dbo\\.Visits,dbo\\.Patients' });
  });

  it.each([
    [['--stream', 'Vists'], 'No table is called Vists', 'There is dbo.Visits'],
    [['--leave-out-columns', 'Patients:Fone'], 'has no column Fone', 'There is Note, Phone'],
    [['--leave-out-columns', 'Patients'], 'names no column', 'dbo.Patients:Phone,Email'],
    [['--leave-out-columns', 'Patients:Id'], 'A column of the key cannot be left out', 'dbo.Patients.Id'],
    [
      ['--key', 'Visits:Note', '--leave-out-columns', 'Visits:Note'],
      'A column of the key cannot be left out',
      'dbo.Visits.Note',
    ],
    [['--leave-out', '*'], 'No table would be left', ''],
    [['--leave-out', 'Visits', '--stream', 'Visits'], 'Both chosen and left out', ''],
    [['--choose'], 'There is no terminal', '--stream dbo.Visits'],
    [['Vists'], 'No table is called Vists', ''],
  ])('refuses %j', async (argv, message, more) => {
    const { exit, stderr } = await tables('--yes', ...argv);
    const text = stderr.replace(/\s+/g, ' ');
    expect([exit, text]).toEqual([2, expect.stringContaining(message)]);
    expect(text).toContain(more);
    expect(Object.keys(await env())).not.toContain('TABLE_INCLUDE_LIST');
  });

  it('refuses what an expression of the site itself contradicts', async () => {
    await writeFile(
      join(world.dir, '.env'),
      `${ENV}MESSAGE_KEY_COLUMNS=dbo\\.A.*:Id\nCOLUMN_EXCLUDE_LIST=.*\\.Phone\n`,
    );
    const refused = async (...argv: string[]) => (await tables('--yes', ...argv)).stderr.replace(/\s+/g, ' ');
    expect(await refused('--key', 'AuditTrail:Note')).toContain('by an expression for several tables');
    expect(await refused('--stream-columns', 'Patients:Phone')).toContain('by an expression of its own');
  });

  it('does not pretend to tell apart what Debezium cannot', async () => {
    answers.is_tracked_by_cdc = ['Visits', 'VISITS', 'x'].map((table_name, id) => ({
      id,
      schema_name: 'dbo',
      table_name,
      tracked: true,
      row_count: 1,
    }));
    const { exit, stderr } = await tables('--yes', '--leave-out', 'dbo.VISITS');
    expect([exit, stderr.replace(/\s+/g, ' ')]).toEqual([
      2,
      expect.stringContaining('differ only in capitals cannot be told apart. Seen: dbo.Visits'),
    ]);
    expect((await tables('--yes', '--leave-out', 'visits')).exit).toBe(0);
  });

  it('keeps tables of other schemas as they are, and takes none on', async () => {
    answers.is_tracked_by_cdc = [
      ['dbo', 'Visits'],
      ['dbo', 'Patients'],
      ['clinicmaster_cdc', 'heartbeat'],
      ['lab', 'Results'],
    ].map(([schema_name = '', table_name = ''], id) => ({
      id,
      schema_name,
      table_name,
      tracked: true,
      row_count: 1,
    }));
    await writeFile(
      join(world.dir, '.env'),
      `${ENV}TABLE_INCLUDE_LIST=dbo\\..*,clinicmaster_cdc\\..*\nMESSAGE_KEY_COLUMNS=dbo\\.Gone:Id\n`,
    );
    expect((await tables('--yes', '--stream', 'lab.Results')).exit).toBe(2);
    expect((await tables('--yes', '--stream-only', 'Visits')).exit).toBe(0);
    expect((await env()).TABLE_INCLUDE_LIST).toBe('clinicmaster_cdc\\.heartbeat,dbo\\.Visits');
    expect((await tables()).stdout).toContain(
      '▲ MESSAGE_KEY_COLUMNS holds dbo\\.Gone, to which nothing answers.',
    );
  });

  it('is ticked at a terminal, with a key for what has none', async () => {
    world.ticks = [['[dbo].[Visits]', '[dbo].[AuditTrail]', '[dbo].[Order, Lines]'], ['[Id]']];
    world.decisions = [() => true];
    const { exit } = await tables('--choose');
    expect(exit).toBe(0);
    expect(world.lists.map(({ message }) => message)).toEqual([
      'Tables that shall stream',
      'Key columns of dbo.AuditTrail (none: it is left out)',
    ]);
    expect(world.lists[0]?.options.find(({ label }) => label === 'dbo.Order, Lines')).toEqual({
      value: '[dbo].[Order, Lines]',
      label: 'dbo.Order, Lines',
      hint: '40000 rows, not captured',
      chosen: true,
    });
    expect(await env()).toMatchObject({
      TABLE_INCLUDE_LIST: 'dbo\\..*(?<!^(dbo\\.LogOfEverythingThatEveryoneEverDid|dbo\\.Patients))',
      MESSAGE_KEY_COLUMNS: 'dbo\\.AuditTrail:Id',
    });
  });

  it('leaves out what nobody gives a key, and changes nothing when nothing is ticked otherwise', async () => {
    world.ticks = [NAMES.map((name) => `[dbo].[${name}]`), []];
    world.decisions = [() => true];
    await tables('--choose');
    expect((await env()).TABLE_INCLUDE_LIST).toBe('dbo\\..*(?<!^(dbo\\.AuditTrail))');
  });
});
