import type { SqlAnswer } from '../../adapters/sqlserver-port.ts';
import { isFirstCopy } from '../../connector/copy-state.ts';
import type { FacilityCheck } from '../context.ts';
import { type CountedTable, countRows } from '../kafka/copy-time.ts';
import { pass } from '../verdicts.ts';

export type FirstCopyFacts = {
  /** Rows of the tables; null when no first copy can be under way, so that nothing is asked in vain. */
  rows: SqlAnswer<CountedTable> | null;
};

/** How much there is to copy, while the first copy is under way: with the worker's own count of rows it tells how long it takes. */
export const firstCopy: FacilityCheck<FirstCopyFacts> = {
  id: 'first-copy',
  title: 'How far the first copy is',
  area: 'pipeline',
  when: ['after-install', 'daily'],
  needs: ['docker-connect-rest', 'sql-login'],
  timeoutMs: 8000,

  async probe({ connect, names, sql }, signal) {
    const offset = (await connect.offsets(names.connector))?.[0]?.offset ?? null;
    // Before the first position is stored, half a minute after the start, it may be under way as well.
    const may = offset === null || isFirstCopy(offset);
    return { rows: may ? await countRows({ sql }, signal) : null };
  },

  // Only to know: a copy that takes long is no fault.
  judge({ rows }) {
    return pass(rows === null ? 'none is under way' : 'it may be under way');
  },
};
