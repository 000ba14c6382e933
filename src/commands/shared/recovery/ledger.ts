import type { Recollection } from '../../../checks/memory.ts';
import { facilityMemory } from '../../../checks/memory.ts';
import { dealtWith, type GapFacts, gapKey } from '../../../checks/sqlserver/sql-capture-gap.ts';
import { identityKey } from '../../../checks/sqlserver/sql-db-restored.ts';
import { highestKey } from '../../../checks/sqlserver/sql-lsn-regressed.ts';
import { idleKey, type Unread, unreadKey } from '../../../checks/sqlserver/unread-deletions.ts';
import type { Facts } from '../../../checks/types.ts';
import type { Context } from '../../../context.ts';
import { CliError } from '../../../errors.ts';
import type { FacilitySettings } from '../../../settings/facility.ts';

/**
 * What was found and is not dealt with yet, in `seen.json` of the facility folder, where the checks look as well: a recovery that is cut
 * off is gone on with from there, and until it is complete they go on saying so.
 */
export interface Ledger {
  /** When the loss was noticed, in ms since 1970. */
  noticed(): Promise<number>;
  /** When the copy of single tables was begun, in ms since 1970: now, unless a run of before was cut off in it. */
  begun(): Promise<number>;
  /** Before the position is moved, after which nothing else would tell. @param tables that have lost changes */
  note(position: string, oldest: string, tables: readonly string[]): Promise<void>;
  /** What was noted as a loss of all tables is one of these. */
  spellOut(tables: readonly string[]): Promise<void>;
  /** These tables hold again what the source holds. */
  dealt(tables: readonly string[]): Promise<void>;
  /** The gap stays as it is. */
  forgetGap(): Promise<void>;
  /** Nothing that was seen of this database before counts any more. */
  forgetDatabase(): Promise<void>;
}

/** @param gap facts of sql-capture-gap, as they were seen when the recovery began */
export function ledgerOf(settings: FacilitySettings, gap: GapFacts | undefined, context: Context): Ledger {
  const memory = facilityMemory(context.files, settings.dir, context.clock);
  const now = () => new Date(context.clock.now()).toISOString();
  const known = async () => ((await memory.recall(unreadKey(settings))) as Recollection<Unread | null>).value;
  const keep = async (key: string, value: Facts) => {
    const trouble = await memory.keep(key, value);
    if (trouble !== null) throw unwritable(settings.dir, trouble);
  };
  const done = new Set<string>();
  return {
    noticed: async () => Date.parse((await known())?.at ?? now()),
    begun: async () => {
      const key = `copy of gaps in ${settings.database.name}`;
      const before = (await memory.recall(key)).value as { at: string; of: string } | null;
      // The same tables, captured from the same change on.
      const of = JSON.stringify(gap?.instances.ok === true ? gap.instances.value : []);
      const at = before?.of === of ? before.at : now();
      if (before?.of !== of) await keep(key, { at, of });
      return Date.parse(at);
    },
    note: async (position, oldest, tables) => {
      const before = await known();
      const same = before !== null && before.left?.length !== 0 && before.oldest === oldest;
      await keep(unreadKey(settings), { position, oldest, at: same ? before.at : now(), left: [...tables] });
    },
    spellOut: async (tables) => {
      const unread = await known();
      if (unread !== null && unread.left === null)
        await keep(unreadKey(settings), { ...unread, left: [...tables] });
    },
    dealt: async (tables) => {
      for (const table of tables) done.add(table);
      const unread = await known();
      const left = unread?.left?.filter((table) => !done.has(table));
      if (unread !== null && left !== undefined) {
        await keep(unreadKey(settings), left.length === 0 ? null : { ...unread, left });
      }
      if (gap !== undefined) await keep(gapKey(settings), dealtWith(gap, [...done]));
    },
    forgetGap: () => keep(unreadKey(settings), null),
    forgetDatabase: async () => {
      for (const key of [identityKey, highestKey, gapKey, unreadKey, idleKey])
        await keep(key(settings), null);
    },
  };
}

function unwritable(dir: string, trouble: string): CliError {
  return new CliError('recover.ledger', `What is being dealt with cannot be noted in ${dir}.`, {
    seen: trouble,
    needed:
      'A facility folder that this user may write to (on Linux: sudo). What was done stays done; run this again.',
  });
}
