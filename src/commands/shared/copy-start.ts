import { bytesPerSecond } from '../../checks/kafka/copy-time.ts';
import { load } from '../../checks/kafka/kafka-throughput.ts';
import { sampleChanges } from '../../checks/tables/change-size.ts';
import { type CopyEstimate, estimateCopy } from '../../checks/tables/copy-estimate.ts';
import { type CopyObstacle, copyObstacle } from '../../checks/tables/copyable.ts';
import type { TableFacts } from '../../checks/tables/facts.ts';
import { judgeTables } from '../../checks/tables/judged.ts';
import { readInventory } from '../../checks/tables/questions.ts';
import { type CopyKind, type CopyRequest, copySignal, DATA_LENGTH } from '../../connector/signals.ts';
import { excludesColumn, qualified } from '../../connector/table-selection.ts';
import { bracketedPair } from '../../connector/tsql/quote.ts';
import { alike, tablesMeant, typedName } from '../../connector/typed-names.ts';
import type { Context } from '../../context.ts';
import { CliError, EXIT } from '../../errors.ts';
import { clearMarks, putSignal, readSignals } from '../../install/database/signals.ts';
import type { FacilitySettings } from '../../settings/facility.ts';
import { rateText } from '../../units.ts';
import { type Copies, lookAtCopies, mustRun } from './copies.ts';

/** What is to be copied, and what that costs. */
export interface CopyPlan {
  tables: readonly TableFacts[];
  where: string;
  estimate: CopyEstimate;
}

/**
 * The tables that are meant, judged, and the estimate. Nothing is written.
 * @param texts names as they were typed
 * @throws CliError for names that mean nothing, and for tables that Debezium would pass over
 */
export async function planCopy(
  texts: readonly string[],
  where: string,
  settings: FacilitySettings,
  copies: Copies,
  context: Context,
): Promise<CopyPlan> {
  const { sql, chunkRows } = copies;
  const { clock, signal, out } = context;
  await mustRun(copies);
  await noneUnderWay(copies, context);
  const step = out.step('Tables of SQL Server');
  const inventory = await readInventory(sql, signal);
  const tables = meant(texts, inventory.tables);
  const { columnExcludeList } = settings;
  const excluded = excludesColumn(columnExcludeList);
  const { sizes } = await sampleChanges(tables, excluded, sql, clock, signal);
  step.succeed(`${tables.length} to copy`);
  const judged = judgeTables({ ...inventory, tables }, settings, sizes);
  const obstacles = judged.flatMap((table) => copyObstacle(table, table.change, chunkRows) ?? []);
  if (obstacles.length > 0) throw notCopyable(obstacles);
  if (where !== '') await tryCondition(where, tables, copies, context);
  const polling = await captureRest(copies, context);
  const rate = await lineRate(settings, copies, context);
  return { tables, where, estimate: estimateCopy(tables, sizes, chunkRows, rate, polling) };
}

/** Asks Debezium for it. From here on it goes on without this program. @returns what was asked for */
export async function requestCopy(
  { tables, where, estimate }: CopyPlan,
  kind: CopyKind,
  copies: Copies,
  context: Context,
): Promise<CopyRequest> {
  const { sql, access } = copies;
  const { clock, signal } = context;
  const draft = {
    kind,
    at: clock.now(),
    tables: tables.map(({ schema, table }) => ({ schema, table })),
    where,
    before: 0,
    chunks: estimate.chunks,
    rows: estimate.rows,
  };
  // Before anything is written; the count of marks that is put in below takes a few digits more.
  if (copySignal(draft, access.database).data.length > DATA_LENGTH - 10) throw tooMany(tables.length);
  await clearMarks(sql, access, signal);
  const { chunksRead: before } = await readSignals(sql, access, signal);
  const row = copySignal({ ...draft, before }, access.database);
  await putSignal(sql, row, signal);
  return { ...draft, before, id: row.id };
}

async function noneUnderWay(copies: Copies, context: Context): Promise<void> {
  const { phase } = await lookAtCopies(copies, context);
  if (phase === 'none' || phase === 'finished' || phase === 'stopped') return;
  throw new CliError('copy.under-way', 'A copy is under way already.', {
    seen: phase === 'foreign' ? 'one that was asked for by hand' : phase,
    needed: 'One at a time: wait for its end, or stop it.',
    commands: ['clinicmaster-cdc snapshot --status', 'clinicmaster-cdc snapshot --stop'],
  });
}

function meant(texts: readonly string[], known: readonly TableFacts[]): TableFacts[] {
  const found = texts.flatMap((text) => {
    const tables = tablesMeant(typedName(text), known);
    if (tables.length > 0) return tables;
    const near = alike(
      text.replace(/^dbo\./i, ''),
      known.map(({ table }) => table),
    );
    throw new CliError('tables.unknown', `No table is called ${text}.`, {
      exitCode: EXIT.usage,
      ...(near.length > 0 ? { seen: `there is ${near.map((name) => `dbo.${name}`).join(', ')}` } : {}),
      needed: 'A table that exists and that the login may read, as in dbo.Visits.',
      commands: ['clinicmaster-cdc tables --all'],
    });
  });
  return [...new Map(found.map((table) => [qualified(table), table])).values()];
}

function notCopyable(obstacles: readonly CopyObstacle[]): CliError {
  const [first] = obstacles;
  const more = obstacles.length > 1 ? `, and ${obstacles.length - 1} more` : '';
  return new CliError('copy.not-copyable', `${first?.table} ${first?.why}${more}. Nothing was started.`, {
    ...(obstacles.length > 1
      ? { seen: obstacles.map(({ table, why }) => `${table} ${why}`).join('\n') }
      : {}),
    needed: [...new Set(obstacles.map(({ todo }) => todo))].join('\n'),
    commands: [...new Set(obstacles.flatMap(({ commands }) => commands))],
    who: obstacles.every(({ who }) => who === 'dba') ? 'dba' : 'you',
  });
}

/** The condition becomes part of Debezium's query: one that SQL Server refuses would stop the stream. */
async function tryCondition(
  where: string,
  tables: readonly TableFacts[],
  { sql }: Copies,
  { signal }: Context,
): Promise<void> {
  // No statement of its own, and no comment that would swallow what Debezium puts behind it.
  const strange = /;|--|\/\*/.exec(where)?.[0];
  for (const { schema, table } of tables) {
    const answer =
      strange === undefined
        ? await sql.query(
            `SELECT TOP (0) 1 AS one FROM ${bracketedPair(schema, table)} WHERE (${where})`,
            {},
            signal,
          )
        : undefined;
    if (answer?.ok === true) continue;
    throw new CliError('copy.where', 'The condition of --where cannot be used.', {
      exitCode: EXIT.usage,
      seen: answer === undefined ? `it holds ${strange}` : answer.failure.message,
      needed: `A condition of T-SQL on the columns of ${schema}.${table}, as in "VisitDate >= '2024-01-01'".`,
    });
  }
}

/** Seconds that the capture job rests; null where the login may not see the jobs, as is usual. */
export async function captureRest({ sql }: Pick<Copies, 'sql'>, { signal }: Context): Promise<number | null> {
  const answer = await sql.query<{ rest: number | string | null }>(
    `SELECT pollinginterval AS rest FROM msdb.dbo.cdc_jobs WHERE job_type = N'capture' AND database_id = DB_ID()`,
    {},
    signal,
  );
  const rest = answer.ok ? answer.value[0]?.rest : null;
  return rest === null || rest === undefined ? null : Number(rest);
}

/** Bytes a second to Kafka; null where it does not take the load that it must refuse. */
export async function lineRate(
  settings: FacilitySettings,
  { names }: Pick<Copies, 'names'>,
  context: Context,
): Promise<number | null> {
  const step = context.out.step('Speed of the line to Kafka');
  const kafka = await context.kafka(settings.kafka, `cdc.${settings.facilityId}.cli`);
  try {
    const answer = await load({ kafka }, names.topics.heartbeat, context.signal);
    if (answer.ok) {
      const rate = bytesPerSecond(answer.value);
      step.succeed(`${rateText(rate)}, by at most 1 MiB that Kafka had to refuse`);
      return rate;
    }
    step.warn(`not measured: ${answer.failure.message}`);
    return null;
  } finally {
    await kafka.close();
  }
}

function tooMany(count: number): CliError {
  return new CliError('copy.too-many', `${count} tables do not fit into one request.`, {
    exitCode: EXIT.usage,
    needed: 'Fewer at a time; some thirty names fit.',
  });
}
