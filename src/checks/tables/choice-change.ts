import { qualified } from '../../connector/table-selection.ts';
import type { Who } from '../../errors.ts';
import { endCapture } from './finding-sql.ts';
import type { JudgedTable } from './judged.ts';

/** What another choice changes, table by table, and what that means for the data. */
export interface ChoiceChange {
  starts: readonly string[];
  stops: readonly string[];
  keys: readonly { table: string; before: readonly string[]; after: readonly string[] }[];
  /** `schema.table.column`. */
  columnsLeftOut: readonly string[];
  columnsStreaming: readonly string[];
  meaning: readonly Meaning[];
}

export interface Meaning {
  code: MeaningCode;
  text: string;
  tables: readonly string[];
  who: Who;
  commands?: readonly string[];
  /** For the DBA, in the facility's database. */
  sql?: readonly string[];
}

type MeaningCode =
  | 'not-captured'
  | 'not-copied'
  | 'no-key'
  | 'rows-stay'
  | 'key-changes'
  | 'key-must-identify'
  | 'key-nullable'
  | 'values-stay'
  | 'still-captured'
  | 'values-return';

/** Compares the tables under two choices. @param installed an earlier init has made a connector of this facility */
export function compared(
  before: readonly JudgedTable[],
  after: readonly JudgedTable[],
  installed: boolean,
): ChoiceChange {
  const pairs = after.map((now, at) => ({ now, was: before[at] ?? now, name: qualified(now) }));
  const starts = pairs.filter(({ now, was }) => now.streams && !was.streams);
  const stops = pairs.filter(({ now, was }) => !now.streams && was.streams);
  const keys = pairs.filter(({ now, was }) => now.key.columns.join('\0') !== was.key.columns.join('\0'));
  const columns = (more: 'now' | 'was', fewer: 'now' | 'was') =>
    pairs.flatMap((pair) => {
      if (!pair.now.streams || !pair.was.streams) return [];
      const left = new Set(pair[fewer].columns.filter(({ streams }) => !streams).map(({ name }) => name));
      return pair[more].columns
        .filter(({ name, streams }) => streams && left.has(name))
        .map((column) => ({ ...column, table: pair.name, path: `${pair.name}.${column.name}` }));
    });
  const out = columns('was', 'now');
  const back = columns('now', 'was');
  const change = { starts, stops, keys, out, back };
  return {
    starts: starts.map(({ name }) => name),
    stops: stops.map(({ name }) => name),
    keys: keys.map(({ name, was, now }) => ({
      table: name,
      before: was.key.columns,
      after: now.key.columns,
    })),
    columnsLeftOut: out.map(({ path }) => path),
    columnsStreaming: back.map(({ path }) => path),
    meaning: meanings(change, installed).filter(({ tables }) => tables.length > 0),
  };
}

interface Pair {
  now: JudgedTable;
  was: JudgedTable;
  name: string;
}
interface Moved {
  starts: readonly Pair[];
  stops: readonly Pair[];
  keys: readonly Pair[];
  out: readonly { path: string; captured: boolean | null }[];
  back: readonly { path: string }[];
}

/** Names that a shell takes as they are; others cannot be copied by name anyway. */
const PLAIN = /^[\p{L}\p{N}_.]+$/u;
const MOST_NAMED = 8;

/** What copies the rows of tables that begin to stream. */
export function copyCommands(names: readonly string[]): string[] {
  const plain = names.filter((name) => PLAIN.test(name));
  if (plain.length === 0) return [];
  const some = plain.length > MOST_NAMED ? 'TABLE TABLE…' : plain.join(' ');
  return [`clinicmaster-cdc snapshot ${some}`];
}

function meanings({ starts, stops, keys, out, back }: Moved, installed: boolean): Meaning[] {
  const names = (pairs: readonly Pair[]) => pairs.map(({ name }) => name);
  const paths = (columns: readonly { path: string }[]) => columns.map(({ path }) => path);
  const streaming = keys.filter(({ now }) => now.streams);
  const rekeyed = streaming.filter(({ was }) => was.streams && was.key.columns.length > 0);
  return [
    {
      code: 'not-captured',
      text: 'SQL Server does not capture them yet. Until it does, none of their changes arrives. The DBA runs what this prints:',
      tables: names(starts.filter(({ now }) => now.captured === 'no')),
      who: 'dba',
      commands: ['clinicmaster-cdc sql enable'],
    },
    {
      code: 'no-key',
      text: 'They have no key, and init will refuse them. Name columns that identify a row, or leave them out:',
      tables: names(starts.filter(({ now }) => now.key.kind === 'none')),
      who: 'you',
      commands: ['clinicmaster-cdc tables --key TABLE:COLUMN,COLUMN'],
    },
    {
      code: 'not-copied',
      text:
        'The rows that stand in them now are not copied by init: this facility streams already, and its first copy is over. ' +
        'A row arrives when it changes next. To have all of them, run this after init; it says first what it costs:',
      tables: installed ? names(starts) : [],
      who: 'you',
      commands: copyCommands(names(starts)),
    },
    {
      code: 'rows-stay',
      text:
        'Their rows stay in PostgreSQL as they are and are brought up to date no more; deletes do not reach them either. ' +
        'Tell the central team. SQL Server goes on capturing them until the DBA ends it, after init has applied this:',
      tables: names(stops),
      who: 'central-team',
      sql: stops.filter(({ now }) => now.captured !== 'no').map(({ now }) => endCapture(now)),
    },
    {
      code: 'key-changes',
      text:
        "The key is the primary key of the warehouse's table, which all facilities share. Where that table exists already, the " +
        'central team must give it the new key before init applies this, or its rows are refused.',
      tables: names(rekeyed),
      who: 'central-team',
    },
    {
      code: 'key-must-identify',
      text: 'Two rows with the same values in the key become one row in the warehouse. Have the DBA see that there are none.',
      tables: names(streaming.filter(({ now }) => now.key.kind === 'named')),
      who: 'dba',
    },
    {
      code: 'key-nullable',
      text: 'A column of the key may be NULL there, and the warehouse refuses a row that has NULL in its key.',
      tables: names(
        streaming.filter(
          ({ now }) => now.key.kind === 'named' && now.columns.some(({ key, nullable }) => key && nullable),
        ),
      ),
      who: 'you',
    },
    {
      code: 'values-stay',
      text: 'What these columns have brought so far stays in PostgreSQL and in Kafka, until the central team removes it.',
      tables: installed ? paths(out) : [],
      who: 'central-team',
    },
    {
      code: 'still-captured',
      text: "They do not leave the hospital, but SQL Server still copies them into its own change tables, in the hospital's database.",
      tables: paths(out.filter(({ captured }) => captured !== false)),
      who: 'dba',
    },
    {
      code: 'values-return',
      text: 'Their values arrive with the next change of each row, not before.',
      tables: paths(back),
      who: 'central-team',
    },
  ];
}
