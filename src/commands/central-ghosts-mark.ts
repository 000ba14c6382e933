import type { Command } from 'commander';
import { endsForMark } from '../central/ghosts/evidence.ts';
import { makeMark } from '../central/ghosts/marks.ts';
import { knownFacility } from '../central/warehouse/facility-rows.ts';
import { ensureOwnSchema } from '../central/warehouse/own-schema.ts';
import { meantTables, sinkTables } from '../central/warehouse/tables.ts';
import type { Context } from '../context.ts';
import { CliError, EXIT, type ExitCode } from '../errors.ts';
import { markedText } from '../ui/ghosts-text.ts';
import { needed, withCentral } from './shared/central.ts';
import { type CommandModule, examples, type Options } from './shared/module.ts';

/** `central ghosts mark`: notes the moment before a copy. */
export const centralGhostsMark: CommandModule = { define, run };

function define(command: Command): void {
  command
    .option('--facility <code>', 'DHIS2 code of the facility whose tables will be copied')
    .option('--tables <list>', 'dbo.Visits,dbo.Patients or all')
    .addHelpText('after', HELP);
}

const HELP = `
Run it before the facility copies its tables again. Notes where PostgreSQL and Kafka stand; changes no table of
the warehouse. The note goes into a schema of our own, clinicmaster_cdc, which is made with the first one: the
user of WAREHOUSE_USER needs CREATE on the database once, or its DBA makes the schema (the statement is printed).
A mark that is not used does no harm.
${examples([
  [
    'clinicmaster-cdc central ghosts mark --facility xY9AbCdEf12 --tables dbo.Visits,dbo.Patients',
    'two tables',
  ],
  ['clinicmaster-cdc central ghosts mark --facility xY9AbCdEf12 --tables all', 'before all is copied again'],
])}`;

function run(context: Context, options: Options): Promise<ExitCode> {
  const facility = needed(options, 'facility', '--facility', 'The DHIS2 code, as the rows carry it.');
  const names = needed(options, 'tables', '--tables', 'dbo.Visits,dbo.Patients or all.');
  return withCentral(context, options, async ({ settings, warehouse, kafka }) => {
    const tables = meantTables(names, await sinkTables(warehouse));
    await knownFacility(facility, tables, warehouse);
    const ends = await endsForMark(kafka, context.signal);
    if (!ends.ok) {
      const { broker, code, message } = ends.failure;
      throw new CliError('ghosts.kafka', 'Kafka did not say where it stands. No mark was made.', {
        seen: `${broker}: ${code} ${message}`,
        needed: 'A Kafka that answers the user of KAFKA_USER.',
        commands: ['clinicmaster-cdc central init   # checks it, and changes nothing that fits'],
        who: 'central-team',
      });
    }
    await ensureOwnSchema(warehouse, settings.warehouse.user);
    const list = tables.map(({ name }) => name);
    const { id, madeAt } = await makeMark(warehouse, facility, list, ends.value);
    const most = list.length > 6 ? 'TABLE…' : list.map((name) => `dbo.${name}`).join(' ');
    const next = [
      `clinicmaster-cdc snapshot ${most}   # at the facility; it tells the rows at its end`,
      `clinicmaster-cdc central ghosts show --facility ${facility}`,
    ];
    const data = { mark: { id, facility, tables: list, madeAt }, next };
    context.out.result({ ok: true, command: 'central ghosts mark', changed: true, ...data }, markedText);
    return EXIT.ok;
  });
}
