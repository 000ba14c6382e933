import type { SqlFailure } from '../../adapters/sqlserver-port.ts';
import type { SqlScriptPort } from '../../adapters/sqlserver-script-port.ts';
import { type SqlBatch, withPassword } from '../../connector/tsql/batch.ts';

/** How one batch went; what comes after a failed or refused one was not tried. */
export interface BatchResult {
  id: string;
  title: string;
  sql: string;
  state: 'done' | 'failed' | 'refused' | 'not-done';
  /** The server's words. */
  seen?: string;
}

/** Who watches, and who may say no. */
export interface BatchWatch {
  /** Shows the batch; false stops here. */
  agreed(batch: SqlBatch, index: number): Promise<boolean>;
  /** Called around each batch that runs. */
  begin(batch: SqlBatch): { done(): void; failed(seen: string): void };
}

/**
 * Runs batches in order and stops at the first that fails or is refused.
 * @param password the connector's, put in place of its placeholder at the last moment; results hold the placeholder
 */
export async function runBatches(
  batches: readonly SqlBatch[],
  sql: SqlScriptPort,
  password: string,
  watch: BatchWatch,
  signal: AbortSignal,
): Promise<BatchResult[]> {
  const results: BatchResult[] = [];
  let stopped = false;
  for (const [index, batch] of batches.entries()) {
    const result = { id: batch.id, title: batch.title, sql: batch.sql };
    if (stopped) {
      results.push({ ...result, state: 'not-done' });
      continue;
    }
    if (!(await watch.agreed(batch, index))) {
      results.push({ ...result, state: 'refused' });
      stopped = true;
      continue;
    }
    const step = watch.begin(batch);
    const answer = await sql.execute(withPassword(batch.sql, password), signal);
    if (answer.ok) {
      step.done();
      results.push({ ...result, state: 'done' });
    } else {
      const seen = hidden(answer.failure, password);
      step.failed(seen);
      results.push({ ...result, state: 'failed', seen });
      stopped = true;
    }
  }
  return results;
}

/** A server quotes what it could not parse: the connector's password must not come back that way. */
function hidden({ message }: SqlFailure, password: string): string {
  if (password === '') return message;
  return message.replaceAll(password, '***').replaceAll(password.replaceAll("'", "''"), '***');
}
