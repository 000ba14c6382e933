import { describe, expect, it } from 'vitest';
import type { FilesPort } from '../../../src/adapters/files-port.ts';
import type { GapFacts, InstanceRow } from '../../../src/checks/sqlserver/sql-capture-gap.ts';
import type { TableFacts } from '../../../src/checks/tables/facts.ts';
import { inRequests } from '../../../src/commands/shared/recovery/copying.ts';
import { type Gap, mayMoveOnly, risks, wanted } from '../../../src/commands/shared/recovery/gap.ts';
import { ledgerOf } from '../../../src/commands/shared/recovery/ledger.ts';
import { commitLsn, lsnHex } from '../../../src/connector/lsn.ts';
import { copySignal, DATA_LENGTH } from '../../../src/connector/signals.ts';
import { movedTo } from '../../../src/connector/stored-position.ts';
import type { Context } from '../../../src/context.ts';
import { facility } from '../checks/fixtures.ts';

const lost: Gap = { kind: 'retention', code: 'sql-offset-window-lost', behind: false, left: null };
const behind: Gap = { ...lost, code: 'sql-offset-window-passed', behind: true, left: ['dbo.A', 'dbo.B'] };
const single: Gap = { kind: 'table', code: 'sql-capture-gap-lost', tables: ['dbo.A'] };
const idle: Gap = { kind: 'idle', code: 'sql-offset-window-idle-lost' };

describe('recover gap', () => {
  it('copies what has lost changes, or what is named of it', () => {
    expect(wanted(lost, [])).toBeNull();
    expect(wanted(lost, ['A'])).toEqual(['dbo.A']);
    expect(wanted(behind, [])).toEqual(['dbo.A', 'dbo.B']);
    expect(wanted(single, ['dbo.A'])).toEqual(['dbo.A']);
    expect(() => wanted(behind, ['C'])).toThrow('dbo.C has not lost changes');
  });

  it('has its price: none where it is proven, one more where tables are left', () => {
    const names = (gap: Gap, moveOnly: boolean, named: string[]) =>
      risks(gap, moveOnly, named).map(({ risk }) => risk);
    expect(names(idle, true, [])).toEqual([]);
    expect(names(lost, true, [])).toEqual(['skip-changes']);
    expect(names(lost, false, [])).toEqual(['resnapshot']);
    expect(names(lost, false, ['A'])).toEqual(['resnapshot', 'skip-changes']);
    expect(names(single, false, ['A'])).toEqual(['resnapshot']);
  });

  it('moves nothing on where the position is not what is wrong', () => {
    expect(() => mayMoveOnly(single, [], '/fac')).toThrow('nothing to move on');
    expect(() => mayMoveOnly(lost, ['A'], '/fac')).toThrow('nothing to move on');
    expect(() => mayMoveOnly(lost, [], '/fac')).not.toThrow();
  });

  it('asks for as many tables at a time as a signal holds, and leaves none out', () => {
    const tables = Array.from({ length: 120 }, (_, n) => ({
      schema: 'dbo',
      table: `PatientVisitDetails${n}`,
    }));
    const requests = inRequests(tables as unknown as TableFacts[], 'ClinicMasterMOH');
    expect(requests.length).toBeGreaterThan(3);
    expect(requests.flat()).toEqual(tables);
    for (const some of requests) {
      const numbers = { at: Date.now(), before: 999_999, chunks: 999_999, rows: 9_999_999_999 };
      const signal = copySignal({ kind: 'copy', where: '', tables: some, ...numbers }, 'ClinicMasterMOH');
      expect(signal.data.length).toBeLessThanOrEqual(DATA_LENGTH);
    }
  });
});

describe('a position that is moved', () => {
  const position = {
    database: 'Clinic',
    lsn: '0x0000002700000AC00003',
    copying: false,
    partition: { server: 's', database: 'Clinic' },
    offset: {
      commit_lsn: '00000027:00000ac0:0003',
      change_lsn: '00000027:00000ac0:0002',
      event_serial_no: 2,
      x: 1,
    },
  };
  it('names no place in its transaction, and keeps what else Debezium wrote', () => {
    expect(movedTo(position, '0x0000003000000010000A')).toEqual({
      partition: position.partition,
      offset: { commit_lsn: '00000030:00000010:000a', change_lsn: null, event_serial_no: 0, x: 1 },
    });
  });
  it('is spelled both ways', () => {
    expect(lsnHex(commitLsn('0x0000003000000010000A'))).toBe('0x0000003000000010000A');
    expect(() => commitLsn('0x12')).toThrow(RangeError);
  });
});

describe('the ledger of a recovery', () => {
  const settings = facility();
  const seenOf = (files: Map<string, string>) => JSON.parse([...files.values()][0] ?? '{"seen":{}}').seen;
  const make = (gap?: GapFacts) => {
    const files = new Map<string, string>();
    let now = Date.parse('2026-11-24T08:00:00Z');
    const port = {
      read: async (path: string) => files.get(path),
      writeAtomically: async (path: string, content: string) => void files.set(path, content),
    } as unknown as FilesPort;
    const context = { files: port, clock: { now: () => now } } as unknown as Context;
    const ledger = () => ledgerOf(settings, gap, context);
    const unread = () => seenOf(files)[`deleted unread in ${settings.database.name}`]?.value;
    return { ledger, unread, files, later: (ms: number) => (now += ms) };
  };

  it('remembers what is left across runs, and forgets it with the last table', async () => {
    const { ledger, unread, later } = make();
    await ledger().note('0x1', '0x2', ['dbo.A', 'dbo.B', 'dbo.C']);
    const noticed = await ledger().noticed();
    later(60_000);
    await ledger().note('0x1', '0x2', ['dbo.A', 'dbo.B', 'dbo.C']);
    expect(await ledger().noticed()).toBe(noticed);
    await ledger().dealt(['dbo.B']);
    expect(unread()).toMatchObject({ left: ['dbo.A', 'dbo.C'] });
    await ledger().dealt(['dbo.A', 'dbo.C']);
    expect(unread()).toBeNull();
  });

  it('counts from the new loss when more was deleted meanwhile', async () => {
    const { ledger, later } = make();
    await ledger().note('0x1', '0x2', ['dbo.A']);
    const noticed = await ledger().noticed();
    later(60_000);
    await ledger().note('0x1', '0x3', ['dbo.A']);
    expect(await ledger().noticed()).toBe(noticed + 60_000);
  });

  it('spells a loss of all tables out once', async () => {
    const { ledger, unread, files } = make();
    await ledger().spellOut(['dbo.A']);
    expect(unread()).toBeUndefined();
    await ledger().note('0x1', '0x2', []);
    const path = [...files.keys()][0] ?? '';
    files.set(path, (files.get(path) ?? '').replace('"left": []', '"left": null'));
    await ledger().spellOut(['dbo.A', 'dbo.B']);
    expect(unread()).toMatchObject({ left: ['dbo.A', 'dbo.B'] });
    await ledger().spellOut(['dbo.C']);
    expect(unread()).toMatchObject({ left: ['dbo.A', 'dbo.B'] });
  });

  it('accepts the new capture of the tables that were dealt with, and of no other', async () => {
    const instance = (table: string, id: number): InstanceRow => ({
      schema_name: 'dbo',
      table_name: table,
      capture_instance: `dbo_${table}`,
      object_id: id,
      create_date: '2026-11-24T08:00',
      start_lsn: '0x00000000000000000001',
    });
    const gap: GapFacts = {
      instances: { ok: true, value: [instance('A', 11), instance('B', 12)] },
      before: { value: [instance('A', 1), instance('B', 2)], at: null, trouble: null },
      position: { lsn: null, why: null },
      kept: null,
    };
    const { ledger, files } = make(gap);
    await ledger().dealt(['dbo.B']);
    const kept: InstanceRow[] = seenOf(files)[`capture-instances of ${settings.database.name}`].value;
    expect(kept.map(({ object_id }) => object_id).sort()).toEqual([1, 12]);
  });

  it('knows a copy of gaps that was cut off by the captures that it is for', async () => {
    const { ledger, later } = make();
    const begun = await ledger().begun();
    later(60_000);
    expect(await ledger().begun()).toBe(begun);
  });
});
