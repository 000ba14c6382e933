import type { Command } from 'commander';
import type { GroupPosition } from '../adapters/kafka-port.ts';
import { behindOf, lettersKept, sinkPositions } from '../central/ghosts/evidence.ts';
import {
  type Codes,
  countRecode,
  noteRecode,
  type RecodeCount,
  recodeBegun,
  recodeTable,
} from '../central/recode.ts';
import { sinkTables } from '../central/warehouse/tables.ts';
import type { Context } from '../context.ts';
import { CliError, EXIT, type ExitCode } from '../errors.ts';
import { recodedText, recodePlanText } from '../ui/recode-text.ts';
import { agree } from './shared/agree.ts';
import { acceptedRisks, addCentralFlags, addRisks, type CentralSite, withCentral } from './shared/central.ts';
import { type CommandModule, examples, type Options } from './shared/module.ts';

/** `central recode`: gives a facility's rows in the warehouse another code. */
export const centralRecode: CommandModule = { define, run };

const RISKS = ['rename-rows', 'rows-under-both', 'sink-behind'] as const;

function define(command: Command): void {
  addCentralFlags(command);
  command
    .argument('<old>', 'the code that the rows carry')
    .argument('<new>', 'the code that they shall carry');
  command.option('--dry-run', 'count, and change nothing');
  addRisks(
    command,
    'rename-rows (always needed), rows-under-both (the new code streams already), sink-behind (records of the old code may come yet)',
  );
  command.option('--yes', 'ask nothing').addHelpText('after', HELP);
}

const HELP = `
For a facility that got another DHIS2 code and is the same one. Run it after the facility has stopped under the
old code and before it starts under the new one: a delete that came in between would miss its row. Changes the
column facility_dhis2_code of this facility's rows and nothing else, 16 MB of a table at a time. Refused where a
key would stand there twice. Can be repeated, also after it was cut off.
Two facilities that become one keep both codes; reports join them (docs/playbooks/changed-code.md).
${examples([
  ['clinicmaster-cdc central recode OLD12345678 NEW12345678 --dry-run', 'counts'],
  [
    'clinicmaster-cdc central recode OLD12345678 NEW12345678 --accept-risk rename-rows',
    'counts, asks, changes',
  ],
])}`;

function run(context: Context, options: Options): Promise<ExitCode> {
  const { out } = context;
  const codes = codesOf(options);
  const accepted = acceptedRisks(options, RISKS);
  const command = 'central recode';
  return withCentral(context, options, async (site) => {
    const { warehouse, settings } = site;
    const tables = await sinkTables(warehouse);
    const counts = await countRecode(warehouse, tables, codes);
    const begun = await recodeBegun(warehouse, codes);
    const plan = { ...codes, tables: counts };
    if (counts.every(({ was }) => was === 0)) {
      if (!begun) throw nothingThere(codes);
      out.result({ ok: true, command, changed: false, ...plan, rows: 0, next: nextOf(codes) }, recodedText);
      return EXIT.ok;
    }
    out.block((style) => recodePlanText(plan, style));
    fits(counts, codes, begun || accepted.has('rows-under-both'));
    if (options.dryRun === true) {
      out.result(
        { ok: true, command, changed: false, dryRun: true, ...plan, rows: 0, next: [] },
        () => 'Nothing was changed.',
      );
      return EXIT.ok;
    }
    if (!accepted.has('rename-rows')) {
      throw new CliError('recode.risk', 'This changes the key of every row of the facility.', {
        exitCode: EXIT.usage,
        needed: '--accept-risk rename-rows, once the counts above are what you expect. Nothing was changed.',
      });
    }
    if (!accepted.has('sink-behind')) await nothingBefore(counts, site, context);
    const rows = counts.reduce((sum, { was }) => sum + was, 0);
    await agree(
      { question: `Give ${rows} rows of ${codes.was} the code ${codes.becomes}?`, preset: false },
      options,
      context,
    );
    await noteRecode(warehouse, codes, settings.warehouse.user);
    let changed = 0;
    for (const table of tables.filter(({ name }) =>
      counts.some((one) => one.table === name && one.was > 0),
    )) {
      const step = out.step(`public."${table.name}"`);
      const done = await recodeTable(warehouse, table, codes, (sum) => step.update(`${sum} rows`));
      step.succeed(`${done} rows`);
      changed += done;
    }
    const after = await countRecode(warehouse, tables, codes);
    const left = after.reduce((sum, { was }) => sum + was, 0);
    const data = { ...codes, tables: after, rows: changed, next: left === 0 ? nextOf(codes) : [] };
    out.result({ ok: left === 0, command, changed: changed > 0, ...data }, recodedText);
    return left === 0 ? EXIT.ok : EXIT.failed;
  });
}

/** @throws CliError (usage) */
function codesOf({ args }: Options): Codes {
  const [was = '', becomes = ''] = Array.isArray(args) ? args.map((text) => text.trim()) : [];
  if (was !== '' && becomes !== '' && was !== becomes) return { was, becomes };
  throw new CliError('usage', 'Two codes are needed that differ.', {
    exitCode: EXIT.usage,
    needed: 'The code that the rows carry, then the one that they shall carry.',
    commands: ['clinicmaster-cdc central recode --help'],
  });
}

function nothingThere({ was }: Codes): CliError {
  return new CliError('recode.no-rows', `No row of ${was} stands in the warehouse.`, {
    exitCode: EXIT.usage,
    needed: 'The DHIS2 code as the rows carry it, capitals included.',
  });
}

/** @throws CliError where the new code has rows that are not those of this change */
function fits(counts: readonly RecodeCount[], { becomes }: Codes, expected: boolean): void {
  const twice = counts.filter(({ collisions }) => collisions > 0);
  if (twice.length > 0) {
    throw new CliError('recode.collision', 'Some keys would stand there twice. Nothing was changed.', {
      seen: twice
        .map(({ table, collisions }) => `public."${table}": ${collisions} rows under both codes`)
        .join('\n'),
      needed:
        'One row for each key. Where the new code is another facility, keep both codes. Where the facility has streamed under ' +
        'the new code already, have these tables copied under it, then take out the rows of the old code: central ghosts.',
      commands: ['clinicmaster-cdc central ghosts --help'],
      who: 'central-team',
    });
  }
  const there = counts.filter((one) => one.becomes > 0);
  if (there.length === 0 || expected) return;
  throw new CliError(
    'recode.code-in-use',
    `The warehouse has rows of ${becomes} already. Nothing was changed.`,
    {
      seen: there.map((one) => `public."${one.table}": ${one.becomes} rows`).join('\n'),
      needed:
        'A new code that has no rows. Where it is this same facility, which has started under it: rows that it has deleted since then stay. ' +
        'To change all the same: --accept-risk rows-under-both.',
      who: 'central-team',
    },
  );
}

/** The sink notes every 30 s how far it is. */
const NOTED_MS = 90_000;
const PAUSE_MS = 1000;

/** What the sink writes later under the old code would stand beside what was changed. @throws CliError */
async function nothingBefore(
  counts: readonly RecodeCount[],
  { kafka }: CentralSite,
  { clock, out, signal }: Context,
): Promise<void> {
  const step = out.step('The sink has written what stood before it');
  for (const { table } of counts) {
    // Dead letters are fetched only where something seems to be missing.
    const behindBy = async (target: readonly GroupPosition[], now: readonly GroupPosition[]) =>
      behindOf(target, now, []) && behindOf(target, now, await lettersKept(table, kafka, signal));
    const target = await sinkPositions(table, kafka, signal);
    for (const began = clock.now(); ; await clock.sleep(PAUSE_MS, signal)) {
      const now = await sinkPositions(table, kafka, signal);
      const behind = target.ok && now.ok ? await behindBy(target.value, now.value) : undefined;
      if (behind === 0) break;
      step.update(`${table}: ${behind ?? 'Kafka does not answer'}`);
      if (clock.now() - began < NOTED_MS) continue;
      step.fail(table);
      throw new CliError(
        'recode.sink-behind',
        `The sink is not through with ${table}. Nothing was changed.`,
        {
          seen: behind === undefined ? 'Kafka did not say how far it is' : `${behind} records before it`,
          needed:
            'A sink that has written everything. Records that it has set aside are not counted while sink-dlq still keeps them; ' +
            'where it does no more: --accept-risk sink-behind.',
          who: 'central-team',
        },
      );
    }
  }
  step.succeed();
}

function nextOf({ becomes }: Codes): string[] {
  return [`clinicmaster-cdc init --code ${becomes} --carry-from FOLDER --dir NEW_FOLDER   # at the facility`];
}
