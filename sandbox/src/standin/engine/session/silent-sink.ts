import type { ResponseSink } from '../../types.ts';

/** For statements whose answer no client reads. Errors are thrown by the caller, never told here. */
export const SILENT_SINK: ResponseSink = {
  columns: () => undefined,
  row: () => undefined,
  done: () => undefined,
  error: () => undefined,
  info: () => undefined,
  databaseChanged: () => undefined,
  transaction: () => undefined,
  returnValue: () => undefined,
};
