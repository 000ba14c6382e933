import type { StoredPosition } from '../../connector/stored-position.ts';
import type { Who } from '../../errors.ts';
import { spanText } from '../../units.ts';
import { listed } from '../verdicts.ts';
import type { StartFacts } from './seen.ts';
import { positionOf } from './stored.ts';

/** What a user may allow with `--accept-risk`. */
export const START_RISKS = ['resnapshot', 'skip-changes'] as const;
export type StartRisk = (typeof START_RISKS)[number];

/** What a start would do, from what was seen. */
export type StartJudgement =
  | { kind: 'fine' /** `LSN 0x…`, `the first copy`. */; from: string; notes: string[] }
  | {
      kind: 'copies' | 'skips' | 'fails' | 'unseen';
      /** What would happen, in one sentence. */
      summary: string;
      seen: string;
      /** Why, and what can be done instead. */
      needed: string;
      commands: string[];
      who: Who;
      /** The name that allows it all the same; undefined: nothing does. */
      risk?: StartRisk;
      notes: string[];
    };

/** What the judgement is about. */
export interface StartWish {
  /** SNAPSHOT_MODE. */
  mode: string;
  /** DB_NAME. */
  database: string;
  /** The facility folder, for the commands that are named. */
  dir: string;
}

const DOCTOR = 'clinicmaster-cdc doctor --only sqlserver';
const MOVES = 'docs/moves.md says more.';

/**
 * Whether a start goes on where the connector stopped. Debezium (SQL Server connector 3.6) looks at its position only when its
 * task starts: `when_needed` copies every table where the position is lost, the other modes end with an error; without a
 * stored position `when_needed` and `initial` copy, `no_data` begins with the changes of that moment, `recovery` fails.
 */
export function judgeStart(facts: StartFacts, wish: StartWish): StartJudgement {
  const { stored } = facts;
  if (!stored.ok) return positionUnknown(stored.why, wish);
  const position = positionOf(stored, wish.database);
  const notes = notesOf(facts.verdicts);
  if (position === undefined) return withoutPosition(facts, wish);
  if (position.copying) return duringFirstCopy(facts, notes);
  return (
    lost(facts.verdicts, wish, notes) ??
    skipped(facts.verdicts, wish, notes) ??
    historyGone(facts, wish, notes) ??
    unseen(facts.verdicts, wish, notes) ?? { kind: 'fine', from: here(position, facts), notes }
  );
}

function here({ lsn }: StoredPosition, { heartbeatMs, running }: StartFacts): string {
  const silent =
    heartbeatMs === null || running ? '' : `, last heartbeat ${spanText(heartbeatMs / 1000)} ago`;
  return `LSN ${lsn ?? 'unknown'}${silent}`;
}

function copies(mode: string): boolean {
  return mode === 'when_needed' || mode === 'initial';
}

function positionUnknown(why: string, { mode }: StartWish): StartJudgement {
  if (mode === 'recovery') {
    const notes = [`The position could not be read (${why}). SNAPSHOT_MODE=recovery copies no rows.`];
    return { kind: 'fine', from: 'an unknown position', notes };
  }
  const then = copies(mode)
    ? `With SNAPSHOT_MODE=${mode} a position that is gone means that every table is copied again.`
    : `With SNAPSHOT_MODE=${mode} a position that is gone means that all changes until now are left out.`;
  return {
    kind: 'unseen',
    summary: 'The stored position could not be read, so nobody can tell what a start would do.',
    seen: why,
    needed: `Kafka, where the position is kept; the worker cannot do without it either. ${then}`,
    commands: ['clinicmaster-cdc doctor --only kafka'],
    who: 'you',
    risk: copies(mode) ? 'resnapshot' : 'skip-changes',
    notes: [],
  };
}

function withoutPosition(facts: StartFacts, wish: StartWish): StartJudgement {
  const { stored, heartbeatMs } = facts;
  const alive = facts.running || facts.pausedInMemory;
  const { mode, database } = wish;
  const others = stored.ok ? stored.positions.map((position) => position.database) : [];
  if (others.length === 0 && (heartbeatMs === null || alive)) {
    return { kind: 'fine', from: alive ? 'its unsaved position' : 'the first copy', notes: [] };
  }
  const why =
    others.length > 0
      ? `This facility has streamed ${listed(others)}. Position and topics belong to a database name: with ${database} everything begins anew.`
      : 'This facility has streamed before, and its position is gone from Kafka: it ended before the first one was stored (half a minute after the first copy), or the topic was deleted or reset.';
  const seen =
    others.length > 0
      ? `positions of ${listed(others)}, none of ${database}`
      : `no position; the last heartbeat is ${spanText((heartbeatMs ?? 0) / 1000)} old`;
  const instead =
    others.length > 0
      ? `If the name was mistyped, give the old one: DB_NAME=${others[0]}.`
      : 'The central team may know the position, or have a copy of the topic.';
  const refusal = { seen, commands: [], who: 'central-team' as const, notes: [] };
  if (copies(mode)) {
    return {
      kind: 'copies',
      summary: 'A start would copy every table from the beginning.',
      needed: `${why} ${instead} ${MOVES}`,
      risk: 'resnapshot',
      ...refusal,
    };
  }
  if (mode === 'no_data') {
    return {
      kind: 'skips',
      summary: 'A start would leave out everything that changed until now.',
      needed: `${why} SNAPSHOT_MODE=no_data copies no rows. ${instead} ${MOVES}`,
      risk: 'skip-changes',
      ...refusal,
    };
  }
  return {
    kind: 'fails',
    summary: 'A start would fail: SNAPSHOT_MODE=recovery needs a position.',
    needed: `${why} ${instead} ${MOVES}`,
    ...refusal,
  };
}

/** Debezium cannot go on in the middle of the first copy. */
function duringFirstCopy({ running, pausedInMemory }: StartFacts, notes: string[]): StartJudgement {
  if (pausedInMemory) return { kind: 'fine', from: 'the middle of the first copy', notes };
  if (!running) {
    return {
      kind: 'fine',
      from: 'the first copy',
      notes: ['The first copy was interrupted; it begins again with the first table.', ...notes],
    };
  }
  return {
    kind: 'copies',
    summary: 'The first copy is under way, and a restart begins it again with the first table.',
    seen: 'a first copy that is not complete',
    needed: 'Time for the copy to end; status shows how far it is.',
    commands: ['clinicmaster-cdc status'],
    who: 'you',
    risk: 'resnapshot',
    notes,
  };
}

/** Codes of a position that SQL Server has left behind. */
const LOST = ['sql-offset-window-lost', 'sql-offset-window-idle-lost'];

function lost(
  verdicts: StartFacts['verdicts'],
  { mode, dir }: StartWish,
  notes: string[],
): StartJudgement | undefined {
  const window = verdicts['sql-offset-window'];
  if (window === undefined || !LOST.includes(window.code)) return undefined;
  const idle = window.code === 'sql-offset-window-idle-lost';
  const first = idle
    ? 'Nothing was changed in the hospital since then: recover gap moves the position on, and copies nothing.'
    : 'SQL Server has deleted changes that were not read. recover gap moves the position on and copies the tables beside the stream; ' +
      'where nothing was changed in the hospital meanwhile, it only moves the position on (--nothing-changed).';
  const refusal = {
    seen: window.current ?? window.summary,
    commands: [`clinicmaster-cdc recover gap --dir ${dir}`],
    who: idle ? ('you' as const) : ('central-team' as const),
    notes,
  };
  if (mode === 'when_needed') {
    return {
      kind: 'copies',
      summary: 'A start would copy every table again: the position is lost.',
      needed: `${first} ${MOVES}`,
      risk: 'resnapshot',
      ...refusal,
    };
  }
  return {
    kind: 'fails',
    summary: 'A start would fail: the position is lost.',
    needed: `${first} With SNAPSHOT_MODE=${mode} the connector copies nothing by itself. ${MOVES}`,
    ...refusal,
  };
}

/** Verdicts after which the stream would go on and leave changes out. */
const SKIPS = ['sql-db-restored-changed', 'sql-lsn-regressed-back', 'sql-capture-gap-lost'];

function skipped(
  verdicts: StartFacts['verdicts'],
  { dir }: StartWish,
  notes: string[],
): StartJudgement | undefined {
  const found = Object.values(verdicts).filter(({ code }) => SKIPS.includes(code));
  const [first] = found;
  if (first === undefined) return undefined;
  const gapOnly = found.every(({ code }) => code === 'sql-capture-gap-lost');
  return {
    kind: 'skips',
    summary: `A start would leave changes out. ${first.summary}`,
    seen: found.map(({ current, summary }) => current ?? summary).join('; '),
    needed: gapOnly
      ? `The stream goes on after the gap, and nothing tells the warehouse. recover gap copies these tables again, once it runs: start with the risk accepted before. ${MOVES}`
      : `${first.remedy?.text ?? ''} ${MOVES}`,
    commands: [`clinicmaster-cdc recover ${gapOnly ? 'gap' : 'restored'} --dir ${dir}`],
    who: 'central-team',
    risk: 'skip-changes',
    notes,
  };
}

function historyGone({ history }: StartFacts, { mode, dir }: StartWish, notes: string[]) {
  if (history !== 'gone' || mode === 'recovery') return undefined;
  return {
    kind: 'fails',
    summary: 'A start would fail: the history of the tables is gone from Kafka.',
    seen: 'a stored position, and an empty or missing topic of the schema history',
    needed:
      'If no table was altered since the last run, recover history builds it again and copies no rows. Else the tables have to be ' +
      `copied; it says so. ${MOVES}`,
    commands: [`clinicmaster-cdc recover history --dir ${dir}`],
    who: 'you',
    notes,
  } satisfies StartJudgement;
}

function unseen(
  verdicts: StartFacts['verdicts'],
  { mode }: StartWish,
  notes: string[],
): StartJudgement | undefined {
  const window = verdicts['sql-offset-window'];
  if (window === undefined || window.outcome === 'pass' || window.outcome === 'warn') return undefined;
  // Near the end of the retention: no time to lose, and a start is the cure.
  if (window.code === 'sql-offset-window-closing') return undefined;
  const why = window.current ?? window.summary;
  if (mode !== 'when_needed') {
    const note = `Whether SQL Server still has the position could not be read (${why}). With SNAPSHOT_MODE=${mode} the connector stops with an error if it has not, and copies nothing.`;
    return { kind: 'fine', from: 'the stored position', notes: [note, ...notes] };
  }
  return {
    kind: 'unseen',
    summary:
      'SQL Server did not tell whether it still has the position, so nobody can tell what a start would do.',
    seen: why,
    needed:
      'An answer of SQL Server. With SNAPSHOT_MODE=when_needed a position that is lost means that every table is copied again.',
    commands: [DOCTOR],
    who: 'you',
    risk: 'resnapshot',
    notes,
  };
}

/** Findings that do not stand against a start, and looks that came to nothing. */
function notesOf(verdicts: StartFacts['verdicts']): string[] {
  const own = [...LOST, ...SKIPS, 'kafka-history-config-gone'];
  return Object.entries(verdicts).flatMap(([id, verdict]) => {
    if (verdict.outcome === 'pass' || verdict.outcome === 'skip' || own.includes(verdict.code)) return [];
    // Said by the judgement itself where it matters.
    if (id === 'sql-offset-window' && verdict.outcome === 'unknown') return [];
    return [`${verdict.summary} (${id})`];
  });
}
