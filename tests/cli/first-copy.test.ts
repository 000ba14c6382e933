import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SqlValue } from '../../src/adapters/sqlserver-port.ts';
import type { SignalRow } from '../../src/connector/signals.ts';
import { type InstallWorld, installWorld } from '../fakes/install-world.ts';
import { CODE } from '../fakes/streaming-facility.ts';

/** The clock of the world: eleven in the morning in Kampala. */
const NIGHT = '22:00-05:00';
/** A table of 5 000 visits that can be copied, and one without a key, by a part of the question. */
const TABLES: Record<string, Record<string, SqlValue>[]> = {
  'AS row_count\n  FROM sys.tables': [
    { id: 1, schema_name: 'dbo', table_name: 'Visits', tracked: true, row_count: '5000' },
    { id: 2, schema_name: 'dbo', table_name: 'Notes', tracked: true, row_count: '70' },
  ],
  'c.is_masked AS': [],
  'i.is_primary_key AS': [{ id: 1, index_name: 'PK', is_primary_key: true, column_name: 'Id' }],
  'sys.allocation_units': [],
  'k.max_length AS max_length': [],
};
let world: InstallWorld;
let signals: SignalRow[];
let access: Record<string, SqlValue>[];

beforeEach(async () => {
  world = await installWorld();
  signals = [];
  world.worker.offsets = [{ partition: {}, offset: { commit_lsn: '00000020:00000061:0001' } }];
  access = [{ name: 'ClinicMasterMOH', id: 1, may_insert: 1, may_select: 1, may_delete: 1 }];
  const healthy = world.world.sql.rows;
  world.world.sql.rows = (text, bound) => {
    if (text.includes('may_insert')) return access;
    if (text.includes('SELECT TOP (1) capture_instance'))
      return [{ name: 'clinicmaster_cdc_debezium_signal' }];
    if (text.includes('INSERT INTO [clinicmaster_cdc]')) {
      signals.push({ id: String(bound.id), type: String(bound.type), data: String(bound.data) });
      return [];
    }
    if (text.includes("LIKE 'cdc-2%-first'")) return signals.filter(({ id }) => id.endsWith('-first'));
    if (text.includes('[debezium_signal]') || text.includes('_CT]')) return [];
    const part = Object.keys(TABLES).find((one) => text.includes(one));
    return part === undefined ? healthy(text, bound) : TABLES[part]!;
  };
});
afterEach(() => world.close());

const init = (...argv: string[]) => world.cli('init', '--yes', '--dir', world.dir, ...argv);

describe('a first copy in its hours', () => {
  it('is asked for once, and paused until they begin', async () => {
    const { exit, stderr } = await init('--first-copy-window', NIGHT);
    expect(exit, stderr).toBe(0);
    expect(stderr.replace(/\s+/g, ' ')).toMatch(
      /First copy asked for: done, 5000 rows, at least 24 s of copying; hours 22:00–05:00 \(UTC\+3\), opens in 11 h; without dbo\.Notes/,
    );
    expect(signals.map(({ type }) => type)).toEqual(['execute-snapshot', 'pause-snapshot']);
    expect(JSON.parse(signals[0]!.data)).toMatchObject({
      type: 'incremental',
      'data-collections': ['ClinicMasterMOH\\.dbo\\..*'],
      requested: { by: CODE },
    });

    const again = await init();
    expect(again.exit).toBe(0);
    expect(again.stderr).toContain('First copy asked for: unchanged, asked for already');
    expect(signals).toHaveLength(2);
  });

  it('begins at once within them', async () => {
    expect((await init('--first-copy-window', '08:00-17:00')).exit).toBe(0);
    expect(signals.map(({ type }) => type)).toEqual(['execute-snapshot']);
  });

  it('was not asked for by another facility of the same database', async () => {
    await init('--first-copy-window', NIGHT);
    signals[0] = { ...signals[0]!, data: signals[0]!.data.replace(CODE, 'other') };
    await init();
    expect(signals.filter(({ type }) => type === 'execute-snapshot')).toHaveLength(2);
  });

  it('gives the usual behaviour back when its hours are taken back', async () => {
    await init('--first-copy-window', NIGHT);
    const { exit, stderr } = await init('--first-copy-window', 'at-once');
    expect(exit).toBe(0);
    expect(stderr).not.toContain('First copy');
    const env = await readFile(join(world.dir, '.env'), 'utf8');
    expect(env).toMatch(/^FIRST_COPY_WINDOW=$/m);
  });

  it('is not asked for while no position is stored: a restart would begin behind the request', async () => {
    Object.defineProperty(world.worker, 'offsets', { get: () => [], set: () => {} });
    const { exit, stderr } = await init('--first-copy-window', NIGHT);
    expect(exit).toBe(3);
    expect(stderr.replace(/\s+/g, ' ')).toContain('The connector has not stored its position yet');
    expect(signals).toEqual([]);
  });

  it('is refused before anything is changed where Debezium cannot be asked', async () => {
    access = [{ name: 'ClinicMasterMOH', id: null }];
    const { exit, stderr } = await init('--first-copy-window', NIGHT);
    expect(exit).toBe(3);
    expect(stderr).toContain('clinicmaster-cdc sql enable');
    expect(stderr).not.toContain('Folder');
  });

  it('comes too late for a facility that streams', async () => {
    expect((await init()).exit).toBe(0);
    const { exit, stderr } = await init('--first-copy-window', NIGHT);
    expect(exit).toBe(2);
    expect(stderr.replace(/\s+/g, ' ')).toContain('This facility has had its first copy');
    expect(signals).toEqual([]);
  });

  it.each(['22-5', '22:00-22:00', '22:00 - 05:00'])('is not taken from %s', async (window) => {
    const { exit, stderr } = await init('--first-copy-window', window);
    expect(exit).toBe(2);
    expect(stderr).toContain('22:00-05:00');
  });
});
