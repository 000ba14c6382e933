import type { SqlValue } from '../../src/adapters/sqlserver-port.ts';
import type { World } from './check-ports.ts';
import { streamingFacility } from './streaming-facility.ts';

/** SQL Server answers the question that holds `mark` otherwise. */
function answering(world: World, mark: string, ...rows: Record<string, SqlValue>[]): World {
  const former = world.sql.rows;
  world.sql.rows = (text, bound) => (text.includes(mark) ? rows : former(text, bound));
  return world;
}

/** One facility for each word of `status`. */
export const HEALTH_WORLDS = {
  healthy: streamingFacility,
  late: () =>
    answering(streamingFacility(), 'AS oldest_unread_s', {
      ...{ position_s: 2400, unread: 31_000, oldest_unread_s: 2400, kept_minutes: 20_000 },
    }),
  risk: () => {
    const world = streamingFacility();
    world.kafka.historyEmpty = true;
    return world;
  },
  stalled: () => {
    const world = streamingFacility();
    world.kafka.heartbeat!.timestampMs = world.nowMs - 3 * 3_600_000;
    return world;
  },
  stopped: () => {
    const world = answering(streamingFacility(), 'AS oldest_lsn', {
      ...{ oldest_lsn: '0x00000020000000100003', instances: 1, minutes_behind: 3000, unread: 900 },
    });
    Object.assign(world.docker!.containers[0]!, {
      ...{ status: 'exited', running: false, exitCode: 143, health: undefined },
    });
    world.connect.health = 'unreachable';
    world.connect.silent = true;
    world.kafka.positions = [
      {
        key: JSON.stringify([
          'cdc-xY9AbCdEf12',
          { server: 'clinicmasterwarehouse-sqlserver', database: 'ClinicMasterMOH' },
        ]),
        value: JSON.stringify({ commit_lsn: '00000027:00000ac0:0003' }),
        offset: '0',
        timestampMs: world.nowMs,
      },
    ];
    return world;
  },
  losing: () =>
    answering(
      streamingFacility(),
      'AS t\n       JOIN sys.schemas AS s ON s.schema_id = t.schema_id\n       LEFT JOIN cdc.change_tables',
      { schema_name: 'dbo', table_name: 'Visits', capture_instance: 'dbo_Visits' },
      { schema_name: 'dbo', table_name: 'Payments', capture_instance: null },
    ),
  lost: () =>
    answering(streamingFacility(), 'AS oldest_lsn', {
      ...{ oldest_lsn: '0x00000030000000100003', instances: 1, minutes_behind: 30_000, unread: 900 },
    }),
  unknown: () => {
    const world = streamingFacility();
    world.sql.login = { kind: 'unreachable', message: 'connect ETIMEDOUT 192.168.1.100:1433' };
    return world;
  },
} satisfies Record<string, () => World>;
