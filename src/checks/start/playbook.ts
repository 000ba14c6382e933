import { factsOf } from '../facts-of.ts';
import { sqlCaptureGap, tablesWithGaps } from '../sqlserver/sql-capture-gap.ts';
import { sqlOffsetWindow } from '../sqlserver/sql-offset-window.ts';
import type { Unread } from '../sqlserver/unread-deletions.ts';
import type { CheckResult, Verdict } from '../types.ts';
import type { PositionLook } from './seen.ts';
import { positionOf } from './stored.ts';

/** What brings a facility back, as it is seen now. */
export type Playbook =
  /** SQL Server has deleted changes that were not read. `behind`: the stream has gone on, only the copies are missing. */
  | { kind: 'retention'; code: string; behind: boolean; left: readonly string[] | null }
  /** The same to look at, but it is proven that nothing was deleted. */
  | { kind: 'idle'; code: string }
  /** Single tables have lost changes. */
  | { kind: 'table'; code: string; tables: readonly string[] }
  | { kind: 'history'; code: string }
  | { kind: 'restored'; code: string }
  /** The position itself is gone: a start copies everything. */
  | { kind: 'position'; code: string };

/** What a look came to. */
export interface Recovery {
  /** The first one comes first. Empty: there is nothing to recover, or it could not be told. */
  playbooks: readonly Playbook[];
  /** What could not be learnt, in sentences. */
  unknown: readonly string[];
}

/**
 * Which playbooks apply. A restored database comes first: it makes everything else void.
 * @param rebuilding the connector's configuration still says that its history is to be rebuilt: an earlier run was cut off
 */
export function playbooksFor(look: PositionLook, database: string, rebuilding: boolean): Recovery {
  const { facts, results } = look;
  const unknown = results.flatMap(({ id, verdict }) =>
    verdict.outcome === 'unknown' ? [`${verdict.summary} (${id})`] : [],
  );
  if (!facts.stored.ok) {
    return {
      playbooks: [],
      unknown: [`The stored position could not be read: ${facts.stored.why}`, ...unknown],
    };
  }
  const code = (id: string) => verdictOf(results, id)?.code ?? '';
  const found: Playbook[] = [];
  const restored = ['sql-db-restored', 'sql-lsn-regressed'].map(code).find((one) => RESTORED.has(one));
  if (restored !== undefined) found.push({ kind: 'restored', code: restored });
  const position = positionOf(facts.stored, database);
  if (position === undefined) {
    const streamed = facts.heartbeatMs !== null && !facts.running && !facts.pausedInMemory;
    if (streamed && restored === undefined) found.push({ kind: 'position', code: 'start-copies' });
    return { playbooks: found, unknown };
  }
  found.push(...window(results, code('sql-offset-window')), ...gaps(results, code('sql-capture-gap')));
  if (facts.history === 'gone' || rebuilding) {
    found.push({ kind: 'history', code: rebuilding ? 'history-rebuilding' : 'kafka-history-config-gone' });
  }
  return { playbooks: found, unknown };
}

const RESTORED = new Set(['sql-db-restored-changed', 'sql-lsn-regressed-back']);

function window(results: readonly CheckResult[], code: string): Playbook[] {
  if (code === 'sql-offset-window-idle-lost') return [{ kind: 'idle', code }];
  const deleted = factsOf(results, sqlOffsetWindow)?.deleted?.value ?? null;
  const left = (deleted as Unread | null)?.left ?? null;
  if (code === 'sql-offset-window-lost') return [{ kind: 'retention', code, behind: false, left: null }];
  return code === 'sql-offset-window-passed' ? [{ kind: 'retention', code, behind: true, left }] : [];
}

function gaps(results: readonly CheckResult[], code: string): Playbook[] {
  const facts = factsOf(results, sqlCaptureGap);
  if (!code.startsWith('sql-capture-gap-') || facts === undefined) return [];
  const tables = tablesWithGaps(facts).map(({ table }) => table);
  return tables.length === 0 ? [] : [{ kind: 'table', code, tables: tables.sort() }];
}

function verdictOf(results: readonly CheckResult[], id: string): Verdict | undefined {
  return results.find((result) => result.id === id)?.verdict;
}
