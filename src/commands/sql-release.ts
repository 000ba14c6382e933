import type { Command } from 'commander';
import { HEARTBEAT_TABLE, OWN_SCHEMA, READER_ROLE } from '../connector/own-schema.ts';
import { isToolTable, qualified } from '../connector/table-selection.ts';
import { isHandoverScriptable } from '../connector/tsql/handover.ts';
import { unscriptableNote } from '../connector/tsql/quote.ts';
import { type Release, releaseBatch } from '../connector/tsql/release.ts';
import type { Context } from '../context.ts';
import type { ExitCode } from '../errors.ts';
import { capturedTables } from '../install/database/captured-tables.ts';
import { parseDuration } from '../settings/duration.ts';
import { capturedMeant, captureUnseen } from './shared/captured.ts';
import type { Target } from './shared/database.ts';
import { addDatabaseFlags, lookAt, lookerConnection, openTarget, requireDba } from './shared/database.ts';
import { openFacility } from './shared/facility.ts';
import { type CommandModule, examples, type Options } from './shared/module.ts';
import { untilGoneOn, untilSent } from './shared/sent-tables.ts';
import { addScriptFlags, mayApply, scriptOrApply } from './shared/sql-run.ts';

/** `sql release`: ends the capture of named tables while a vendor's script truncates or renames them. */
export const sqlRelease: CommandModule = { define, run };

const COMMAND = 'release';
/** Connect stores a position every half minute. */
const PATIENCE_MS = 90_000;

function define(command: Command): void {
  addDatabaseFlags(command);
  addScriptFlags(command, false);
  command
    .argument('<table...>', 'tables that a script is to truncate, rename or make anew')
    .option('--patience <duration>', 'how long to wait until everything of them is sent (90s)');
  command.addHelpText('after', HELP);
  command.hook('preAction', (self) => {
    self.setOptionValue('named', [...self.args]);
  });
}

const HELP = `
SQL Server refuses TRUNCATE TABLE on a captured table, and the renaming of a
captured column: a vendor's script that does so stops in the middle. For these
tables, and for as long as the script runs, the capture is ended. Nobody may
work in ClinicMaster meanwhile. The command waits until everything of them is
sent, and refuses where it is not. Afterwards:

  clinicmaster-cdc sql enable --apply     they are captured again
  clinicmaster-cdc recover gap            copies these tables, and these alone

Names: dbo.Visits, or Visits. * stands for any characters.
${examples([
  ['clinicmaster-cdc sql release dbo.Visits', 'T-SQL for the DBA'],
  ['clinicmaster-cdc sql release dbo.Visits dbo.Bills --apply', 'asks for the login of a DBA and runs it'],
])}`;

async function run(context: Context, options: Options): Promise<ExitCode> {
  if (options.apply === true) mayApply(options, context);
  const { patience } = options;
  const patienceMs = typeof patience === 'string' ? parseDuration(patience, '--patience') : PATIENCE_MS;
  const settings = await openFacility(context, options);
  const opened = await openTarget(context, options);
  const target = options.apply === true ? await requireDba(opened, options, context) : opened;
  const seen = await lookAt(target, false, context);
  const names = Array.isArray(options.named) ? options.named : [];
  const { ours, others, heartbeat, unwritable } = await lookAtCapture(names, target, context);
  const sent = await untilSent(ours, settings, target, patienceMs, context);
  return scriptOrApply(
    {
      name: 'sql release',
      purpose: 'Ends the capture of tables for as long as a script of the vendor needs it.',
      nothing: 'Nothing to do: none of these tables is captured by the connector.',
      next: ['clinicmaster-cdc sql enable --apply', 'clinicmaster-cdc recover gap'],
      ...(heartbeat === undefined
        ? {}
        : { settled: () => untilGoneOn(heartbeat, settings, target, patienceMs, context) }),
    },
    {
      batches: sent.length === 0 ? [] : [releaseBatch(seen.facts.database, sent, heartbeat)],
      notes: [
        'Nobody may work in ClinicMaster from now until these tables are captured again: what changes in them does not stream.',
        'After the script of the vendor: sql enable captures them again, and recover gap copies them.',
        'The log of the worker shows one error, Invalid object name, with the next change: the connector begins anew within ten seconds and loses nothing. Wait a minute before the next script.',
        ...(heartbeat === undefined
          ? [
              'Without the schema clinicmaster_cdc nothing proves that the capture job is up to date: wait five minutes without users first.',
            ]
          : []),
        ...(others.length > 0
          ? [
              `Captured for somebody else, and left alone: ${others.join(', ')}. A TRUNCATE still fails on them.`,
            ]
          : []),
        ...unscriptableNote(unwritable),
      ],
    },
    seen,
    target,
    options,
    context,
  );
}

type Instance = Omit<Release, 'last'>;

interface Capture {
  /** What the connector reads of the tables that are meant. */
  ours: Instance[];
  /** Names of instances of these tables that bear another role. */
  others: string[];
  /** The capture of our heartbeat row. */
  heartbeat: string | undefined;
  unwritable: string[];
}

async function lookAtCapture(names: readonly string[], target: Target, context: Context): Promise<Capture> {
  const sql = await lookerConnection(target, context);
  const tables = await capturedTables(sql, context.signal).finally(() => sql.close());
  if (!tables.ok) throw captureUnseen(COMMAND, tables.failure);
  const theirs = tables.value.filter((table) => !isToolTable(table) && table.schema !== OWN_SCHEMA);
  const chosen = capturedMeant(COMMAND, names, theirs);
  const writable = chosen.filter(isHandoverScriptable);
  const all = writable.flatMap((table) => table.instances.map((instance) => ({ table, instance })));
  const isOurs = ({ instance: { role } }: Instance) => role === null || role === READER_ROLE;
  return {
    ours: all.filter(isOurs),
    others: all.filter((one) => !isOurs(one)).map(({ instance }) => instance.name),
    heartbeat: tables.value
      .find(({ schema, table }) => schema === OWN_SCHEMA && table === HEARTBEAT_TABLE)
      ?.instances.at(-1)?.name,
    unwritable: chosen.filter((table) => !writable.includes(table)).map(qualified),
  };
}
