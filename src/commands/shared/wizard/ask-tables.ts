import type { Inventory } from '../../../checks/tables/facts.ts';
import { type JudgedTable, judgeTables } from '../../../checks/tables/judged.ts';
import { readInventory } from '../../../checks/tables/questions.ts';
import { includes, qualified } from '../../../connector/table-selection.ts';
import { granted, type Wish } from '../../../connector/table-wish.ts';
import { CliError } from '../../../errors.ts';
import type { FacilitySettings } from '../../../settings/facility.ts';
import { knownTable, tableLists } from '../table-change.ts';
import { askKeys, exactly, tickTables } from '../table-ticks.ts';
import type { Wizard } from './question.ts';
import { answer, labelOf, settingsSoFar, type WizardState } from './state.ts';

/** So many names are shown; more would push the question from the screen. */
const NAMED = 6;

/** Which tables stream, and a key for each of them that has none. */
export async function askTables(wizard: Wizard): Promise<void> {
  const { state, prompts } = wizard;
  const settings = settingsSoFar(state);
  const inventory = await look(wizard, settings);
  if (inventory === undefined) return keep(wizard);
  const offered = judgeTables(inventory, tableLists(settings), new Map()).filter(
    ({ schema }) => schema === 'dbo',
  );
  const streaming = offered.filter(includes(settings.tableIncludeList));
  const uncaptured = streaming.filter(({ captured }) => captured === 'no');
  tell(wizard, streaming, uncaptured);
  const chosen = await prompts.select({
    message: labelOf(state, 'TABLE_INCLUDE_LIST'),
    options: [
      { value: 'all', label: `All ${streaming.length} of them, and those that the vendor adds to dbo` },
      ...(uncaptured.length > 0 && uncaptured.length < streaming.length
        ? [{ value: 'captured', label: `The ${streaming.length - uncaptured.length} that are captured` }]
        : []),
      { value: 'tick', label: 'Let me choose' },
    ],
    back: true,
  });
  const wish =
    chosen === 'tick'
      ? await tickTables(offered, inventory, settings, prompts, true)
      : await plainWish(chosen === 'all' ? [] : uncaptured, streaming, inventory, wizard);
  const lists = granted(wish, inventory.tables.map(knownTable), tableLists(settings));
  answerLists(state, lists.tableIncludeList, lists.messageKeyColumns);
}

async function plainWish(
  left: readonly JudgedTable[],
  streaming: readonly JudgedTable[],
  inventory: Inventory,
  { prompts }: Wizard,
): Promise<Wish> {
  const wanted = streaming.filter((table) => !left.includes(table));
  const { key, keyless } = await askKeys(wanted, inventory, prompts, true);
  const leaveOut = [...left, ...keyless].map(exactly);
  return { ...(leaveOut.length > 0 ? { leaveOut } : {}), ...(key.length > 0 ? { key } : {}) };
}

async function look({ context }: Wizard, settings: FacilitySettings): Promise<Inventory | undefined> {
  const step = context.out.step('List the tables');
  const sql = await context.sqlServer(settings.database);
  try {
    const inventory = await readInventory(sql, context.signal);
    step.succeed(`${inventory.tables.filter(({ schema }) => schema === 'dbo').length} in dbo`);
    return inventory;
  } catch (cause) {
    context.signal.throwIfAborted();
    if (!(cause instanceof CliError)) throw cause;
    step.warn(cause.seen);
    return undefined;
  } finally {
    await sql.close();
  }
}

/** Without a list of tables there is nothing to choose from: what the answer says now stays. */
function keep({ state }: Wizard): void {
  answerLists(state, state.values.TABLE_INCLUDE_LIST ?? '', state.values.MESSAGE_KEY_COLUMNS ?? '');
}

/** Two answers of one question: the way back leads to it once. */
function answerLists(state: WizardState, tables: string, keys: string): void {
  const before = state.trail;
  answer(state, 'MESSAGE_KEY_COLUMNS', keys);
  state.trail = before;
  answer(state, 'TABLE_INCLUDE_LIST', tables);
}

function tell(
  { context: { out } }: Wizard,
  streaming: readonly JudgedTable[],
  uncaptured: readonly JudgedTable[],
) {
  const keyless = streaming.filter(({ key }) => key.kind === 'none');
  if (keyless.length > 0) {
    out.warn(
      `No key: ${named(keyless)}. The warehouse cannot tell their rows apart: for each of them you name the columns that identify a row, or leave it out.`,
    );
  }
  if (uncaptured.length > 0) {
    out.warn(
      `Not captured: ${named(uncaptured)}. The DBA turns that on (clinicmaster-cdc sql enable prints the T-SQL), or they are left out.`,
    );
  }
}

function named(tables: readonly JudgedTable[]): string {
  const names = tables.slice(0, NAMED).map(qualified);
  return tables.length > NAMED ? `${names.join(', ')} and ${tables.length - NAMED} more` : names.join(', ');
}
