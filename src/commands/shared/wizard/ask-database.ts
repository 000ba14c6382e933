import { askField } from './ask.ts';
import type { Wizard } from './question.ts';
import { answer, hasPassed, labelOf, settingsSoFar } from './state.ts';

/** Databases of people, not of SQL Server itself, that are online. Every login may see their names. */
const DATABASES = `SELECT name, is_cdc_enabled FROM sys.databases
  WHERE name NOT IN (N'master', N'tempdb', N'model', N'msdb') AND state_desc = N'ONLINE' ORDER BY name`;
const OTHER = '\u0000other';

type Row = { name: string; is_cdc_enabled: boolean };

/** The database, from the list that the server gives; typed where it gives none. */
export async function askDatabase(wizard: Wizard): Promise<void> {
  const { state, prompts } = wizard;
  const rows = hasPassed(state, 'database-login') ? await databases(wizard) : [];
  if (rows.length === 0) return askField({ key: 'DB_NAME' }, wizard);
  const before = rows.find(({ name }) => name === state.values.DB_NAME);
  const captured = rows.find((row) => row.is_cdc_enabled);
  const chosen = await prompts.select({
    message: labelOf(state, 'DB_NAME'),
    options: [
      ...rows.map(({ name, is_cdc_enabled: on }) => ({
        value: name,
        label: on ? `${name}  change data capture is on` : name,
      })),
      { value: OTHER, label: 'Another one: type its name' },
    ],
    ...(before === undefined && captured === undefined ? {} : { initial: (before ?? captured)?.name ?? '' }),
    back: true,
  });
  if (chosen === OTHER) return askField({ key: 'DB_NAME' }, wizard);
  answer(state, 'DB_NAME', chosen);
}

async function databases({ state, context }: Wizard): Promise<readonly Row[]> {
  const sql = await context.sqlServer({ ...settingsSoFar(state).database, name: 'master' });
  try {
    const answered = await sql.query<Row>(DATABASES, {}, context.signal);
    context.signal.throwIfAborted();
    return answered.ok ? answered.value : [];
  } finally {
    await sql.close();
  }
}
