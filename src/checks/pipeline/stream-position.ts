import { isFirstCopy, outstanding } from '../../connector/copy-state.ts';
import { runningMs } from '../container-time.ts';
import type { FacilityCheck } from '../context.ts';
import { pass, warn } from '../verdicts.ts';

const ID = 'stream-position';

/** Connect stores positions every 30 s; the worker needs some seconds to start. */
const STORED_AFTER_MS = 2 * 60_000;

/** Debezium's position in SQL Server's log, as Connect has stored it in Kafka. */
export type PositionFacts = {
  /** `commit_lsn`, as Debezium writes it: three groups of hexadecimal digits. Null: no position is stored. */
  commitLsn: string | null;
  /** The first copy is under way. */
  copying: boolean;
  /** Tables that are being copied again beside the stream, `dbo.Visits`. */
  again: string[];
  /** Milliseconds since the container was started; null when there is none, or Docker does not answer. */
  runningMs: number | null;
};

/** Where the connector would go on after a restart. */
export const streamPosition: FacilityCheck<PositionFacts> = {
  id: ID,
  title: 'The position is stored',
  area: 'pipeline',
  when: ['after-install', 'daily'],
  needs: ['docker-connect-rest'],
  timeoutMs: 8000,

  async probe(context) {
    const { connect, names } = context;
    const offset = (await connect.offsets(names.connector))?.[0]?.offset ?? null;
    const lsn = offset?.commit_lsn;
    return {
      commitLsn: typeof lsn === 'string' ? lsn : null,
      copying: isFirstCopy(offset),
      again: outstanding(offset),
      runningMs: await runningMs(context),
    };
  },

  judge({ commitLsn, copying, runningMs }) {
    if (copying) return pass('the first copy is under way', commitLsn ?? 'no position yet');
    if (commitLsn !== null) return pass(`LSN ${commitLsn}`);
    if (runningMs !== null && runningMs < STORED_AFTER_MS) return pass('none yet: just started');
    return warn(`${ID}-none`, 'No position is stored yet.', {
      current: 'no offset',
      required: 'an LSN',
      remedy: {
        text: 'Connect stores it with the first records. Until then a restart begins the copy anew: look at the log for errors.',
        who: 'you',
      },
    });
  },
};
