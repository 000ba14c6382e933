import type { Command } from 'commander';
import type { CheckContext, FacilityCheck } from '../../checks/context.ts';
import { applyCure, type Cure, curesFor, type FixReport, riskNames } from '../../checks/fix.ts';
import type { CheckResult } from '../../checks/types.ts';
import type { Context } from '../../context.ts';
import { CliError, EXIT } from '../../errors.ts';
import type { FacilitySettings } from '../../settings/facility.ts';
import { redactor, secretsOf } from '../../settings/redact.ts';
import { withCheckContext } from './checked.ts';
import type { Options } from './module.ts';

/** A cure may bring to light what it hid: a container that was started shows a failed task. */
const MOST_ROUNDS = 4;

type FacilityCure = Cure<CheckContext, FacilitySettings>;

/** What `doctor` did about what it found, or could do. */
export interface Cures {
  /** With `--fix`: how each cure went. */
  fixes?: FixReport[];
  /** Without it: what it would do. */
  fixable?: { check: string; code: string; risk: string; says: string }[];
}

/** What the user allows, and for which facility. */
export interface Leave {
  accepted: ReadonlySet<string>;
  options: Options;
  settings: FacilitySettings;
}

/** The flags of `--fix`. */
export function addFixFlags(command: Command): void {
  command
    .option('--fix', 'cure what can be cured safely; each cure is named and asked for first')
    .option('--accept-risk <name>', 'allow --fix this riskier cure too; may be repeated', collected)
    .option('--yes', 'with --fix: ask nothing');
}

function collected(name: string, before: string[] = []): string[] {
  return [...before, name];
}

/** What `--fix` would do about these results. Nothing is done. */
export function curable(
  checks: readonly FacilityCheck[],
  results: readonly CheckResult[],
  settings: FacilitySettings,
): Cures {
  return {
    fixable: curesFor(checks, results, settings).map(({ check, code, risk, says }) => {
      return { check, code, risk, says };
    }),
  };
}

/**
 * Applies the cures of what was found: each is named, asked for (`--yes` answers), applied and checked again.
 * @param look runs all checks once more
 * @returns the results after the last cure
 */
export async function cure(
  checks: readonly FacilityCheck[],
  found: CheckResult[],
  look: () => Promise<CheckResult[]>,
  leave: Leave,
  context: Context,
): Promise<{ checks: CheckResult[]; fixes: FixReport[] }> {
  const { settings } = leave;
  let results = found;
  const seen = new Set<string>();
  const fixes: FixReport[] = [];
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const cures = curesFor(checks, results, settings).filter(
      ({ check, code }) => !seen.has(`${check} ${code}`),
    );
    if (cures.length === 0) break;
    if (round === 0) context.out.heading('Cures');
    const reports = await withCheckContext(settings, context, async (checkContext) => {
      const done: FixReport[] = [];
      for (const one of cures) {
        seen.add(`${one.check} ${one.code}`);
        done.push(await attempt(one, checks, leave, checkContext, context));
      }
      return done;
    });
    fixes.push(...reports);
    if (!reports.some(({ outcome }) => APPLIED.has(outcome))) break;
    results = await look();
  }
  return { checks: results, fixes };
}

async function attempt(
  one: FacilityCure,
  checks: readonly FacilityCheck[],
  { accepted, options, settings }: Leave,
  checkContext: CheckContext,
  context: Context,
): Promise<FixReport> {
  context.signal.throwIfAborted();
  const refusal = await refused(one, accepted, options, context);
  const { fix: _fix, facts: _facts, ...said } = one;
  if (refusal !== undefined) return { ...said, outcome: refusal };
  const redact = redactor(secretsOf(settings));
  const step = context.out.step(one.says);
  const raw = await applyCure(one, checks, settings, {
    context: checkContext,
    clock: context.clock,
    signal: context.signal,
    progress: (message) => step.update(redact(message)),
  });
  const report = raw.after === undefined ? raw : { ...raw, after: redact(raw.after) };
  if (report.outcome === 'cured') step.succeed(report.after);
  else if (report.outcome === 'gone') step.unchanged('not needed any more');
  else step.fail(report.after);
  return report;
}

const APPLIED = new Set<FixReport['outcome']>(['cured', 'not-cured', 'failed', 'gone']);

/** Why a cure is not applied; undefined when it may be. */
async function refused(
  { risk, says }: FacilityCure,
  accepted: ReadonlySet<string>,
  options: Options,
  context: Context,
): Promise<'risk-not-accepted' | 'declined' | 'not-confirmed' | undefined> {
  if (risk !== 'safe' && !accepted.has(risk)) {
    context.out.note(`${says} Not done: it needs --accept-risk ${risk}.`);
    return 'risk-not-accepted';
  }
  if (options.yes === true) return undefined;
  if (!context.interactive) {
    context.out.note(`${says} Not done: nobody can be asked; add --yes.`);
    return 'not-confirmed';
  }
  const prompts = await context.prompts();
  return (await prompts.confirm(`${says} Do it?`, risk === 'safe')) ? undefined : 'declined';
}

/** @throws CliError (usage) for a name that no cure has, and for flags of --fix without it */
export function acceptedRisks(checks: readonly FacilityCheck[], options: Options): ReadonlySet<string> {
  const given = Array.isArray(options.acceptRisk) ? options.acceptRisk : [];
  const known = riskNames(checks);
  const strange = given.filter((name) => !known.includes(name));
  if (strange.length > 0) {
    throw new CliError('doctor.unknown-risk', `There is no risk called ${strange.join(', ')}.`, {
      exitCode: EXIT.usage,
      needed: `One of: ${known.join(', ')}.`,
      commands: ['clinicmaster-cdc doctor --fix'],
    });
  }
  if (options.fix !== true && (given.length > 0 || options.yes === true)) {
    throw new CliError('doctor.no-fix', 'Without --fix nothing is changed.', {
      exitCode: EXIT.usage,
      seen: given.length > 0 ? '--accept-risk' : '--yes',
      needed: '--fix besides.',
      commands: ['clinicmaster-cdc doctor --fix'],
    });
  }
  return new Set(given);
}
