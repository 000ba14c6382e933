import { copyCondition, type Handover } from '../../connector/handover.ts';
import { HEARTBEAT_TABLE, OWN_SCHEMA } from '../../connector/own-schema.ts';
import { qualified } from '../../connector/table-selection.ts';
import type { SqlPlan } from '../../connector/tsql/enable.ts';
import {
  endInstanceBatch,
  passingBeats,
  secondInstanceBatch,
  takeBackBatch,
} from '../../connector/tsql/handover.ts';
import { unscriptableNote } from '../../connector/tsql/quote.ts';
import type { Seen } from '../../install/database/look.ts';
import { quoted, type Typist } from '../../shell.ts';
import { namesOf, notOver, oneAtATime, type Passage, tooLateToUndo } from './handover-passage.ts';
import type { Handovers } from './handovers.ts';

/** What is to be run, and the commands that come after it. */
export interface HandoverPlan extends SqlPlan {
  next: readonly string[];
}

/** What is wanted: the half that is due, the second alone, or none of it. */
export type Half = 'due' | 'finish' | 'undo';

/**
 * One half at a time. When an instance ends, Debezium 3.6.1 begins its source anew with the next change, and a table that it has
 * not gone over to by then it reads by its old columns for ever.
 * @throws CliError while a table is on its way
 */
export function planned(
  half: Half,
  { chosen, instances, unwritable }: Handovers,
  { over, waiting }: Passage,
  { facts }: Seen,
  host: Typist,
): HandoverPlan {
  if (waiting.length > 0) throw notOver(waiting.map(({ why }) => why));
  const changed = half === 'finish' ? [] : chosen.filter(({ phase }) => phase === 'create');
  const ended = over.filter((handover) => chosen.includes(handover));
  if (ended.length === 0 && over.length > 0 && changed.length > 0) throw oneAtATime(over);
  if (over.length > 0) {
    const later = [...changed, ...ended.filter(({ again }) => again)];
    return {
      batches: ended.map(({ table }) => endInstanceBatch(facts.database, table)),
      notes: [
        ...copyNotes(ended, host),
        ...(later.length > 0
          ? [`Changed too: ${namesOf(later)}. Finish this handover, then run sql handover again.`]
          : []),
      ],
      next: [
        ...(later.length > 0 ? ['clinicmaster-cdc sql handover --apply'] : []),
        ...ended.flatMap((handover) => (handover.again ? [] : (copyCommand(handover, host) ?? []))),
      ],
    };
  }
  const beats = facts.tables?.some(
    ({ schema, table, captured }) => schema === OWN_SCHEMA && table === HEARTBEAT_TABLE && captured,
  );
  return {
    batches: [
      ...changed.map(({ table, gained }) => secondInstanceBatch(facts.database, table, gained, instances)),
      ...(changed.length > 0 && beats === true ? [passingBeats(facts.database, changed.length)] : []),
    ],
    notes: [
      ...(changed.length > 0
        ? [
            'First half. When it has run, run sql handover once more: it waits until the connector has gone over and ends the old instance.',
          ]
        : []),
      ...copyNotes(changed, host),
      ...unscriptableNote(unwritable),
    ],
    next: ['clinicmaster-cdc sql handover --apply'],
  };
}

/** @throws CliError for a table that the connector reads by its new columns already */
export function undone({ chosen }: Handovers, { over, waiting }: Passage, { facts }: Seen): HandoverPlan {
  const mine = waiting.filter(({ handover }) => chosen.includes(handover));
  const back = mine.filter((one) => one.mayTakeBack).map(({ handover }) => handover);
  const late = [
    ...over.filter((handover) => chosen.includes(handover)),
    ...mine.filter((one) => !one.mayTakeBack).map(({ handover }) => handover),
  ];
  if (late.length > 0) throw tooLateToUndo(late, back);
  return {
    batches: back.map(({ table }) => takeBackBatch(facts.database, table)),
    notes: [],
    next: ['clinicmaster-cdc sql handover'],
  };
}

function copyNotes(handovers: readonly Handover[], host: Typist): string[] {
  const copies = handovers.flatMap((handover) => copyCommand(handover, host) ?? []);
  return copies.length === 0
    ? []
    : [
        'The warehouse adds a new column by itself (the sink does), empty for the rows it has.',
        `Rows that changed before the connector went over lack the new column. When the handover is finished, copy them: ${copies.join('; ')}`,
      ];
}

function copyCommand(handover: Handover, host: Typist): string | undefined {
  const where = copyCondition(handover);
  if (where === undefined) return undefined;
  return `clinicmaster-cdc snapshot ${quoted(qualified(handover.table), host)} --where ${quoted(where, host)}`;
}
