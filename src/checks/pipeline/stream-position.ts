import type { FacilityCheck } from '../context.ts';
import { pass, warn } from '../verdicts.ts';

const ID = 'stream-position';

/** Debezium's position in SQL Server's log, as Connect has stored it in Kafka. */
export type PositionFacts = {
  /** `commit_lsn`, as Debezium writes it: three groups of hexadecimal digits. Null: no position is stored. */
  commitLsn: string | null;
  /** The first copy is under way. */
  copying: boolean;
};

/** Where the connector would go on after a restart. */
export const streamPosition: FacilityCheck<PositionFacts> = {
  id: ID,
  title: 'The position is stored',
  area: 'pipeline',
  // Connect stores a position every 30 s only: right after an installation there is none to see.
  when: ['daily'],
  needs: ['connect-rest'],
  timeoutMs: 8000,

  async probe({ connect, names }) {
    const offset = (await connect.offsets(names.connector))?.[0]?.offset ?? null;
    const lsn = offset?.commit_lsn;
    const snapshot = offset?.snapshot;
    return {
      commitLsn: typeof lsn === 'string' ? lsn : null,
      copying: snapshot !== undefined && snapshot !== null && offset?.snapshot_completed !== true,
    };
  },

  judge({ commitLsn, copying }) {
    if (copying) return pass('the first copy is under way', commitLsn ?? 'no position yet');
    if (commitLsn !== null) return pass(`LSN ${commitLsn}`);
    return warn(`${ID}-none`, 'No position is stored yet.', {
      current: 'no offset',
      required: 'an LSN',
      remedy: {
        text: 'It is stored with the first records, at most a minute later. After a restart before that, the copy begins anew.',
        who: 'you',
      },
    });
  },
};
