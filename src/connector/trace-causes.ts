import { CAPTURE_CAUSES } from './causes/capture.ts';
import type { Cause } from './causes/cause.ts';
import { KAFKA_CAUSES } from './causes/kafka.ts';
import { POSITION_CAUSES } from './causes/position.ts';
import { SQL_SERVER_CAUSES } from './causes/sqlserver.ts';
import { WORKER_CAUSES } from './causes/worker.ts';

/** Every message that is known, by subject; of two that fit one line the earlier counts. */
export const TRACE_CAUSES: readonly Cause[] = [
  ...POSITION_CAUSES,
  ...CAPTURE_CAUSES,
  ...SQL_SERVER_CAUSES,
  ...KAFKA_CAUSES,
  ...WORKER_CAUSES,
];
