import type { Playbook } from '../../../checks/start/playbook.ts';
import type { Context } from '../../../context.ts';
import type { RecoveryPlan } from '../../../ui/recover-text.ts';
import type { Life } from '../life.ts';
import { markCommand } from './ghosts.ts';
import type { TablesToCopy } from './tables.ts';

/** Debezium copies all by itself where it finds no position; with hours, or without a first copy, the tables come beside the stream. */
export function copiesItself({ settings }: Life): boolean {
  return settings.firstCopyWindow === '' && ['when_needed', 'initial'].includes(settings.snapshotMode);
}

/** What will be done. */
export function planOf(
  playbook: Playbook,
  { summary, seen }: { summary: string; seen: string },
  work: TablesToCopy,
  how: 'beside' | 'itself',
  { settings }: Life,
  { host }: Context,
): RecoveryPlan {
  const { facilityCode, firstCopyWindow } = settings;
  const hours = firstCopyWindow === '' ? '' : `, within the hours ${firstCopyWindow}`;
  return {
    headline: summary,
    code: playbook.code,
    seen,
    steps: [
      'Stop the connector, and save its stored position to a file.',
      'Take the stored position away. The old history stays in Kafka; a new one is written behind it.',
      how === 'itself'
        ? 'Start the connector: it copies all tables, as at the first time, and then streams.'
        : 'Start the connector, and prove that it streams.',
      ...(how === 'itself' ? [] : [`Copy all tables in chunks, beside the stream${hours}.`]),
    ],
    estimate: work.estimate,
    left: work.left,
    lost: [
      'What was changed after the backup was made, as far as nobody enters it again.',
      'That a row is not in the backup: it stays in the warehouse until the central team removes it.',
    ],
    mark: markCommand(facilityCode, null, host),
  };
}

/** What is to be known afterwards. */
export function notesOf(how: 'beside' | 'itself', marked: boolean, { settings }: Life): string[] {
  const copying =
    how === 'itself'
      ? 'The copy of all tables is under way; status shows how far it is. Until it ends nothing may restart the connector.'
      : settings.firstCopyWindow === ''
        ? 'All tables were copied.'
        : 'The copy of all tables is asked for, and keeps its hours; snapshot --status shows how far it is.';
  const ghosts = marked
    ? 'Rows that the backup does not have still stand in the warehouse: the central team finds and removes them when the copy is complete.'
    : 'Rows that the backup does not have stay in the warehouse: they were not marked before the copy.';
  return [copying, ghosts];
}
