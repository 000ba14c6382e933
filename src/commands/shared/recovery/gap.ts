import type { Playbook } from '../../../checks/start/playbook.ts';
import { qualified } from '../../../connector/table-selection.ts';
import type { Context } from '../../../context.ts';
import { CliError, EXIT } from '../../../errors.ts';
import type { RecoveryPlan } from '../../../ui/recover-text.ts';
import type { Life } from '../life.ts';
import type { Options } from '../module.ts';
import { markCommand } from './ghosts.ts';
import type { TablesToCopy } from './tables.ts';

/** The losses that `recover gap` deals with. */
export type Gap = Extract<Playbook, { kind: 'retention' | 'idle' | 'table' }>;

/** Whether the stored position is one that SQL Server has no more. */
export function moves(gap: Gap): boolean {
  return gap.kind === 'idle' || (gap.kind === 'retention' && !gap.behind);
}

/** Tables to copy; null: all that stream. @throws CliError (usage) for a name that has lost nothing */
export function wanted(gap: Gap, named: readonly string[]): readonly string[] | null {
  const lost = gap.kind === 'table' ? gap.tables : gap.kind === 'retention' ? gap.left : [];
  const full = named.map((name) => (name.includes('.') ? name : `dbo.${name}`));
  const strange = lost === null ? [] : full.filter((name) => !lost.includes(name));
  if (strange.length > 0) {
    throw new CliError('recover.table', `${strange.join(', ')} has not lost changes.`, {
      exitCode: EXIT.usage,
      seen: `lost changes: ${lost?.join(', ')}`,
      needed: 'One of these, or none for all. Another table is copied with snapshot.',
    });
  }
  return full.length > 0 ? full : lost;
}

/** What has to be accepted by name. */
export function risks(gap: Gap, moveOnly: boolean, named: readonly string[]) {
  if (gap.kind === 'idle') return [];
  const skips = { risk: 'skip-changes' as const };
  if (moveOnly)
    return [{ ...skips, why: 'what was changed meanwhile, if anything was, never reaches the warehouse' }];
  const copies = { risk: 'resnapshot' as const, why: 'the tables above are copied over this line' };
  const rest = { ...skips, why: 'the tables that are not named keep their gap until they are copied' };
  return gap.kind === 'retention' && named.length > 0 ? [copies, rest] : [copies];
}

/** The command with what was given, for somebody to type again. */
export function flagged(again: string, options: Options): string {
  const flags = [
    options.nothingChanged === true ? ' --nothing-changed' : '',
    options.marked === true ? ' --marked' : '',
    options.yes === true ? ' --yes' : '',
  ];
  return `${again}${flags.join('')}`;
}

/** What will be done. */
export function planOf(
  gap: Gap,
  finding: { summary: string; seen: string },
  work: TablesToCopy | undefined,
  { settings }: Life,
  { host }: Context,
): RecoveryPlan {
  const all = gap.kind === 'retention' && gap.left === null;
  const names = work?.tables.map(qualified) ?? [];
  const mark = markCommand(settings.facilityCode, all ? null : names, host);
  return {
    headline: finding.summary,
    code: gap.code,
    seen: finding.seen,
    steps: [
      ...(moves(gap)
        ? [
            'Stop the connector, and save its stored position to a file.',
            'Move the position to where SQL Server still has everything that comes after it.',
            'Start the connector, and prove that it streams.',
          ]
        : []),
      ...(work === undefined ? [] : ['Copy the tables in chunks, beside the stream.']),
    ],
    estimate: work === undefined || names.length === 0 ? null : work.estimate,
    left: work?.left ?? [],
    lost:
      gap.kind === 'idle'
        ? []
        : [
            'What a row held in between, where it was changed more than once.',
            'That a row was deleted: it stays in the warehouse until the central team removes it.',
          ],
    mark: names.length === 0 ? null : mark,
  };
}

/** @throws CliError (usage) where only moving on was asked for, and the position is not what is wrong */
export function mayMoveOnly(gap: Gap, named: readonly string[], dir: string): void {
  if (gap.kind !== 'table' && named.length === 0) return;
  throw new CliError('recover.nothing-changed', 'There is nothing to move on.', {
    exitCode: EXIT.usage,
    needed:
      '--nothing-changed moves the position of all tables on, and goes with no table names. A table whose capture was made anew ' +
      'is copied, or the gap is accepted by the second command.',
    commands: [
      `clinicmaster-cdc recover gap --dir ${dir}`,
      'clinicmaster-cdc doctor --only sql-capture-gap --fix --accept-risk forget',
    ],
  });
}
