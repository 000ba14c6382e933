import { askField } from './ask.ts';
import type { Wizard } from './question.ts';
import { answer, labelOf } from './state.ts';

/** SQL Server Browser answers at once or not at all; most sites do not run it. */
const BROWSER_MS = 1500;
const USUAL_PORT = 1433;
const OTHER = 'other';

/** The port of SQL Server. Where SQL Server Browser tells of named instances, they are offered with their ports. */
export async function askPort(wizard: Wizard): Promise<void> {
  const { state, context, prompts } = wizard;
  const network = await context.network();
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(BROWSER_MS)]);
  const told = await network.sqlInstances(state.values.DB_HOST ?? '', signal);
  context.signal.throwIfAborted();
  const instances = (told.ok ? told.value : []).filter(({ port }) => port !== undefined);
  if (instances.every(({ port }) => port === USUAL_PORT)) return askField({ key: 'DB_PORT' }, wizard);
  const chosen = await prompts.select({
    message: `${labelOf(state, 'DB_PORT')}: which instance holds ClinicMaster?`,
    options: [
      ...instances.map(({ name, port }) => ({ value: String(port), label: `${name}  port ${port}` })),
      { value: OTHER, label: 'Another port' },
    ],
    back: true,
  });
  if (chosen === OTHER) return askField({ key: 'DB_PORT' }, wizard);
  answer(state, 'DB_PORT', chosen);
}
