import type { Command } from 'commander';
import type { CheckContext, FacilityCheck } from '../../checks/context.ts';
import { kafkaThroughput, type ThroughputFacts } from '../../checks/kafka/kafka-throughput.ts';
import { runChecks } from '../../checks/runner.ts';
import type { WindowFacts } from '../../checks/sqlserver/sql-offset-window.ts';
import { unreadKey } from '../../checks/sqlserver/unread-deletions.ts';
import { copyEstimate, estimateText } from '../../checks/start/estimate.ts';
import { judgeStart, START_RISKS, type StartJudgement, type StartRisk } from '../../checks/start/judge.ts';
import { lookAtPosition, lookBeforeStart } from '../../checks/start/seen.ts';
import type { CheckResult } from '../../checks/types.ts';
import type { Context } from '../../context.ts';
import { CliError, EXIT } from '../../errors.ts';
import type { FacilitySettings } from '../../settings/facility.ts';
import { redactor, secretsOf } from '../../settings/redact.ts';
import { withCheckContext } from './checked.ts';
import type { Options } from './module.ts';

/** Adds `--accept-risk` to a command that starts or restarts the connector. */
export function addAcceptRiskFlag(command: Command): void {
  command.option(
    '--accept-risk <name>',
    'start all the same: resnapshot (every table is copied again), skip-changes (changes are left out); may be repeated',
    (name: string, before: string[] = []) => [...before, name],
  );
}

/**
 * To be called before the connector is started or restarted. Looks at the stored position, at Kafka and at SQL Server, and
 * changes nothing; a copy of all tables that is accepted is noted, so that no check speaks of the gap afterwards. Takes a second or two when all answer.
 * @param what is about to be done, for messages: `restart the container`
 * @throws CliError (failed) when a start would copy the tables again, leave changes out or fail, or nobody can tell, and no
 * `--accept-risk` covers it; (usage) for a risk that has no such name
 */
export async function guardStart(
  settings: FacilitySettings,
  options: Options,
  context: Context,
  what: string,
): Promise<void> {
  const accepted = acceptedStartRisks(options);
  await withCheckContext(settings, context, async (checkContext) => {
    const step = context.out.step('Position before the start');
    const redact = redactor(secretsOf(settings));
    const { facts, results } = await lookAtPosition(checkContext, context.signal);
    const wish = { mode: modeOfWorker(settings), database: settings.database.name, dir: settings.dir };
    const judgement = judgeStart(facts, wish);
    if (judgement.kind === 'fine') {
      step.succeed(redact(`goes on from ${judgement.from}`));
      for (const note of judgement.notes) context.out.warn(redact(note));
      return;
    }
    if (judgement.risk !== undefined && accepted.has(judgement.risk)) {
      step.warn(redact(`${judgement.summary} Accepted: ${judgement.risk}.`));
      if (judgement.risk === 'resnapshot') await settleUnread(checkContext, results);
      return;
    }
    step.fail(redact(judgement.summary));
    const cost = judgement.risk === 'resnapshot' ? await costOf(checkContext, context) : '';
    throw refusal(judgement, what, cost, redact);
  });
}

/** The copy that begins now fetches what was deleted unread. */
async function settleUnread({ memory, settings, clock }: CheckContext, results: readonly CheckResult[]) {
  const window = results.find(({ id }) => id === 'sql-offset-window')?.facts as
    | WindowFacts
    | null
    | undefined;
  const position = window?.position.lsn ?? null;
  const row = window?.window?.ok === true ? window.window.value[0] : undefined;
  if (position === null || row?.oldest_lsn == null || row.oldest_lsn <= position) return;
  const at = new Date(clock.now()).toISOString();
  await memory.keep(unreadKey(settings), { position, oldest: row.oldest_lsn, at, left: [] });
}

/** With hours for the first copy the container copies beside the stream (connect/settings.sh): Debezium itself copies nothing. */
function modeOfWorker({ firstCopyWindow, snapshotMode }: FacilitySettings): string {
  const copies = snapshotMode === 'when_needed' || snapshotMode === 'initial';
  return firstCopyWindow !== '' && copies ? 'no_data' : snapshotMode;
}

/** Connect stores a position every 30 s. */
const STORED_MS = 75_000;
const PAUSE_MS = 1000;

/**
 * After a copy that was accepted: waits until Connect has stored a position that SQL Server has. Until then the checks would
 * judge the one that is lost. Does not wait for the copy to end.
 */
export async function renewedPosition(
  settings: FacilitySettings,
  options: Options,
  context: Context,
): Promise<void> {
  if (!acceptedStartRisks(options).has('resnapshot')) return;
  const { clock, out, signal } = context;
  await withCheckContext(settings, context, async (checkContext) => {
    const step = out.step('New position stored');
    for (const began = clock.now(); ; await clock.sleep(PAUSE_MS, signal)) {
      const { verdicts } = await lookBeforeStart(checkContext, signal);
      if (verdicts['sql-offset-window']?.code !== 'sql-offset-window-lost') return step.succeed();
      if (clock.now() - began > STORED_MS) return step.warn('not yet');
    }
  });
}

/** @throws CliError (usage) for a name that is no risk of a start */
export function acceptedStartRisks(options: Options): ReadonlySet<StartRisk> {
  const given = Array.isArray(options.acceptRisk) ? options.acceptRisk : [];
  const strange = given.filter((name) => !(START_RISKS as readonly string[]).includes(name));
  if (strange.length > 0) {
    throw new CliError('start.unknown-risk', `There is no risk called ${strange.join(', ')}.`, {
      exitCode: EXIT.usage,
      needed: `One of: ${START_RISKS.join(', ')}.`,
    });
  }
  return new Set(given as StartRisk[]);
}

const COST_MS = 20_000;
const throughput = { ...(kafkaThroughput as FacilityCheck), needs: [], timeoutMs: COST_MS };

/** Measures the line: a megabyte that Kafka has to refuse. */
async function costOf(checkContext: CheckContext, context: Context): Promise<string> {
  const { settings } = checkContext;
  const step = context.out.step('What copying again costs');
  const [result] = await runChecks([throughput], checkContext, settings, {
    deep: true,
    signal: context.signal,
  });
  const facts = (result?.facts ?? undefined) as ThroughputFacts | undefined;
  const estimate = copyEstimate(facts, settings.tableIncludeList);
  step.succeed(estimate.measured ? 'line measured' : 'line not measured');
  return estimateText(estimate);
}

function refusal(
  judgement: Exclude<StartJudgement, { kind: 'fine' }>,
  what: string,
  cost: string,
  redact: (text: string) => string,
): CliError {
  const { kind, summary, seen, needed, commands, who, risk, notes } = judgement;
  const way =
    risk === undefined ? '' : `To ${what} all the same, give the same command with --accept-risk ${risk}.`;
  return new CliError(`start.${kind}`, redact(`Did not ${what}. ${summary}`), {
    seen: redact([seen, ...notes].join('\n')),
    needed: redact([needed, cost, way].filter((part) => part !== '').join('\n')),
    commands,
    who,
  });
}
