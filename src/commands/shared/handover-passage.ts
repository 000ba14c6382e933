import type { CheckContext } from '../../checks/context.ts';
import { sqlCaptureGap } from '../../checks/sqlserver/sql-capture-gap.ts';
import { positionOf, storedPositions } from '../../checks/start/stored.ts';
import { askKafka } from '../../checks/two-views.ts';
import { type Handover, mayTakeBack, notYetOver } from '../../connector/handover.ts';
import { columnsKnown } from '../../connector/schema-history.ts';
import { qualified } from '../../connector/table-selection.ts';
import type { Context } from '../../context.ts';
import { CliError } from '../../errors.ts';
import type { FacilitySettings } from '../../settings/facility.ts';
import { withCheckContext } from './checked.ts';

/** Handovers whose first instance may be ended, and the others. */
export interface Passage {
  over: Handover[];
  waiting: Waiting[];
}

interface Waiting {
  handover: Handover;
  why: string;
  /** The second instance can still be taken back. */
  mayTakeBack: boolean;
}

const PAUSE_MS = 2000;
/** A handover is among the newest entries of the history; one that was begun long ago may not be. */
const FEW = 50;
const ALL = Number.MAX_SAFE_INTEGER;

/**
 * Which tables the connector reads from their second instance, for certain. Waits for the others.
 * @param patienceMs 0: looks once
 */
export async function goneOver(
  two: readonly Handover[],
  settings: FacilitySettings,
  patienceMs: number,
  context: Context,
): Promise<Passage> {
  const step = context.out.step('The connector on its way to the new instances');
  const looking = withCheckContext(settings, context, async (checkContext) => {
    const end = context.clock.now() + patienceMs;
    for (;;) {
      const seen = await look(two, settings, checkContext, context.signal);
      if (seen.waiting.length === 0 || context.clock.now() >= end) {
        // It notes that both are there: to who sees the new one alone, the table has lost changes.
        await sqlCaptureGap.probe(checkContext, context.signal);
        return seen;
      }
      step.update(seen.waiting[0]?.why ?? '');
      await context.clock.sleep(PAUSE_MS, context.signal);
    }
  });
  const passage = await looking.catch((error) => {
    step.fail();
    throw error;
  });
  if (passage.waiting.length === 0) step.succeed('it has gone over');
  else step.warn(`${passage.waiting.length} of ${two.length} not yet`);
  return passage;
}

async function look(
  two: readonly Handover[],
  settings: FacilitySettings,
  context: CheckContext,
  signal: AbortSignal,
): Promise<Passage> {
  const stored = await storedPositions(context, signal);
  const position = positionOf(stored, settings.database.name);
  const passage: Passage = { over: [], waiting: [] };
  for (const handover of two) {
    const columns = await known(handover, settings, context, signal);
    const blind = stored.ok ? (columns.ok ? undefined : columns.why) : stored.why;
    const why =
      blind === undefined && columns.ok
        ? notYetOver(handover, position, columns.value)
        : `${qualified(handover.table)}: ${blind}`;
    if (why === undefined) passage.over.push(handover);
    else
      passage.waiting.push({
        handover,
        why,
        mayTakeBack: columns.ok && mayTakeBack(handover, columns.value),
      });
  }
  return passage;
}

/** The columns by which the connector reads a table. */
async function known(
  { table }: Handover,
  settings: FacilitySettings,
  context: CheckContext,
  signal: AbortSignal,
): Promise<{ ok: true; value: string[] | null } | { ok: false; why: string }> {
  for (const count of [FEW, ALL]) {
    const tail = await askKafka(context, signal, (kafka) =>
      kafka.newestRecords(context.names.topics.schemaHistory, count, signal),
    );
    if (!tail.ok) {
      const { broker, code, message } = tail.failure;
      return { ok: false, why: `its history is not known: ${broker}: ${code} ${message}` };
    }
    const value = columnsKnown(tail.value.records, settings.database.name, table);
    if (value !== null || tail.value.whole) return { ok: true, value };
  }
  return { ok: true, value: null };
}

/** The old instance stays: without it, changes that the connector has not read yet would be lost. */
export function notOver(waiting: readonly string[]): CliError {
  return new CliError(
    'sql.handover-waits',
    'The connector has not gone over yet: the old instance stays. Nothing was done.',
    {
      seen: waiting.join('\n'),
      needed:
        'A connector that runs, and a change that is captured after the second instance was made. With the schema clinicmaster_cdc one comes by itself within five minutes, else with the next change of any captured table; its position is stored up to half a minute later. A column that it still does not know after that was missed at a restart: take the second instance back with --undo, then begin again.',
      commands: ['clinicmaster-cdc status', 'clinicmaster-cdc sql handover --finish'],
    },
  );
}

/** Another handover comes first. */
export function oneAtATime(over: readonly Handover[]): CliError {
  return new CliError(
    'sql.handover-other',
    'Another handover is under way, and comes first. Nothing was done.',
    {
      seen: `two capture instances: ${namesOf(over)}`,
      needed: 'Its second half, which can be done now.',
      commands: ['clinicmaster-cdc sql handover --finish'],
    },
  );
}

/** The first instance lacks columns by which the connector reads already. @param others that can be taken back */
export function tooLateToUndo(late: readonly Handover[], others: readonly Handover[]): CliError {
  return new CliError(
    'sql.handover-too-late',
    'The connector has gone over to the second instance: it cannot be taken back. Nothing was done.',
    {
      seen: namesOf(late),
      needed: 'The second half instead, which ends the old instance.',
      commands: [
        ...others.map(({ table }) => `clinicmaster-cdc sql handover --undo ${qualified(table)}`),
        'clinicmaster-cdc sql handover --finish',
      ],
    },
  );
}

/** `dbo.Stock, dbo.Visits` */
export function namesOf(handovers: readonly Handover[]): string {
  return handovers.map(({ table }) => qualified(table)).join(', ');
}
