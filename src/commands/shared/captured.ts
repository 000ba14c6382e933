import type { SqlFailure } from '../../adapters/sqlserver-port.ts';
import { qualified } from '../../connector/table-selection.ts';
import type { CapturedTable } from '../../connector/tsql/handover.ts';
import { alike, tablesMeant, typedName } from '../../connector/typed-names.ts';
import { CliError, EXIT } from '../../errors.ts';

/** @param command the `sql` command that had to see it */
export function captureUnseen(command: string, { number, message }: SqlFailure): CliError {
  return new CliError(
    `sql.${command}-blind`,
    'What is captured in the database could not be seen. Nothing was done.',
    {
      seen: number === undefined ? message : `error ${number}: ${message}`,
      needed:
        'A login that may read schema cdc: that of DB_USER with its password, or a DBA, who looks and changes nothing without --apply: --dba-user LOGIN and SQL_DBA_PASS.',
      commands: ['clinicmaster-cdc sql grant'],
      who: 'dba',
    },
  );
}

/**
 * The captured tables that typed names mean.
 * @param command the `sql` command that was given them
 * @throws CliError (usage) for a name that means none
 */
export function capturedMeant(
  command: string,
  texts: readonly string[],
  tables: readonly CapturedTable[],
): CapturedTable[] {
  const found = texts.flatMap((text) => {
    const these = tablesMeant(typedName(text), tables);
    if (these.length > 0) return these;
    const like = alike(text, tables.map(qualified));
    throw new CliError(`sql.${command}-unknown`, `No captured table is called ${text}.`, {
      exitCode: EXIT.usage,
      ...(like.length > 0 ? { seen: `names alike: ${like.join(', ')}` } : {}),
      needed: 'A table with a capture instance, as in dbo.Visits. One without gets its first by sql enable.',
      commands: ['clinicmaster-cdc tables --only captured', 'clinicmaster-cdc sql enable'],
    });
  });
  return [...new Set(found)];
}
