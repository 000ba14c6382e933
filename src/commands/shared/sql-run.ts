import { resolve as absolute } from 'node:path';
import type { Command } from 'commander';
import { PASSWORD_PLACEHOLDER, type SqlBatch, withPassword } from '../../connector/tsql/batch.ts';
import type { SqlPlan } from '../../connector/tsql/enable.ts';
import { batchText, PROVEN_ON, type ScriptHead, scriptText } from '../../connector/tsql/script.ts';
import type { Context } from '../../context.ts';
import { CliError, EXIT, type ExitCode } from '../../errors.ts';
import type { Seen } from '../../install/database/look.ts';
import { type BatchResult, type BatchWatch, runBatches } from '../../install/database/run-batches.ts';
import { ENV_MODE } from '../../install/steps/files.ts';
import { appliedText, scriptResultText } from '../../ui/sql-text.ts';
import { mayAsk } from './agree.ts';
import { dbaConnection, type Target } from './database.ts';
import type { Options } from './module.ts';

/** One of the `sql` commands, as its answers name it. */
export interface SqlCommand {
  /** `sql enable` */
  name: string;
  /** What its script is for, in one sentence. */
  purpose: string;
  /** Said when there is nothing to run. */
  nothing: string;
  /** What comes next when all is done. */
  next: readonly string[];
  /** What is waited for once all batches have run. */
  settled?: () => Promise<void>;
}

/** Flags that say what becomes of the T-SQL. @param secret false: no batch ever holds the connector's password */
export function addScriptFlags(command: Command, secret = true): void {
  command.option('--out <file>', 'write the script to a file (readable by you alone) instead of printing it');
  if (secret) {
    command.option(
      '--with-password',
      "put the connector's password into the script instead of a placeholder",
    );
  }
  command.option('--apply', 'run the batches as the DBA, each shown and confirmed; --yes confirms all');
}

/** Prints the script, writes it, or runs it, as the flags say. */
export async function scriptOrApply(
  command: SqlCommand,
  plan: SqlPlan,
  seen: Seen,
  target: Target,
  options: Options,
  context: Context,
): Promise<ExitCode> {
  if (plan.batches.length === 0) return nothingToDo(command, plan, seen, target, context);
  if (options.apply === true) return apply(command, plan, seen, target, options, context);
  return script(command, plan, seen, target, options, context);
}

function about(command: SqlCommand, plan: SqlPlan, seen: Seen, target: Target) {
  const { server } = seen.facts;
  return {
    command: command.name,
    database: seen.facts.database,
    server: server === null ? null : { version: server.version, edition: server.edition },
    host: `${target.database.host}:${target.database.port}`,
    asker: seen.asker,
    unseen: seen.unseen,
    notes: plan.notes,
  };
}

function nothingToDo(
  command: SqlCommand,
  plan: SqlPlan,
  seen: Seen,
  target: Target,
  { out }: Context,
): ExitCode {
  const data = {
    ok: true,
    changed: false,
    ...about(command, plan, seen, target),
    batches: [] as BatchResult[],
    headline: command.nothing,
    next: [] as string[],
  };
  out.result(data, appliedText);
  return EXIT.ok;
}

async function script(
  command: SqlCommand,
  plan: SqlPlan,
  seen: Seen,
  target: Target,
  options: Options,
  context: Context,
): Promise<ExitCode> {
  const { server } = seen.facts;
  const head: ScriptHead = {
    purpose: command.purpose,
    maker: `clinicmaster-cdc ${context.version}`,
    target: `the database ${seen.facts.database} on ${target.database.host}:${target.database.port}`,
    seen:
      server === null
        ? 'nothing; nobody looked'
        : `SQL Server ${server.version}, ${server.edition}, as ${seen.asker}`,
    unseen: seen.unseen,
    notes: plan.notes,
  };
  const text = scriptText(plan.batches, head);
  const whole = options.withPassword === true ? withPassword(text, requirePassword(target)) : text;
  const data = {
    ok: true,
    changed: false,
    ...about(command, plan, seen, target),
    batches: plan.batches.map(({ id, title, cost, undo, sql }) => ({
      id,
      title,
      cost,
      undo,
      sql,
      state: 'to-do',
    })),
  };
  if (typeof options.out !== 'string') {
    context.out.result({ ...data, script: whole }, scriptResultText);
    return EXIT.ok;
  }
  const path = absolute(context.host.cwd, options.out);
  await context.files.writeAtomically(path, whole, ENV_MODE);
  context.out.result({ ...data, out: path }, scriptResultText);
  return EXIT.ok;
}

function requirePassword(target: Target): string {
  if (target.database.password !== '') return target.database.password;
  throw new CliError('sql.no-password', "The password of the connector's login is missing.", {
    exitCode: EXIT.usage,
    needed: 'DB_PASS in the environment, or a line DB_PASS=… with --passwords-stdin.',
  });
}

async function apply(
  command: SqlCommand,
  plan: SqlPlan,
  seen: Seen,
  target: Target,
  options: Options,
  context: Context,
): Promise<ExitCode> {
  const { out } = context;
  mayApply(options, context);
  for (const note of plan.notes) out.note(note);
  if (seen.facts.server?.standIn !== true) out.warn(PROVEN_ON);
  const needsPassword = plan.batches.some(({ sql }) => sql.includes(PASSWORD_PLACEHOLDER));
  const password = needsPassword ? await connectorPassword(target, options, context) : '';
  const results = await applyBatches(plan.batches, password, target, options, context);
  const ok = results.every(({ state }) => state === 'done');
  if (ok) await command.settled?.();
  const data = {
    ok,
    changed: results.some(({ state }) => state === 'done'),
    ...about(command, plan, seen, target),
    batches: results,
    headline: ok ? `Done: ${results.length} batches.` : '',
    next: ok ? command.next : [],
  };
  out.result(data, appliedText);
  return ok ? EXIT.ok : EXIT.failed;
}

/** @throws CliError (usage) where each batch is to be confirmed and nobody can be asked */
export function mayApply(options: Options, { interactive }: Context): void {
  if (options.yes === true || interactive) return;
  throw new CliError(
    'sql.unconfirmed',
    '--apply asks before each batch, and there is no terminal to ask at.',
    {
      exitCode: EXIT.usage,
      needed: '--yes, after reading what the same command prints without --apply.',
    },
  );
}

/** Runs batches as the DBA, shown and confirmed one by one. */
export async function applyBatches(
  batches: readonly SqlBatch[],
  password: string,
  target: Target,
  options: Options,
  context: Context,
): Promise<BatchResult[]> {
  const sql = await dbaConnection(target, context);
  try {
    return await runBatches(batches, sql, password, watch(batches.length, options, context), context.signal);
  } finally {
    await sql.close();
  }
}

async function connectorPassword(target: Target, options: Options, context: Context): Promise<string> {
  if (target.database.password !== '' || !mayAsk(context, options)) {
    return requirePassword(target);
  }
  const prompts = await context.prompts();
  return prompts.secret({
    message: `New password for ${target.database.user}`,
    check: (text) => (text === '' ? 'The password is empty.' : undefined),
  });
}

/** Columns of the comments above a batch that is shown. */
const SHOWN_WIDTH = 76;

function watch(count: number, options: Options, context: Context): BatchWatch {
  const { out } = context;
  let all = options.yes === true;
  return {
    async agreed(batch, index) {
      out.heading(`${index + 1} of ${count}`);
      out.note(batchText(batch, index, SHOWN_WIDTH));
      if (all) return true;
      const prompts = await context.prompts();
      const answer = await prompts.text({
        message: 'Run it? (y)es, (n)o and stop here, (a)ll that follow too',
        check: (text) => (/^[yna]/i.test(text.trim()) ? undefined : 'Type y, n or a.'),
      });
      all = /^\s*a/i.test(answer);
      return all || /^\s*y/i.test(answer);
    },
    begin(batch) {
      const step = out.step(batch.title);
      return { done: () => step.succeed(), failed: (seen) => step.fail(seen) };
    },
  };
}
