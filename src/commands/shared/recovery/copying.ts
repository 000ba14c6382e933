import { estimateCopy } from '../../../checks/tables/copy-estimate.ts';
import type { TableFacts } from '../../../checks/tables/facts.ts';
import type { CopyState } from '../../../connector/copy-state.ts';
import { copySignal, DATA_LENGTH } from '../../../connector/signals.ts';
import { qualified } from '../../../connector/table-selection.ts';
import type { Context } from '../../../context.ts';
import { CliError } from '../../../errors.ts';
import { type Copies, lookAtCopies, mustRun, withCopies } from '../copies.ts';
import { requestCopy } from '../copy-start.ts';
import { followCopy } from '../copy-watch.ts';
import type { Life } from '../life.ts';

/** What a recovery wants copied. */
export interface Copying {
  tables: readonly TableFacts[];
  /** When the loss was noticed, in ms since 1970: what was copied since holds all that was lost. */
  since: number;
  /** Called after each request that has come to its end, with the tables that it held. */
  dealt(tables: readonly string[]): Promise<void>;
  /** To type, to go on after something has come between. */
  again: string;
}

/**
 * Copies the tables, in as many requests as it takes, one after the other, and waits for each. A copy that a run of before
 * has asked for is watched to its end and not begun anew.
 */
export async function copyTables(wish: Copying, { settings }: Life, context: Context): Promise<void> {
  if (wish.tables.length === 0) return;
  await withCopies(settings, context, async (copies) => {
    await mustRun(copies);
    const done = await goOn(wish, copies, context);
    const open = wish.tables.filter((table) => !done.has(qualified(table)));
    const batches = inRequests(open, copies.access.database);
    for (const [at, tables] of batches.entries()) {
      const names = tables.map(qualified);
      if (batches.length > 1) context.out.note(`Request ${at + 1} of ${batches.length}: ${names.join(', ')}`);
      const estimate = estimateCopy(tables, new Map(), copies.chunkRows, null, null);
      await requestCopy({ tables, where: '', estimate }, 'copy', copies, context);
      await toItsEnd(copies, context, wish.again);
      await wish.dealt(names);
    }
  });
}

/** @returns the tables of a copy that was asked for since the loss was noticed, once it has come to its end */
async function goOn(wish: Copying, copies: Copies, context: Context): Promise<Set<string>> {
  const state = await lookAtCopies(copies, context);
  const names = (state.request?.tables ?? []).map(qualified);
  const ours =
    state.request !== null &&
    state.request.kind === 'copy' &&
    state.request.where === '' &&
    state.request.at >= wish.since &&
    state.phase !== 'stopped' &&
    state.phase !== 'foreign';
  const open = UNDER_WAY.has(state.phase);
  if (!ours && open) throw underWay(state, wish.again);
  if (!ours) return new Set();
  if (open) {
    context.out.note('A copy of these tables was asked for before, and goes on.');
    await toItsEnd(copies, context, wish.again);
  }
  await wish.dealt(names);
  return new Set(names);
}

const UNDER_WAY: ReadonlySet<CopyState['phase']> = new Set([
  'asked',
  'copying',
  'paused',
  'finishing',
  'foreign',
]);

/** @throws CliError when it was stopped, or another one has taken its place */
async function toItsEnd(copies: Copies, context: Context, again: string): Promise<void> {
  const { phase } = await followCopy(copies, context);
  if (phase === 'finished') return;
  throw new CliError('recover.copy', 'The copy has not come to its end.', {
    seen: `the copy is ${phase}`,
    needed:
      'A copy that runs to its end. What is still missing is remembered: the second command goes on with it.',
    commands: [
      phase === 'paused' ? 'clinicmaster-cdc snapshot --resume' : 'clinicmaster-cdc snapshot --status',
      again,
    ],
  });
}

/** As many tables at a time as the column of a signal holds. */
export function inRequests(tables: readonly TableFacts[], database: string): TableFacts[][] {
  const fits = (some: readonly TableFacts[]) =>
    copySignal({ ...EMPTY, tables: some }, database).data.length <= DATA_LENGTH - SLACK;
  const requests: TableFacts[][] = [];
  for (const table of tables) {
    const last = requests.at(-1);
    if (last !== undefined && fits([...last, table])) last.push(table);
    else requests.push([table]);
  }
  return requests;
}

const EMPTY = { kind: 'copy', at: 0, where: '', before: 0, chunks: 0, rows: 0 } as const;
/** For the numbers that stand in a request besides. */
const SLACK = 60;

function underWay({ phase }: CopyState, again: string): CliError {
  return new CliError('recover.copy-under-way', 'Another copy is under way.', {
    seen: phase === 'foreign' ? 'one that was asked for by hand' : phase,
    needed: 'One at a time: wait for its end, or stop it. The stream itself is in order; then go on.',
    commands: ['clinicmaster-cdc snapshot --status', 'clinicmaster-cdc snapshot --stop', again],
  });
}
