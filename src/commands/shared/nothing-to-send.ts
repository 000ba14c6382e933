import type { DockerPort } from '../../adapters/docker-port.ts';
import { workerFigures } from '../../checks/pipeline/stream-metrics.ts';
import type { FacilityNames } from '../../connector/names.ts';
import type { Context } from '../../context.ts';
import { nothingListed } from '../../install/database/log-position.ts';
import type { FacilitySettings } from '../../settings/facility.ts';

/**
 * Tells a stream that has nothing to send from one that is dead: Debezium sends heartbeats only while SQL Server has a change on
 * record (domain: S8), so where it has none, that the connector is connected and reads is all that can be seen.
 * @returns asks each time; what is seen, in a few words, or undefined where there is something to send or nobody can tell
 */
export function nothingToSend(
  settings: FacilitySettings,
  names: FacilityNames,
  docker: DockerPort,
  context: Context,
): () => Promise<string | undefined> {
  return async () => {
    const { metrics } = await workerFigures(docker, names.container);
    if (metrics?.stream?.connected !== true) return undefined;
    const sql = await context.sqlServer(settings.database);
    try {
      return (await nothingListed(sql, context.signal)) ? NOTHING : undefined;
    } catch {
      // The silence then counts as what it may be: a fault, which the log and doctor explain.
      return undefined;
    } finally {
      await sql.close();
    }
  };
}

const NOTHING =
  'connected to SQL Server, which has no change on record: nothing to send, the next change will prove it';
