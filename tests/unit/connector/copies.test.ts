import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type CopyFacts, copyState, outstanding } from '../../../src/connector/copy-state.ts';
import {
  isOpen,
  lastChange,
  parseWindow,
  untilChange,
  windowText,
} from '../../../src/connector/copy-window.ts';
import {
  allTablesSignal,
  controlSignal,
  copySignal,
  DATA_LENGTH,
  parsedId,
  parsedRequest,
  signalId,
} from '../../../src/connector/signals.ts';

const AT = Date.parse('2026-11-25T20:00:00.123Z');
const REQUEST = {
  kind: 'copy' as const,
  at: AT,
  tables: [{ schema: 'dbo', table: 'Visits' }],
  where: '',
  before: 7,
  chunks: 11,
  rows: 20_000,
};

describe('signals', () => {
  it('name a table by an expression that matches it alone, in ASCII', () => {
    const { id, type, data } = copySignal(
      { ...REQUEST, tables: [{ schema: 'dbo', table: 'Visites_é$x' }], where: "Ward = N'é'" },
      'Clinic Master.old',
    );
    expect(id).toBe('cdc-20261125T200000123Z-copy');
    expect(id.length).toBeLessThanOrEqual(42);
    expect(type).toBe('execute-snapshot');
    expect(data).toMatch(/^[\x20-\x7e]+$/);
    const parsed = JSON.parse(data);
    const [name] = parsed['data-collections'];
    expect(new RegExp(`^${name}$`).test('Clinic Master.old.dbo.Visites_é$x')).toBe(true);
    expect(new RegExp(`^${name}$`).test('Clinic MasterXold.dbo.Visites_é$x')).toBe(false);
    expect(parsed['additional-conditions']).toEqual([{ 'data-collection': name, filter: "Ward = N'é'" }]);
    expect(parsed.type).toBe('incremental');
  });

  it('are read again as they were written, and strange rows are none of ours', () => {
    const row = copySignal({ ...REQUEST, where: 'VisitID > 1' }, 'Db');
    expect(parsedRequest(row)).toEqual({ ...REQUEST, where: 'VisitID > 1', id: row.id });
    expect(parsedRequest(allTablesSignal({ ...REQUEST, by: 'F' }, 'Db'))).toMatchObject({
      kind: 'first',
      tables: [],
    });
    for (const strange of [
      { ...row, id: 'by-hand' },
      { ...row, data: '{"type":"incremental"}' },
      { ...row, data: 'not JSON' },
      { ...row, type: 'log' },
      controlSignal('pause', AT),
    ]) {
      expect(parsedRequest(strange)).toBeUndefined();
    }
  });

  it('fit for some thirty tables, and sort by their time', () => {
    const tables = Array.from({ length: 30 }, (_, n) => ({ schema: 'dbo', table: `OfUsualLength${n}` }));
    expect(copySignal({ ...REQUEST, tables }, 'ClinicMasterMOH').data.length).toBeLessThan(DATA_LENGTH);
    expect(signalId('pause', AT) > signalId('copy', AT - 1)).toBe(true);
    expect(signalId('copy', AT + 1) > signalId('stop', AT)).toBe(true);
    expect(parsedId(signalId('stop', AT))).toEqual({ what: 'stop', at: AT });
  });
});

describe('how far a copy is', () => {
  const collections = '[{"incremental_snapshot_collections_id":"[Db].[dbo].[Visits]"}]';
  const request = { ...REQUEST, id: signalId('copy', AT) };
  const facts: CopyFacts = {
    request,
    control: null,
    chunksRead: 12,
    captured: { type: 'snapshot-window-close', lsn: '0x00000020000000610001' },
    offset: {
      commit_lsn: '00000020:00000060:0001',
      incremental_snapshot_collections: collections,
      incremental_snapshot_correlation_id: request.id,
    },
    runningSince: AT - 1000,
    hours: null,
  };
  const done = { commit_lsn: '00000020:00000061:0001' };
  const phase = (changed: Partial<CopyFacts>) => copyState({ ...facts, ...changed }, 2048).phase;

  it('is counted in marks of this copy alone', () => {
    expect(copyState(facts, 2048)).toEqual({ phase: 'copying', request, read: 5, percent: 45, rows: 10_240 });
    expect(copyState({ ...facts, chunksRead: 400 }, 2048)).toMatchObject({ percent: 99, rows: 20_000 });
    expect(outstanding(facts.offset)).toEqual(['dbo.Visits']);
    expect(outstanding({ incremental_snapshot_collections: 'no JSON' })).toEqual(['?']);
  });

  it('ends only when the stored position has passed the last mark and names no copy', () => {
    expect(phase({ chunksRead: 18 })).toBe('finishing');
    expect(phase({ chunksRead: 18, offset: { ...facts.offset, ...done } })).toBe('finishing');
    expect(phase({ chunksRead: 18, offset: { commit_lsn: '00000020:00000060:0001' } })).toBe('finishing');
    expect(phase({ chunksRead: 18, offset: done })).toBe('finished');
    // The request itself was captured last: nothing of it has been done.
    expect(
      phase({ offset: done, captured: { type: 'execute-snapshot', lsn: '0x00000020000000610001' } }),
    ).toBe('copying');
    expect(phase({ chunksRead: 7, offset: done })).toBe('asked');
    expect(phase({ captured: null })).toBe('copying');
  });

  it('is over when SQL Server has cleaned up all that was captured of it, and the position names it no more', () => {
    expect(phase({ captured: null, chunksRead: 18, offset: done })).toBe('finished');
    expect(phase({ captured: null, offset: done })).toBe('stopped');
    expect(phase({ captured: null, chunksRead: 7, offset: done })).toBe('asked');
  });

  it('is paused until Debezium starts again, and stopped for good', () => {
    const pause = signalId('pause', AT + 5000);
    expect(phase({ control: pause })).toBe('paused');
    expect(phase({ control: pause, runningSince: AT + 6000 })).toBe('copying');
    expect(phase({ control: signalId('resume', AT + 6000) })).toBe('copying');
    expect(phase({ control: signalId('stop', AT + 6000) })).toBe('finishing');
    expect(phase({ control: signalId('stop', AT + 6000), offset: done })).toBe('stopped');
  });

  it('knows none, and one of somebody else', () => {
    expect(phase({ request: null, offset: null })).toBe('none');
    expect(phase({ request: null })).toBe('foreign');
    expect(phase({ offset: { ...facts.offset, incremental_snapshot_correlation_id: 'by-hand' } })).toBe(
      'foreign',
    );
  });

  it('follows its hours when it is the first copy', () => {
    const first = { ...facts, request: { ...request, kind: 'first' as const } };
    const of = (hours: CopyFacts['hours'], control: string | null = null) =>
      copyState({ ...first, hours, control }, 2048).phase;
    expect(of({ open: false, since: AT })).toBe('paused');
    expect(of({ open: true, since: AT })).toBe('copying');
    // Paused before the hours began: the container has gone on. Paused within them: by hand.
    expect(of({ open: true, since: AT + 6000 }, signalId('pause', AT + 5000))).toBe('copying');
    expect(of({ open: true, since: AT + 4000 }, signalId('pause', AT + 5000))).toBe('paused');
    expect(of(null)).toBe('copying');
  });
});

describe('the hours of the first copy', () => {
  it('are written in one way', () => {
    expect(windowText(parseWindow('22:00-05:00')!)).toBe('22:00–05:00 (UTC+3)');
    expect(windowText(parseWindow('00:30-05:00-09:30')!)).toBe('00:30–05:00 (UTC-9:30)');
    for (const wrong of [
      '22-5',
      '24:00-05:00',
      '22:00-22:00',
      '22:00-05:00+3',
      '22:00-05:00 EAT',
      '22:00–05:00',
    ])
      expect(parseWindow(wrong)).toBeUndefined();
  });

  it('open and close by the clock of the hospital', () => {
    const window = parseWindow('22:00-05:00')!;
    const at = (text: string) => Date.parse(`2026-11-25T${text}:00Z`);
    expect([at('18:59'), at('19:00'), at('01:59'), at('02:00')].map((time) => isOpen(window, time))).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(untilChange(window, at('18:00'))).toBe(60);
    expect(untilChange(window, at('19:30'))).toBe(390);
    expect(lastChange(window, at('19:30'))).toBe(at('19:00'));
    expect(lastChange(window, at('18:00'))).toBe(at('02:00'));
  });

  it('are the same for the container', () => {
    const clocks = ['00:00', '02:00', '05:08', '08:09', '12:30', '18:59', '19:00', '21:00', '23:59'];
    const windows = [
      '22:00-05:00',
      '08:00-09:10',
      '00:00-23:59',
      '22:00-05:00-09:30',
      '08:09-05:08+14:00',
      '12:30-12:31+00:00',
    ];
    const script = `set -eu
. '${join(import.meta.dirname, '../../../connect/connector.sh')}'
for FIRST_COPY_WINDOW in ${windows.join(' ')}; do
  for clock in ${clocks.join(' ')}; do
    date() { echo "$clock"; }
    if in_window; then echo "$FIRST_COPY_WINDOW $clock true"; else echo "$FIRST_COPY_WINDOW $clock false"; fi
  done
done`;
    const ours = windows.flatMap((text) =>
      clocks.map(
        (clock) => `${text} ${clock} ${isOpen(parseWindow(text)!, Date.parse(`2026-11-25T${clock}:00Z`))}`,
      ),
    );
    expect(execFileSync('sh', ['-c', script]).toString().trim().split('\n')).toEqual(ours);
  });

  it('are kept by the container: a pause before each start and again and again, going on once', () => {
    expect(watched('-first')).toEqual([
      'before the start: pause',
      '1 18:59 pause',
      // Said again after five minutes, in case that the task has started anew.
      '16 18:59 pause',
      '21 19:00 resume',
    ]);
    // A copy that somebody has named has no hours: what the pause before the start has stopped goes on.
    expect(watched('-copy')).toEqual(['before the start: pause', '1 18:59 resume']);
  });
});

/** What the container's own watch says to Debezium, with a clock that passes into the hours at its 21st look. */
function watched(copy: string): string[] {
  const dir = mkdtempSync(join(tmpdir(), 'copies-'));
  const source = readFileSync(join(import.meta.dirname, '../../../connect/connector.sh'), 'utf8');
  writeFileSync(join(dir, 'connector.sh'), source.replaceAll('/tmp/cdc', dir));
  const script = `set -eu
. '${dir}/connector.sh'
CONNECTOR=cdc-F FIRST_COPY_WINDOW=22:00-05:00 clock=18:59 look=0
log() { :; }
date() { echo "$clock"; }
request() { echo '{"incremental_snapshot_correlation_id":"cdc-20261125T200000123Z${copy}"}' >'${dir}/answer'; }
said() { [ ! -s "$SIGNALS" ] || echo "$1 $(sed 's/.*"type":"\\([a-z]*\\)-snapshot".*/\\1/' "$SIGNALS")"; : >"$SIGNALS"; }
sleep() {
  look=$((look + 1))
  said "$look $clock"
  [ "$look" -lt 30 ] || exit 0
  [ "$look" -lt 20 ] || clock=19:00
}
pause_before_start
said 'before the start:'
keep_first_copy_in_window`;
  try {
    return execFileSync('sh', ['-c', script]).toString().trim().split('\n');
  } finally {
    rmSync(dir, { recursive: true });
  }
}
