import { lsnHex } from '../../connector/lsn.ts';
import type { CheckContext } from '../context.ts';

/** Where the connector stands in SQL Server's log. */
export type Position = {
  /** `0x…`, 20 digits; null when it is not known. */
  lsn: string | null;
  /** Why it is not known. */
  why: string | null;
};

/** The position that Connect has stored. Never rejects: the checks of the worker say what is wrong with it. */
export async function storedPosition({ connect, names }: CheckContext): Promise<Position> {
  try {
    const offset = (await connect.offsets(names.connector))?.[0]?.offset;
    const commit = offset?.commit_lsn;
    const lsn = typeof commit === 'string' ? lsnHex(commit) : undefined;
    return lsn === undefined
      ? { lsn: null, why: 'the connector has stored no position yet' }
      : { lsn, why: null };
  } catch (error) {
    return { lsn: null, why: error instanceof Error ? error.message : String(error) };
  }
}
