import type { CheckContext } from '../../../checks/context.ts';
import { type Playbook, playbooksFor, type Recovery } from '../../../checks/start/playbook.ts';
import { lookAtPosition, type PositionLook } from '../../../checks/start/seen.ts';
import { inTime } from '../../../checks/start/stored.ts';
import type { Context } from '../../../context.ts';
import { CliError } from '../../../errors.ts';
import { REBUILD } from '../../../install/recovery/history-steps.ts';
import { redactor, secretsOf } from '../../../settings/redact.ts';

/** What is seen of a facility that may have to be recovered. */
export interface Seen extends Recovery {
  look: PositionLook;
  /** Names no secret, whoever quoted one. */
  redact: (text: string) => string;
}

/** Looks at Kafka, SQL Server and the worker. Changes nothing. */
export async function seeRecovery(check: CheckContext, context: Context): Promise<Seen> {
  const step = context.out.step('Position, history and capture');
  const { settings, connect, names } = check;
  const look = await lookAtPosition(check, context.signal);
  const config = await inTime(connect.config(names.connector), context.signal);
  const recovery = playbooksFor(look, settings.database.name, config?.['snapshot.mode'] === REBUILD);
  step.succeed(
    recovery.playbooks.length === 0 ? 'looked at' : recovery.playbooks.map(({ code }) => code).join(', '),
  );
  return { ...recovery, look, redact: redactor(secretsOf(settings)) };
}

/** What was seen of one playbook, for a reader: from the check that found it. */
export function findingOf(
  { kind, code }: Playbook,
  { look, redact }: Seen,
): { summary: string; seen: string } {
  const verdict = look.results.find((result) => result.verdict.code === code)?.verdict;
  const summary = verdict?.summary ?? ELSE[kind];
  return { summary: redact(summary), seen: redact(verdict?.current ?? '') };
}

const ELSE: Record<Playbook['kind'], string> = {
  retention: 'SQL Server has deleted changes that the connector has not read.',
  idle: 'The position looks lost, but nothing was.',
  table: 'Single tables have lost changes.',
  history: 'The history of the tables is being built anew, and that was cut off.',
  restored: 'An older backup of the database was restored.',
  position: 'The position is gone from Kafka.',
};

/** The command of each playbook. */
export function commandFor({ kind }: Playbook, dir: string): string {
  if (kind === 'history') return `clinicmaster-cdc recover history --dir ${dir}`;
  if (kind === 'restored' || kind === 'position') return `clinicmaster-cdc recover restored --dir ${dir}`;
  return `clinicmaster-cdc recover gap --dir ${dir}`;
}

/**
 * The first of the playbooks, if it is one of those that a command knows.
 * @throws CliError when there is none, or when another one comes first
 */
export function onlyFor<Kind extends Playbook['kind']>(
  kinds: readonly Kind[],
  seen: Seen,
  dir: string,
): Extract<Playbook, { kind: Kind }> {
  const [first] = seen.playbooks;
  if (first !== undefined && (kinds as readonly string[]).includes(first.kind)) {
    return first as Extract<Playbook, { kind: Kind }>;
  }
  const unknown = seen.unknown.map(seen.redact).join('\n');
  if (first === undefined && unknown !== '') {
    throw new CliError('recover.cannot-tell', 'Nobody can tell what is to be recovered.', {
      seen: unknown,
      needed: 'A Kafka and a SQL Server that answer, and the rights to look. Nothing was changed.',
      commands: ['clinicmaster-cdc doctor'],
    });
  }
  if (first === undefined) {
    throw new CliError('recover.nothing', 'There is nothing of this kind to be recovered.', {
      seen: 'the position, the history and the captured tables are as they should be',
      needed: 'Nothing. Where something else is wrong, doctor says what. Nothing was changed.',
      commands: ['clinicmaster-cdc status', 'clinicmaster-cdc doctor'],
    });
  }
  const { summary, seen: what } = findingOf(first, seen);
  throw new CliError('recover.other', `Another recovery comes first. ${summary}`, {
    seen: `${what} (${first.code})`,
    needed: 'That one; it says whether anything is left to do. Nothing was changed.',
    commands: [commandFor(first, dir)],
  });
}

/** @throws CliError where the history of the tables is gone as well: then nothing that was stored can be gone on from */
export function withHistory({ playbooks }: Seen, dir: string): void {
  if (!playbooks.some(({ kind }) => kind === 'history')) return;
  throw new CliError('recover.both', 'Both the position and the history of the tables are lost.', {
    seen: playbooks.map(({ code }) => code).join(', '),
    needed:
      'Everything anew: a history that is built now need not fit what stands in the change tables. Nothing was changed.',
    commands: [`clinicmaster-cdc recover restored --dir ${dir}`],
    who: 'central-team',
  });
}
