import { countRows } from '../../central/ghosts/candidates.ts';
import { behindOf, evidence, lettersSince, sinkPositions } from '../../central/ghosts/evidence.ts';
import { type GhostFacts, type Objection, objections } from '../../central/ghosts/judge.ts';
import { type Mark, markOf, newestMark, sinceMark } from '../../central/ghosts/marks.ts';
import { meantTables, type WarehouseTable } from '../../central/warehouse/tables.ts';
import type { Warehouse } from '../../central/warehouse/warehouse.ts';
import type { Context } from '../../context.ts';
import { CliError, EXIT } from '../../errors.ts';
import type { CentralSite } from './central.ts';
import type { Options } from './module.ts';

/** One table of a facility, looked at. */
export interface Looked {
  mark: Mark;
  since: number;
  table: WarehouseTable;
  facts: GhostFacts;
  /** Why what was not rewritten may be more than ghosts. */
  against: Objection[];
}

/** Looks at one table since its newest mark, or since the one that is named. */
export async function lookForGhosts(
  facility: string,
  table: WarehouseTable,
  reported: number | null,
  options: Options,
  { warehouse, kafka }: CentralSite,
  { signal }: Context,
): Promise<Looked> {
  const mark = await meantMark(facility, table, options, warehouse);
  const since = await sinceMark(mark, warehouse);
  // Kafka first: what it says is done by then stands in the warehouse that is counted.
  const told = await evidence(mark, table.name, kafka, signal);
  const counts = await countRows(warehouse, table, mark, since);
  const facts = { table: table.name, counts, reported, evidence: told, obstacles: table.obstacles };
  return { mark, since, table, facts, against: objections(facts) };
}

/** The mark of `--mark`, or the newest one that covers the table. */
export async function meantMark(
  facility: string,
  { name }: WarehouseTable,
  options: Options,
  warehouse: Warehouse,
): Promise<Mark> {
  const named = markNumber(options);
  if (named === undefined) return newestMark(facility, name, warehouse);
  return covers(await markOf(named, warehouse), facility, name);
}

/** `--mark`, as a number; undefined where it is not given. @throws CliError (usage) */
export function markNumber({ mark }: Options): number | undefined {
  if (mark === undefined) return undefined;
  if (typeof mark === 'string' && /^\d{1,15}$/.test(mark)) return Number(mark);
  throw new CliError('usage', `${String(mark)} is no number of a mark.`, {
    exitCode: EXIT.usage,
    needed: 'The number of a mark, as central ghosts lists it.',
    commands: ['clinicmaster-cdc central ghosts'],
  });
}

function covers(mark: Mark, facility: string, table: string): Mark {
  if (mark.facility === facility && mark.tables.includes(table)) return mark;
  throw new CliError('ghosts.other-mark', `Mark ${mark.id} is of something else.`, {
    exitCode: EXIT.usage,
    seen: `facility ${mark.facility}, tables ${mark.tables.join(', ')}`,
    needed: `A mark of ${facility} that covers ${table}.`,
    commands: ['clinicmaster-cdc central ghosts'],
  });
}

/**
 * `--rows`: a number, for one table; or `dbo.Visits=412000,dbo.Patients=300`.
 * @throws CliError (usage)
 */
export function reportedRows(
  text: string | undefined,
  wanted: readonly WarehouseTable[],
): ReadonlyMap<string, number> {
  if (text === undefined) return new Map();
  const [only] = wanted;
  if (/^\d+$/.test(text) && wanted.length === 1 && only !== undefined)
    return new Map([[only.name, Number(text)]]);
  const entries = text.split(',').map((entry) => /^(.+?)=(\d+)$/.exec(entry.trim()));
  if (entries.every((entry) => entry !== null)) {
    return new Map(
      entries.map(([, name = '', rows]) => [meantTables(name, wanted)[0]?.name ?? name, Number(rows)]),
    );
  }
  throw new CliError('usage', `--rows ${text} cannot be read.`, {
    exitCode: EXIT.usage,
    needed: 'A number, for one table; or dbo.Visits=412000,dbo.Patients=300 for several.',
  });
}

/** The tables that `--rows` names; none where it is one number. */
export function namedIn(text: string): string[] {
  return text.split(',').flatMap((entry) => /^(.+?)=\d+$/.exec(entry.trim())?.[1] ?? []);
}

/** The sink notes every 30 s how far it is. */
const NOTED_MS = 90_000;
const PAUSE_MS = 1000;

/** Waits until the sink has noted that it has written all that stood in the table's topics when this was called. */
export async function sinkCaughtUp(
  mark: Mark,
  table: string,
  { kafka }: CentralSite,
  { clock, out, signal }: Context,
): Promise<void> {
  const step = out.step('The sink has written what stood before it');
  const target = await sinkPositions(table, kafka, signal);
  for (const began = clock.now(); target.ok; await clock.sleep(PAUSE_MS, signal)) {
    const now = await sinkPositions(table, kafka, signal);
    const letters = await lettersSince(mark, table, kafka, signal);
    if (!now.ok) break;
    const behind = behindOf(target.value, now.value, letters.known ? letters.value : []);
    if (behind === 0) return step.succeed();
    step.update(`${behind} records`);
    if (clock.now() - began > NOTED_MS) break;
  }
  // What follows judges it, and says what was seen.
  step.warn('not yet');
}
