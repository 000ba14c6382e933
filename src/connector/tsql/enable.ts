import { READER_ROLE } from '../own-schema.ts';
import { qualified } from '../table-selection.ts';
import { isOwner, loginBatches, userBatches } from './access.ts';
import type { SqlBatch } from './batch.ts';
import {
  databaseBatches,
  hasScriptableName,
  isolationBatches,
  jobBatches,
  listedTables,
  ownerBatches,
  ownSchemaBatches,
  primeBatches,
  selectedTables,
  tableBatches,
} from './capture.ts';
import type { DatabaseFacts } from './facts.ts';
import { grantBatches, monitoringBatches } from './grants.ts';
import { passingBeats } from './handover.ts';
import { unscriptableNote } from './quote.ts';
import type { DatabaseWish } from './wish.ts';

/** What is to be run, in this order, and what a reader must know besides. */
export interface SqlPlan {
  batches: readonly SqlBatch[];
  notes: readonly string[];
}

/** All that a database lacks for the connector to stream from it; empty when it lacks nothing. */
export function enablePlan(wish: DatabaseWish, facts: DatabaseFacts): SqlPlan {
  const tables = tableBatches(wish, facts);
  const batches = [
    ...ownerBatches(wish, facts),
    ...ownSchemaBatches(wish, facts),
    ...loginBatches(wish, facts),
    ...userBatches(wish, facts),
    ...databaseBatches(wish, facts),
    ...tables,
    ...jobBatches(wish, facts),
    ...isolationBatches(wish, facts),
    ...grantBatches(wish, facts, true),
    ...monitoringBatches(wish, facts),
    ...primeBatches(wish, facts),
    ...laterBeats(wish, facts, tables.length),
  ];
  return { batches, notes: [...accessNotes(wish, facts), ...tableNotes(wish, facts), ...modeNotes(wish)] };
}

/**
 * Debezium 3.6 takes one new capture instance up with each change. Those that wait when its source begins anew are not read as
 * they should be (docs/decisions/handover-by-history.md): a database that beats already may have a connector that runs.
 */
function laterBeats(wish: DatabaseWish, facts: DatabaseFacts, count: number): SqlBatch[] {
  if (!wish.ownSchema || facts.cdc !== true || !facts.beats || count === 0) return [];
  return [passingBeats(wish.database, count)];
}

/** What the connector's login lacks on a database that captures already. */
export function grantPlan(wish: DatabaseWish, facts: DatabaseFacts): SqlPlan {
  const own = { ...wish, ownSchema: wish.ownSchema && facts.made !== null };
  const batches = [
    ...loginBatches(own, facts),
    ...userBatches(own, facts),
    ...grantBatches(own, facts, false),
    ...monitoringBatches(own, facts),
  ];
  const off =
    facts.cdc === false
      ? ['Change data capture is off: the right to read the changes comes with sql enable.']
      : [];
  return { batches, notes: [...accessNotes(own, facts), ...tableNotes(own, facts), ...off] };
}

function accessNotes(wish: DatabaseWish, facts: DatabaseFacts): string[] {
  if (!isOwner(facts)) return [];
  const what = facts.login.sysadmin ? 'a sysadmin' : 'an owner of the database';
  return [
    `${wish.login} is ${what} and needs no grants: it may do far more than the stream needs. A login of its own, which is only in ${READER_ROLE}, is safer: choose another DB_USER and run this again.`,
  ];
}

function tableNotes(wish: DatabaseWish, facts: DatabaseFacts): string[] {
  const selected = selectedTables(wish, facts);
  if (selected === null) {
    return ['The tables could not be seen: none is in this script. Run it, then make it again.'];
  }
  const listed = listedTables(wish, facts) ?? [];
  const refused = listed.filter(({ uncapturable }) => uncapturable).map(qualified);
  const unwritable = listed.filter((table) => !hasScriptableName(table)).map(qualified);
  return [
    ...(selected.length === 0
      ? [`No table that could be seen matches TABLE_INCLUDE_LIST (${wish.tableIncludeList}).`]
      : []),
    ...unscriptableNote(unwritable),
    ...(refused.length > 0
      ? [
          `SQL Server cannot capture memory-optimised and columnstore tables; left out: ${refused.join(', ')}. Take them off TABLE_INCLUDE_LIST too.`,
        ]
      : []),
  ];
}

function modeNotes(wish: DatabaseWish): string[] {
  if (wish.ownSchema) return [];
  return [
    'Without a schema of our own: no test row that proves the capture, no beat of the database itself, and no copy of a single table on demand. After a quiet time longer than the retention the position looks lost, and everything is copied again.',
  ];
}
