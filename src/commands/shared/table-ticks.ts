import { type Inventory, typeText } from '../../checks/tables/facts.ts';
import { type JudgedTable, judgeTables } from '../../checks/tables/judged.ts';
import { includes, qualified } from '../../connector/table-selection.ts';
import type { Wish } from '../../connector/table-wish.ts';
import { bracketed, bracketedPair } from '../../connector/tsql/quote.ts';
import type { Context } from '../../context.ts';
import { CliError, EXIT } from '../../errors.ts';
import type { FacilitySettings } from '../../settings/facility.ts';
import type { PromptPort } from '../../ui/prompts/prompt-port.ts';
import { tableLists } from './table-change.ts';

/** Ticks in a list: what shall stream, then a key for each chosen table that has none. */
export async function chooseAtTerminal(
  inventory: Inventory,
  settings: FacilitySettings,
  context: Context,
): Promise<Wish> {
  if (!context.interactive) {
    throw new CliError('tables.no-terminal', 'There is no terminal to choose at.', {
      exitCode: EXIT.usage,
      needed: 'Name the tables instead.',
      commands: [
        'clinicmaster-cdc tables --stream dbo.Visits,dbo.Triage',
        "clinicmaster-cdc tables --leave-out 'dbo.Log*'",
      ],
    });
  }
  const judged = judgeTables(inventory, tableLists(settings), new Map());
  const offered = judged.filter(({ schema }) => schema === 'dbo');
  return tickTables(offered, inventory, settings, await context.prompts(), false);
}

/** @param back whether Escape leads away from the lists */
export async function tickTables(
  offered: readonly JudgedTable[],
  inventory: Inventory,
  settings: FacilitySettings,
  prompts: PromptPort,
  back: boolean,
): Promise<Wish> {
  const before = includes(settings.tableIncludeList);
  const ticked = new Set(
    await prompts.choose({
      message: 'Tables that shall stream',
      options: offered.map((table) => ({
        value: exactly(table),
        label: qualified(table),
        hint: hint(table),
        chosen: before(table),
      })),
      back,
    }),
  );
  const wanted = offered.filter((table) => ticked.has(exactly(table)));
  const { key, keyless } = await askKeys(wanted, inventory, prompts, back);
  const streams = (table: JudgedTable) => ticked.has(exactly(table)) && !keyless.includes(table);
  const stream = offered.filter((table) => streams(table) && !before(table)).map(exactly);
  const leaveOut = offered.filter((table) => !streams(table) && before(table)).map(exactly);
  return {
    ...(stream.length > 0 ? { stream } : {}),
    ...(leaveOut.length > 0 ? { leaveOut } : {}),
    ...(key.length > 0 ? { key } : {}),
  };
}

/**
 * Columns that identify a row, for each table that has no key.
 * @returns `key` in the words of the flag; `keyless` for those that nobody gave one
 */
export async function askKeys(
  wanted: readonly JudgedTable[],
  inventory: Inventory,
  prompts: PromptPort,
  back: boolean,
): Promise<{ key: string[]; keyless: JudgedTable[] }> {
  const key: string[] = [];
  const keyless: JudgedTable[] = [];
  for (const table of wanted.filter(({ key: own }) => own.kind === 'none')) {
    const columns = await prompts.choose({
      message: `Key columns of ${qualified(table)} (none: it is left out)`,
      options: columnOptions(inventory, table),
      back,
    });
    if (columns.length === 0) keyless.push(table);
    else key.push(`${exactly(table)}:${columns.join(',')}`);
  }
  return { key, keyless };
}

function columnOptions(inventory: Inventory, table: JudgedTable) {
  const facts = inventory.tables.find((other) => qualified(other) === qualified(table));
  return (facts?.columns ?? []).map((column) => ({
    value: bracketed(column.name),
    label: column.name,
    hint: `${typeText(column)}${column.nullable ? ', may be NULL' : ''}`,
    chosen: false,
  }));
}

function hint({ rows, captured, key }: JudgedTable): string {
  return [
    rows === null ? '' : `${rows} rows`,
    captured === 'no' ? 'not captured' : '',
    key.kind === 'none' ? 'no key' : '',
  ]
    .filter((part) => part !== '')
    .join(', ');
}

/** A table's name as the flags take it, whatever signs are in it. */
export function exactly({ schema, table }: { schema: string; table: string }): string {
  return bracketedPair(schema, table);
}
