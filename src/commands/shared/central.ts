import type { Command } from 'commander';
import type { KafkaPort } from '../../adapters/kafka-port.ts';
import { openWarehouse, type Warehouse } from '../../central/warehouse/warehouse.ts';
import type { Context } from '../../context.ts';
import { CliError, EXIT } from '../../errors.ts';
import { loadCentral } from '../../install/central-folder.ts';
import { installDir } from '../../install/facility-folder.ts';
import type { CentralSettings } from '../../settings/central.ts';
import type { Options } from './module.ts';

/** What a command of the central site works with. */
export interface CentralSite {
  settings: CentralSettings;
  warehouse: Warehouse;
  kafka: KafkaPort;
}

/** The flag that says which central site of this machine is meant. */
export function addCentralFlags(command: Command): void {
  command.option('--dir <path>', 'folder that holds the .env of central init');
}

/** Opens the central site that is set up here, and closes what was opened. */
export async function withCentral<T>(
  context: Context,
  options: Options,
  work: (site: CentralSite) => Promise<T>,
): Promise<T> {
  const { files, host, signal, version } = context;
  const dir = await installDir(files, host, {
    dir: typeof options.dir === 'string' ? options.dir : undefined,
    suffix: 'central',
    marker: 'WAREHOUSE_HOST',
  });
  const settings = await loadCentral(files, dir, version);
  const [port, kafka] = await Promise.all([
    context.postgres(settings.warehouse),
    context.kafka(settings.kafka, 'cdc.central.cli'),
  ]);
  try {
    return await work({ settings, warehouse: await openWarehouse(port, signal), kafka });
  } finally {
    await Promise.allSettled([port.close(), kafka.close()]);
  }
}

/** The text of a flag that must be there. @throws CliError (usage) */
export function needed(options: Options, name: string, flag: string, example: string): string {
  const value = options[name];
  if (typeof value === 'string' && value.trim() !== '') return value.trim();
  throw new CliError('usage', `${flag} is missing.`, { exitCode: EXIT.usage, needed: example });
}

/** Adds `--accept-risk`. @param names with what each means */
export function addRisks(command: Command, names: string): void {
  command.option(
    '--accept-risk <name>',
    `${names}; may be repeated`,
    (name: string, before: string[] = []) => [...before, name],
  );
}

/** The risks that were accepted. @throws CliError (usage) for one that has no such name */
export function acceptedRisks<Name extends string>(options: Options, known: readonly Name[]): Set<Name> {
  const given = Array.isArray(options.acceptRisk) ? options.acceptRisk : [];
  const strange = given.filter((name) => !(known as readonly string[]).includes(name));
  if (strange.length === 0) return new Set(given as Name[]);
  throw new CliError('usage', `There is no risk called ${strange.join(', ')} here.`, {
    exitCode: EXIT.usage,
    needed: `One of: ${known.join(', ')}.`,
  });
}
