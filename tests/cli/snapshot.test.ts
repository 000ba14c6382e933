import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SqlFailure, SqlValue } from '../../src/adapters/sqlserver-port.ts';
import { EXECUTE, type SignalRow } from '../../src/connector/signals.ts';
import { connectorConfig } from '../../src/connector/template.ts';
import { type InstallWorld, installWorld } from '../fakes/install-world.ts';
import { CODE, ENV } from '../fakes/streaming-facility.ts';

type Rows = Record<string, SqlValue>[];

const CONNECTOR = `cdc-${CODE}`;
let world: InstallWorld;
/** What SQL Server answers otherwise, by a part of the question. */
let answers: Record<string, Rows | SqlFailure>;
/** A signal table, and a Debezium that reads one chunk each time that somebody looks. */
let debezium: { signals: SignalRow[]; read: number; reads: boolean; chunks: number };

beforeEach(async () => {
  world = await installWorld();
  await mkdir(world.dir, { recursive: true });
  await writeFile(join(world.dir, '.env'), `${ENV}REST_PORT=${world.worker.port}\n`);
  world.env = {};
  const template = await readFile(
    join(import.meta.dirname, '../../templates/connector/facility-source.json'),
    'utf8',
  );
  world.worker.healthy = true;
  world.worker.connectors[CONNECTOR] = {
    config: connectorConfig(template, CONNECTOR),
    state: 'RUNNING',
    task: 'RUNNING',
  };
  debezium = { signals: [], read: 0, reads: true, chunks: 0 };
  answers = hospital();
  world.world.sql.rows = (text, bound) => {
    const part = Object.keys(answers).find((one) => text.includes(one));
    if (part !== undefined) return answers[part]!;
    return signalTable(text, bound);
  };
});
afterEach(() => world.close());

const snapshot = (...argv: string[]) => world.cli('snapshot', '--dir', world.dir, ...argv);

function signalTable(text: string, bound: Record<string, string | number>): Rows {
  const { signals } = debezium;
  if (text.includes('INSERT INTO')) {
    signals.push({ id: String(bound.id), type: String(bound.type), data: String(bound.data) });
    return [];
  }
  if (text.includes('DELETE FROM')) {
    debezium.read = 0;
    return [];
  }
  const last = (type: RegExp) => signals.filter((row) => type.test(row.type)).at(-1);
  if (text.includes('COUNT(*) AS n')) return [{ n: look() }];
  if (text.includes("type IN ('pause-snapshot'")) return [last(/pause|resume|stop/) ?? []].flat();
  if (text.includes('id, type, data')) return [last(/execute/) ?? []].flat();
  if (text.includes('_CT]'))
    return debezium.read === 0
      ? []
      : [{ type: 'snapshot-window-close', lsn: `0x0000002000000061000${debezium.read}` }];
  if (text.includes('TOP (0)')) return [];
  throw new Error(`the fake SQL Server was asked: ${text}`);
}

/** The position is stored with each chunk. */
function look(): number {
  const request = debezium.signals.find(({ type }) => type === EXECUTE);
  const ended = debezium.read >= debezium.chunks;
  if (request !== undefined && debezium.reads && !ended) debezium.read++;
  const copying = {
    incremental_snapshot_correlation_id: request?.id,
    incremental_snapshot_collections: '[{"incremental_snapshot_collections_id":"[Db].[dbo].[Visits]"}]',
  };
  const lsn = `00000020:00000061:000${debezium.read}`;
  world.worker.offsets = [
    {
      partition: {},
      offset: {
        commit_lsn: lsn,
        ...(request !== undefined && debezium.read < debezium.chunks ? copying : {}),
      },
    },
  ];
  return debezium.read;
}

function hospital(): Record<string, Rows | SqlFailure> {
  const column = (id: number, name: string, type: string) => ({
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
  });
  const names = ['Visits', 'AuditTrail', 'Billing', 'Order, Lines'];
  const columns = names.flatMap((_, id) => [column(id, 'Id', 'int'), column(id, 'Note', 'nvarchar')]);
  return {
    may_insert: [{ name: 'ClinicMasterMOH', id: 1, may_insert: 1, may_select: 1, may_delete: 1 }],
    'SELECT TOP (1) capture_instance': [{ name: 'clinicmaster_cdc_debezium_signal' }],
    is_cdc_enabled: [{ is_cdc_enabled: true }],
    is_tracked_by_cdc: names.map((table_name, id) => ({
      id,
      schema_name: 'dbo',
      table_name,
      tracked: id !== 2,
      row_count: '5000',
    })),
    'c.is_masked AS': columns,
    'i.is_primary_key AS': [0, 2, 3].map((id) => ({
      id,
      index_name: 'PK',
      is_primary_key: true,
      column_name: 'Id',
    })),
    'sys.allocation_units': [],
    'cdc.captured_columns': columns
      .filter(({ id }) => id !== 2)
      .map(({ id, name, base_name, max_length, precision, scale }) => ({
        id,
        capture_instance: `i${id}`,
        role_name: null,
        drop_pending: false,
        column_name: name,
        base_name,
        max_length,
        precision,
        scale,
      })),
    DATALENGTH: [{ largest: '1500', sampled: 200 }],
    cdc_jobs: { kind: 'sql', number: 229, numbers: [229], message: 'denied' },
  };
}

describe('snapshot', () => {
  it('says what a copy costs, and starts nothing without a yes', async () => {
    const { exit, stdout, stderr } = await snapshot('visits');
    expect(exit).toBe(2);
    expect(stdout).toContain('Nothing was started.');
    expect(stderr.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(stderr.slice(stderr.indexOf('\n\n'))).toMatchInlineSnapshot(`
      "

      Table       Rows   A row on the line
      dbo.Visits  5 000  229 B (from rows that were sampled)

        Copied     5 000 rows, about 1.1 MB compressed
        Takes      about 24 s, bounded by the capture of SQL Server
                   the line alone: 1 s at 1 MB/s, measured just now; SQL Server alone:
                   24 s, since each read waits for a scan of the capture job, which
                   rests 5 s between two (the default; the login may not see it).
        Database   4 reads of 2 048 rows of ClinicMasterMOH, each along the key,
                   without locks that others would wait for; two small rows are
                   written for each read.
        Meanwhile  Changes go on streaming. A row that changes while it is copied
                   arrives with its newer value.
        Not done   Rows that were deleted while nothing streamed are not removed from
                   the warehouse: a copy cannot see them.

      ▲ warning: Without a terminal nothing is started unless --yes is given.
      "
    `);
    expect(debezium.signals).toEqual([]);
  });

  it('asks Debezium once, watches, and believes the end by the stored position', async () => {
    debezium.chunks = 4;
    const { exit, stdout, stderr } = await snapshot('Visits', '--where', 'Id > 7', '--yes');
    expect(exit).toBe(0);
    expect(stderr).toContain('Copy: done, 5000 rows');
    expect(stdout).toMatchInlineSnapshot(`
      "✔ Copies: the last copy is complete
        Tables     dbo.Visits, where Id > 7
        Asked for  2026-11-24T08:00:00.000Z
        Copied     5 000 rows, by the count of then
      "
    `);
    expect(debezium.signals).toHaveLength(1);
    expect(JSON.parse(debezium.signals[0]!.data)).toMatchObject({
      type: 'incremental',
      'data-collections': ['ClinicMasterMOH\\.dbo\\.Visits'],
      'additional-conditions': [{ 'data-collection': 'ClinicMasterMOH\\.dbo\\.Visits', filter: 'Id > 7' }],
    });
  });

  it('asks at a terminal', async () => {
    debezium.chunks = 4;
    world.decisions = [() => true];
    expect((await snapshot('Visits')).exit).toBe(0);
    expect(debezium.signals).toHaveLength(1);
  });

  it('shows, pauses and resumes what is under way, and starts no second one', async () => {
    debezium.chunks = 4;
    expect((await snapshot('Visits', '--yes', '--no-follow')).stdout).toContain('a copy is under way');
    const second = await snapshot('Visits', '--yes');
    expect([second.exit, second.stderr]).toEqual([
      3,
      expect.stringContaining('A copy is under way already.'),
    ]);
    debezium.reads = false;
    expect((await snapshot('--pause')).stdout).toContain('Copies: a copy is paused');
    expect(debezium.signals.at(-1)).toMatchObject({ type: 'pause-snapshot', data: '{"type":"incremental"}' });
    expect(JSON.parse((await snapshot('--pause', '--json')).stdout)).toMatchObject({ changed: false });
    expect((await snapshot('--status')).stdout).toContain('clinicmaster-cdc snapshot --resume');
    expect((await snapshot('--resume')).stdout).toContain('a copy is under way');
    debezium.reads = true;
    expect((await snapshot('--follow')).stdout).toContain('the last copy is complete');
    expect((await snapshot('--pause')).stderr).toContain('No copy is under way.');
  });

  it('stops a paused copy for good: it goes on to where it ends, and the stored position is moved', async () => {
    debezium.chunks = 4;
    await snapshot('Visits', '--yes', '--no-follow');
    debezium.reads = false;
    await snapshot('--pause');
    expect((await snapshot('--stop')).exit).toBe(0);
    expect(debezium.signals.map(({ type }) => type)).toEqual([
      'execute-snapshot',
      'pause-snapshot',
      'stop-snapshot',
      'resume-snapshot',
      'log',
    ]);
  });

  it('says that nothing has begun when Debezium does not take it up', async () => {
    debezium.reads = false;
    const { exit, stderr } = await snapshot('Visits', '--yes');
    expect(exit).toBe(3);
    expect(stderr).toContain('Debezium has not begun with the copy.');
    expect(stderr).toContain('doctor --only sql-capture-fresh');
  });

  it('leaves the copy alone when the watching is cancelled', async () => {
    const cancel = new AbortController();
    world.signal = cancel.signal;
    debezium.chunks = 9;
    world.world.sql.rows = ((before) => (text, bound) => {
      if (debezium.read === 2) cancel.abort(new Error('Ctrl-C'));
      return before(text, bound);
    })(world.world.sql.rows);
    const { stderr } = await snapshot('Visits', '--yes');
    expect(stderr.replace(/\s+/g, ' ')).toContain(
      'goes on without being watched: clinicmaster-cdc snapshot --status',
    );
    expect(debezium.signals).toHaveLength(1);
  });

  it.each<[argv: string[], exit: number, code: string, words: string]>([
    [['Vsits', '--yes'], 2, 'tables.unknown', 'dbo.Visits'],
    [['AuditTrail', '--yes'], 3, 'copy.not-copyable', 'tables --key dbo.AuditTrail:COLUMN'],
    [['Billing', '--yes'], 3, 'copy.not-copyable', 'sql enable'],
    [['[dbo].[Order, Lines]', '--yes'], 3, 'copy.not-copyable', 'Debezium cannot read such a name'],
    [['Visits', '--where', '1 = 1 -- all', '--yes'], 2, 'copy.where', 'it holds --'],
    [['Visits', '--pause'], 2, 'usage', 'do not go together'],
    [['--where', 'Id = 1'], 2, 'usage', 'do not go together'],
    [['--stop'], 3, 'copy.none', 'No copy is under way'],
  ])('refuses %j', async (argv, exit, code, words) => {
    const ran = await snapshot(...argv, '--json');
    expect(ran.exit).toBe(exit);
    expect(JSON.parse(ran.stdout).error.code).toBe(code);
    expect(ran.stdout).toContain(words);
    expect(debezium.signals).toEqual([]);
  });

  it.each<[what: string, change: () => void, code: string, who: string]>([
    [
      'there is no signal table',
      () => {
        answers.may_insert = [{ name: 'Db', id: null }];
      },
      'copy.no-signal-table',
      'dba',
    ],
    [
      'the login may not write there',
      () => {
        answers.may_insert = [{ name: 'Db', id: 1, may_insert: 0, may_select: 1, may_delete: 0 }];
      },
      'copy.no-right',
      'dba',
    ],
    [
      'it is not captured',
      () => {
        answers['SELECT TOP (1) capture_instance'] = [];
      },
      'copy.signals-not-captured',
      'dba',
    ],
    [
      'the task has failed',
      () => {
        world.worker.connectors[CONNECTOR]!.task = 'FAILED';
      },
      'copy.not-running',
      'you',
    ],
    [
      'there is no connector',
      () => {
        world.worker.connectors = {};
      },
      'copy.no-connector',
      'you',
    ],
    [
      'rows are too large for the memory',
      () => {
        answers.DATALENGTH = [{ largest: '90000', sampled: 9 }];
      },
      'copy.not-copyable',
      'you',
    ],
  ])('refuses when %s', async (_, change, code, who) => {
    change();
    const ran = await snapshot('Visits', '--yes', '--json');
    expect(ran.exit).toBe(3);
    expect(JSON.parse(ran.stdout).error).toMatchObject({ code, who });
    expect(debezium.signals).toEqual([]);
  });
});
