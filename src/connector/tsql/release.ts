import { lsnHex } from '../lsn.ts';
import { HEARTBEAT_TABLE, OWN_SCHEMA } from '../own-schema.ts';
import type { StoredPosition } from '../stored-position.ts';
import { qualified } from '../table-selection.ts';
import { block, type SqlBatch, use } from './batch.ts';
import { POLITE } from './capture.ts';
import { BEAT, type CapturedTable, type MadeInstance } from './handover.ts';
import { bracketedPair, quoted, sourceTable } from './quote.ts';

/** The last change in a change table; both null where it is empty. */
export interface LastChange {
  /** `0x…`, 20 digits: its transaction. */
  lsn: string | null;
  /** `0x…`, 20 digits: its place in it (`__$seqval`). */
  place: string | null;
}

/** Longer than the capture job waits between two looks, unless somebody has changed its 5 s. */
const HARVEST_S = 15;

/**
 * Whether the connector has sent a change, by its stored position: it is in a later transaction, or at this change of this one.
 * Without a place a position is before all changes of its transaction (measured on Debezium 3.6.1).
 */
export function hasSent(position: StoredPosition | undefined, { lsn, place }: LastChange): boolean {
  if (lsn === null) return true;
  if (position?.lsn == null || position.lsn < lsn) return false;
  if (position.lsn > lsn) return true;
  const { change_lsn: at } = position.offset;
  const reached = typeof at === 'string' ? lsnHex(at) : undefined;
  return reached !== undefined && place !== null && reached >= place;
}

/** A capture of a table, and the last change of it that is known to be sent. */
export interface Release {
  table: CapturedTable;
  instance: MadeInstance;
  last: LastChange;
}

/**
 * Ends captures, in one batch: Management Studio goes on with the next one after an error. First it beats our own heartbeat row
 * and looks whether the capture job has come to that moment: what was changed before is in the change tables then. Of a table into
 * which something has come since it was looked at, the capture stays. It ends with one more beat: with the first change after the
 * end of an instance Debezium 3.6 begins its source anew, and that must be over before anything else is changed.
 * @param heartbeat the capture instance of our heartbeat row; undefined where there is none, and so no such proof
 */
export function releaseBatch(
  database: string,
  releases: readonly Release[],
  heartbeat: string | undefined,
): SqlBatch {
  const names = [...new Set(releases.map(({ table }) => qualified(table)))].join(', ');
  const ends = releases.flatMap(end);
  return {
    id: 'release',
    title: `Stop capturing ${names} for a while`,
    cost:
      'What changes in them from now on does not stream. A short lock on each; gives up after 10 s (error 1222).' +
      (heartbeat === undefined ? '' : ` First a row in our own table, and ${HARVEST_S} seconds.`),
    undo: 'clinicmaster-cdc sql enable, then clinicmaster-cdc recover gap, which copies these tables again.',
    sql: [
      use(database),
      POLITE,
      ...(heartbeat === undefined
        ? ends
        : [...harvested(heartbeat), 'ELSE', block(indented([...ends, BEAT]))]),
    ].join('\n'),
  };
}

function harvested(instance: string): string[] {
  const row = bracketedPair(OWN_SCHEMA, HEARTBEAT_TABLE);
  return [
    'DECLARE @beat bigint;',
    BEAT,
    `SET @beat = (SELECT beat_no FROM ${row} WHERE id = 1);`,
    `WAITFOR DELAY '00:00:${HARVEST_S}';`,
    `IF NOT EXISTS (SELECT 1 FROM ${bracketedPair('cdc', `${instance}_CT`)} WHERE beat_no >= @beat)`,
    `    RAISERROR(N'The capture job has not come to this moment: it stands still or is behind. Nothing was stopped.', 16, 1);`,
  ];
}

function end({ table, instance: { name }, last: { lsn } }: Release): string[] {
  const later = lsn === null ? '' : ` WHERE [__$start_lsn] > ${lsn}`;
  return [
    `IF EXISTS (SELECT 1 FROM cdc.change_tables WHERE capture_instance = ${quoted(name)})`,
    'BEGIN',
    ...indented([
      `IF EXISTS (SELECT 1 FROM ${bracketedPair('cdc', `${name}_CT`)}${later})`,
      `    RAISERROR(N'A change came into the change table after it was looked at. Make the script again. Its table stays captured.', 16, 1);`,
      'ELSE',
      `    EXEC sys.sp_cdc_disable_table ${sourceTable(table)},`,
      `        @capture_instance = ${quoted(name)};`,
    ]),
    'END;',
  ];
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `    ${line}`);
}
