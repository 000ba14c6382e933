import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { World } from '../fakes/check-ports.ts';
import { HEALTH_WORLDS } from '../fakes/health-worlds.ts';
import { DIR, runCli } from '../fakes/run-cli.ts';
import { streamingFacility } from '../fakes/streaming-facility.ts';

const status = (world: World, ...more: string[]) => runCli(world, 'status', '--dir', DIR, ...more);

/** The page shows what the program says: with -u its screens are taken anew. */
it('looks as docs/status.md shows it', async () => {
  const file = join(import.meta.dirname, '../../docs/status.md');
  let page = readFileSync(file, 'utf8');
  for (const [word, world] of Object.entries(HEALTH_WORLDS)) {
    const { stdout } = await status(world());
    expect(JSON.parse((await status(world(), '--json')).stdout).health).toBe(word);
    expect(page).toContain(`<!-- screen: ${word} -->\n`);
    page = page.replace(
      new RegExp(`<!-- screen: ${word} -->\n(\n\`\`\`\n.*?\n\`\`\`\n)?`, 's'),
      () => `<!-- screen: ${word} -->\n\n\`\`\`\n${stdout}\`\`\`\n`,
    );
  }
  await expect(page).toMatchFileSnapshot(file);
});

describe('status', () => {
  it('healthy: says what is so and how far a loss is', async () => {
    const { exit, stdout } = await status(streamingFacility());
    expect(stdout).toMatchInlineSnapshot(`
      "✔ St. Mary’s (xY9AbCdEf12): healthy
        Data arrive in time.

        Container  clinicmasterwarehouse, running for 60 min (healthy),
                   connect-facility:0.1.0
        Worker     healthy, Kafka Connect 4.3.1, http://127.0.0.1:8083
        Connector  cdc-xY9AbCdEf12 RUNNING, task 0 RUNNING
        Capture    SQL Server last wrote 4 s ago, 2 s after the commit
        Behind     nothing waits, position 00000027:00000ac0:0003
        Heartbeat  12 s ago in Kafka (2026-11-24T07:59:48Z)
        Headroom   14 days until unread changes are lost (changes are kept 14 days)
        Sent       56 records (11 an hour), 4.2 kB (20 kB a day) in 5 h since the task
                   started
        Changes    dbo.Visits 42 s ago; 1 of 1 tables changed in what SQL Server keeps
      "
    `);
    expect(exit).toBe(0);
  });

  it('late: the stream is behind, and what waits is counted', async () => {
    const world = HEALTH_WORLDS.late();
    const { exit, stdout } = await status(world);
    expect(stdout).toMatchInlineSnapshot(`
      "▲ St. Mary’s (xY9AbCdEf12): late
        Data arrive, behind time.

        Container  clinicmasterwarehouse, running for 60 min (healthy),
                   connect-facility:0.1.0
        Worker     healthy, Kafka Connect 4.3.1, http://127.0.0.1:8083
        Connector  cdc-xY9AbCdEf12 RUNNING, task 0 RUNNING
        Capture    SQL Server last wrote 4 s ago, 2 s after the commit
        Behind     40 min, 31000 transactions wait, position 00000027:00000ac0:0003
        Heartbeat  12 s ago in Kafka (2026-11-24T07:59:48Z)
        Headroom   14 days until unread changes are lost (changes are kept 14 days)
        Sent       56 records (11 an hour), 4.2 kB (20 kB a day) in 5 h since the task
                   started
        Changes    dbo.Visits 42 s ago; 1 of 1 tables changed in what SQL Server keeps

      ▲ late: The stream is 40 min behind SQL Server.
        Seen:    31000 transactions captured and not stored as sent
        Needed:  less than 5 min
        Do:      After an interruption it catches up by itself: look again in some
                 minutes. If the figure grows, the line or Kafka is slower than the
                 hospital.
        Who:     you, on this machine
                 clinicmaster-cdc status --watch
                 clinicmaster-cdc doctor --deep --only kafka-throughput
        More:    clinicmaster-cdc doctor explain stream-lag
      "
    `);
    expect(exit).toBe(0);
    expect((await status(world, '--strict')).exit).toBe(4);
  });

  it('at risk: all arrives, and the next restart will fail', async () => {
    const world = HEALTH_WORLDS.risk();
    const { exit, stdout } = await status(world);
    expect(stdout).toMatchInlineSnapshot(`
      "▲ St. Mary’s (xY9AbCdEf12): at risk
        Data arrive in time. Something will stop or lose them unless somebody acts.

        Container  clinicmasterwarehouse, running for 60 min (healthy),
                   connect-facility:0.1.0
        Worker     healthy, Kafka Connect 4.3.1, http://127.0.0.1:8083
        Connector  cdc-xY9AbCdEf12 RUNNING, task 0 RUNNING
        Capture    SQL Server last wrote 4 s ago, 2 s after the commit
        Behind     nothing waits, position 00000027:00000ac0:0003
        Heartbeat  12 s ago in Kafka (2026-11-24T07:59:48Z)
        Headroom   14 days until unread changes are lost (changes are kept 14 days)
        Sent       56 records (11 an hour), 4.2 kB (20 kB a day) in 5 h since the task
                   started
        Changes    dbo.Visits 42 s ago; 1 of 1 tables changed in what SQL Server keeps

      ▲ at risk: The history of the tables is gone from Kafka: a restart would fail.
        Seen:    cdc.xY9AbCdEf12.schema-history is empty, and a position is stored
        Needed:  the records that Debezium has written there
        Do:      The stream goes on as long as its task is not restarted: restart
                 nothing. If no table was altered since the stored position, the
                 command builds the history again and copies no rows.
        Who:     you, on this machine
                 clinicmaster-cdc recover history --dir /fac
        More:    clinicmaster-cdc doctor explain history-lost
      "
    `);
    // A restart would fail: somebody has to act, though all arrives.
    expect(exit).toBe(3);
  });

  it('stalled: RUNNING is not healthy', async () => {
    const world = HEALTH_WORLDS.stalled();
    const { exit, stdout } = await status(world);
    expect(stdout).toMatchInlineSnapshot(`
      "✖ St. Mary’s (xY9AbCdEf12): stalled
        Nothing moves, though it should.

        Container  clinicmasterwarehouse, running for 60 min (healthy),
                   connect-facility:0.1.0
        Worker     healthy, Kafka Connect 4.3.1, http://127.0.0.1:8083
        Connector  cdc-xY9AbCdEf12 RUNNING, task 0 RUNNING
        Capture    SQL Server last wrote 4 s ago, 2 s after the commit
        Behind     nothing waits, position 00000027:00000ac0:0003
        Heartbeat  3 h ago in Kafka (2026-11-24T05:00:00Z)
        Headroom   14 days until unread changes are lost (changes are kept 14 days)
        Sent       56 records (11 an hour), 4.2 kB (20 kB a day) in 5 h since the task
                   started
        Changes    dbo.Visits 42 s ago; 1 of 1 tables changed in what SQL Server keeps

      ✖ stalled: The latest heartbeat in cdc.xY9AbCdEf12.heartbeat is 3 h old.
        Seen:    10800 s old
        Needed:  at most 120 s
        Do:      Nothing was captured for a while, SQL Server Agent stands still, or
                 the connector is stuck; the checks of SQL Server tell which.
        Who:     you, on this machine
                 clinicmaster-cdc doctor --only sqlserver
        More:    clinicmaster-cdc doctor explain heartbeat-fresh
      "
    `);
    expect(exit).toBe(3);
  });

  it('stalled: the log tells why a RUNNING task sends nothing', async () => {
    const world = streamingFacility();
    world.kafka.heartbeat!.timestampMs = world.nowMs - 10 * 60_000;
    world.docker!.log = [
      '2026-11-24T07:59:00.000Z ERROR i.d.p.ErrorHandler: Producer failure',
      'io.debezium.DebeziumException: wrapped',
      'Caused by: com.x.SQLServerException: The TCP/IP connection to the host 192.168.1.100, port 1433 has failed.',
      '2026-11-24T07:59:01.000Z WARN  i.d.p.ErrorHandler: Retry 7 of unlimited retries will be attempted',
    ].join('\n');
    const { exit, stdout } = await status(world);
    expect(stdout.split('\n\n')[2]).toMatchInlineSnapshot(`
      "✖ stalled: The latest heartbeat in cdc.xY9AbCdEf12.heartbeat is 10 min old. SQL
        Server cannot be reached from the container.
        Seen:    600 s old; in the log: SQLServerException: The TCP/IP connection to
                 the host 192.168.1.100, port 1433 has failed.
        Needed:  at most 120 s
        Do:      See that SQL Server runs and that its port is open for this machine.
        Who:     the network administrator
                 clinicmaster-cdc doctor --only sql-tcp
        More:    clinicmaster-cdc doctor explain heartbeat-fresh
      "
    `);
    expect(exit).toBe(3);
  });

  it('stalled: a failed task is explained, and its silence is not told as a second reason', async () => {
    const world = streamingFacility();
    world.kafka.heartbeat!.timestampMs = world.nowMs - 3 * 3_600_000;
    world.connect.states = {
      connector: 'RUNNING',
      task: 'FAILED',
      trace:
        "org.x.ConnectException: wrapped\n\tat x\nCaused by: com.y.SQLServerException: Login failed for user 'cdc_reader'.\n\tat y",
    };
    const { exit, stdout } = await status(world);
    expect(stdout).toMatchInlineSnapshot(`
      "✖ St. Mary’s (xY9AbCdEf12): stalled
        Nothing moves, though it should.

        Container  clinicmasterwarehouse, running for 60 min (healthy),
                   connect-facility:0.1.0
        Worker     healthy, Kafka Connect 4.3.1, http://127.0.0.1:8083
        Connector  cdc-xY9AbCdEf12 RUNNING, task 0 FAILED
        Capture    SQL Server last wrote 4 s ago, 2 s after the commit
        Behind     nothing waits, position 00000027:00000ac0:0003
        Heartbeat  3 h ago in Kafka (2026-11-24T05:00:00Z)
        Headroom   14 days until unread changes are lost (changes are kept 14 days)
        Sent       56 records (11 an hour), 4.2 kB (20 kB a day) in 5 h since the task
                   started
        Changes    dbo.Visits 42 s ago; 1 of 1 tables changed in what SQL Server keeps

      ✖ stalled: SQL Server refuses the login or the database.
        Seen:    connector RUNNING, task 0 FAILED; task 0: SQLServerException: Login
                 failed for user 'cdc_reader'.
        Needed:  connector and task RUNNING
        Do:      Correct DB_USER, DB_PASS or DB_NAME with init, or have the DBA renew
                 the login. Then restart what failed.
        Who:     you, on this machine
                 clinicmaster-cdc doctor --only sql-login
                 clinicmaster-cdc init
                 curl -X POST 'http://127.0.0.1:8083/connectors/cdc-xY9AbCdEf12/restart?includeTasks=true&onlyFailed=true'
        More:    clinicmaster-cdc doctor explain connector-state
      "
    `);
    expect(exit).toBe(3);
  });

  it('stopped: counts down by the position in Kafka, since no worker answers', async () => {
    const world = HEALTH_WORLDS.stopped();
    const { exit, stdout } = await status(world);
    expect(stdout).toMatchInlineSnapshot(`
      "✖ St. Mary’s (xY9AbCdEf12): stopped
        It was halted. Changes wait in SQL Server.

        Container  clinicmasterwarehouse, exited, exit code 143,
                   connect-facility:0.1.0
        Worker     not known
        Connector  not known
        Capture    SQL Server last wrote 4 s ago, 2 s after the commit
        Behind     nothing waits
        Heartbeat  12 s ago in Kafka (2026-11-24T07:59:48Z)
        Headroom   12 days until unread changes are lost (changes are kept 14 days)
        Changes    dbo.Visits 42 s ago; 1 of 1 tables changed in what SQL Server keeps

      ✖ stopped: The container does not run.
        Seen:    exited, exit code 143 (it was told to stop)
        Needed:  running
        Do:      Start it.
        Who:     you, on this machine
                 docker start clinicmasterwarehouse
        More:    clinicmaster-cdc doctor explain docker-container-state
      "
    `);
    expect(exit).toBe(3);
  });

  it('losing data: a table that nobody captures', async () => {
    const world = HEALTH_WORLDS.losing();
    const { exit, stdout } = await status(world);
    expect(stdout).toMatchInlineSnapshot(`
      "✖ St. Mary’s (xY9AbCdEf12): losing data
        Changes that are made now do not arrive.

        Container  clinicmasterwarehouse, running for 60 min (healthy),
                   connect-facility:0.1.0
        Worker     healthy, Kafka Connect 4.3.1, http://127.0.0.1:8083
        Connector  cdc-xY9AbCdEf12 RUNNING, task 0 RUNNING
        Capture    SQL Server last wrote 4 s ago, 2 s after the commit
        Behind     nothing waits, position 00000027:00000ac0:0003
        Heartbeat  12 s ago in Kafka (2026-11-24T07:59:48Z)
        Headroom   14 days until unread changes are lost (changes are kept 14 days)
        Sent       56 records (11 an hour), 4.2 kB (20 kB a day) in 5 h since the task
                   started
        Changes    dbo.Visits 42 s ago; 1 of 1 tables changed in what SQL Server keeps

      ✖ losing data: Tables to stream that are not captured: dbo.Payments.
        Seen:    dbo.Payments
        Needed:  A capture instance for each table that matches
                 TABLE_INCLUDE_LIST=dbo\\..*
        Do:      Capture these tables (outside busy hours: each takes a short lock),
                 or name only the others in TABLE_INCLUDE_LIST. Their rows would
                 otherwise be copied once and never change again.
        Who:     the facility's DBA or the ClinicMaster vendor
                 USE [ClinicMasterMOH];
                 EXEC sys.sp_cdc_enable_table @source_schema = N'dbo', @source_name = N'Payments', @role_name = NULL, @supports_net_changes = 0;
        More:    clinicmaster-cdc doctor explain table-not-captured
      "
    `);
    expect(exit).toBe(3);
  });

  it('lost data: deleted before it was read', async () => {
    const world = HEALTH_WORLDS.lost();
    const { exit, stdout } = await status(world);
    expect(stdout).toMatchInlineSnapshot(`
      "✖ St. Mary’s (xY9AbCdEf12): lost data
        Changes were deleted before they were read. They do not come back by
        themselves.

        Container  clinicmasterwarehouse, running for 60 min (healthy),
                   connect-facility:0.1.0
        Worker     healthy, Kafka Connect 4.3.1, http://127.0.0.1:8083
        Connector  cdc-xY9AbCdEf12 RUNNING, task 0 RUNNING
        Capture    SQL Server last wrote 4 s ago, 2 s after the commit
        Behind     nothing waits, position 00000027:00000ac0:0003
        Heartbeat  12 s ago in Kafka (2026-11-24T07:59:48Z)
        Headroom   none: changes that were not read have been deleted (changes are
                   kept 14 days)
        Sent       56 records (11 an hour), 4.2 kB (20 kB a day) in 5 h since the task
                   started
        Changes    dbo.Visits 42 s ago; 1 of 1 tables changed in what SQL Server keeps

      ✖ lost data: SQL Server has deleted changes that the connector has not read.
        Seen:    position 0x0000002700000AC00003; the change tables begin at
                 0x00000030000000100003
        Needed:  a position at or after the beginning of the change tables
        Do:      Restart nothing: SNAPSHOT_MODE=when_needed would copy the whole
                 database over this line. The command shows what it would do: it moves
                 the position on, and copies the tables beside the stream. Rows that
                 were deleted meanwhile the central team marks before. Then keep
                 changes longer:
        Who:     the central data team
                 clinicmaster-cdc recover gap --dir /fac
                 USE [ClinicMasterMOH];
                 EXEC sys.sp_cdc_change_job @job_type = N'cleanup', @retention = 20160;
        More:    clinicmaster-cdc doctor explain retention-passed
      "
    `);
    expect(exit).toBe(3);
  });

  it('unknown: SQL Server does not let this program look, and nobody can vouch', async () => {
    const world = HEALTH_WORLDS.unknown();
    const { exit, stdout } = await status(world);
    expect(stdout).toMatchInlineSnapshot(`
      "? St. Mary’s (xY9AbCdEf12): unknown
        What would tell could not be learnt from this machine.

        Container  clinicmasterwarehouse, running for 60 min (healthy),
                   connect-facility:0.1.0
        Worker     healthy, Kafka Connect 4.3.1, http://127.0.0.1:8083
        Connector  cdc-xY9AbCdEf12 RUNNING, task 0 RUNNING
        Capture    not known
        Behind     not known
        Heartbeat  12 s ago in Kafka (2026-11-24T07:59:48Z)
        Headroom   not known
        Sent       56 records (11 an hour), 4.2 kB (20 kB a day) in 5 h since the task
                   started

      ? unknown: The connection to SQL Server broke off during the login.
        Seen:    connect ETIMEDOUT 192.168.1.100:1433
        Needed:  SQL Server at this host and port.
        Do:      Make sure that DB_HOST and DB_PORT are those of SQL Server, not of
                 another service.
        Who:     you, on this machine
        More:    clinicmaster-cdc doctor explain sql-login
      "
    `);
    expect(exit).toBe(3);
  });

  it('tells what it does not need and could not learn', async () => {
    const world = streamingFacility();
    const former = world.sql.rows;
    world.sql.rows = (text, bound) =>
      text.includes('dm_cdc_log_scan_sessions')
        ? { kind: 'sql', number: 262, numbers: [262], message: 'VIEW DATABASE STATE permission was denied' }
        : former(text, bound);
    const { exit, stdout } = await status(world);
    expect(stdout.split('\n\n').at(-1)).toMatchInlineSnapshot(`
      "? Not learnt, and not needed for the word above: The capture job keeps up.
        doctor says why.
      "
    `);
    expect(exit).toBe(0);
  });

  it('is late while it starts, and does not fail', async () => {
    const world = streamingFacility();
    world.connect.health = 'starting';
    const { exit, stdout } = await status(world);
    expect(stdout.split('\n')[0]).toBe('▲ St. Mary’s (xY9AbCdEf12): late');
    expect(exit).toBe(0);
  });

  it('says what it can without a container', async () => {
    const world = streamingFacility();
    world.docker = { containers: [], log: '' };
    const { exit, stdout } = await status(world);
    expect(stdout.split('\n')[0]).toBe('✖ St. Mary’s (xY9AbCdEf12): stopped');
    expect(stdout).toContain('Container  clinicmasterwarehouse, absent');
    expect(exit).toBe(3);
  });

  it('gives the same to another program', async () => {
    const { exit, stdout } = await status(streamingFacility(), '--json');
    const { checks, ...report } = JSON.parse(stdout);
    expect(report).toMatchInlineSnapshot(`
      {
        "at": "2026-11-24T08:00:00.000Z",
        "capture": {
          "latencySeconds": 2,
          "wroteSeconds": 4,
        },
        "command": "status",
        "connector": {
          "name": "cdc-xY9AbCdEf12",
          "state": "RUNNING",
        },
        "container": {
          "exitCode": null,
          "health": "healthy",
          "image": "clinicmaster-cdc/connect-facility:0.1.0",
          "name": "clinicmasterwarehouse",
          "outOfMemory": false,
          "restarts": 0,
          "startedAt": "2026-11-24T07:00:00Z",
          "status": "running",
        },
        "copies": null,
        "endToEnd": null,
        "facility": {
          "code": "xY9AbCdEf12",
          "id": "xY9AbCdEf12",
          "name": "St. Mary’s",
        },
        "findings": [],
        "firstCopy": null,
        "headroom": {
          "assumed": false,
          "behindSeconds": 0,
          "keptSeconds": 1209600,
          "leftSeconds": 1209600,
          "lost": false,
        },
        "health": "healthy",
        "heartbeat": {
          "ageSeconds": 12,
          "at": "2026-11-24T07:59:48.000Z",
        },
        "lag": {
          "seconds": 0,
          "waiting": 0,
        },
        "ok": true,
        "position": {
          "commitLsn": "00000027:00000ac0:0003",
          "copying": false,
        },
        "schemaVersion": 1,
        "sent": {
          "bytes": 4193,
          "bytesPerDay": 20126,
          "records": 56,
          "recordsPerSecond": 0.00311,
          "sinceSeconds": 18000,
        },
        "tables": [
          {
            "lastChangeSeconds": 42,
            "table": "dbo.Visits",
          },
        ],
        "tasks": [
          {
            "id": 0,
            "state": "RUNNING",
          },
        ],
        "topics": {
          "clinicmasterwarehouse-sqlserver.ClinicMasterMOH.dbo.Patients": 43000,
          "clinicmasterwarehouse-sqlserver.ClinicMasterMOH.dbo.Visits": 60000,
        },
        "unlearnt": [],
        "worker": {
          "state": "healthy",
          "url": "http://127.0.0.1:8083",
          "version": "4.3.1",
        },
      }
    `);
    const outcomes = checks.map((check: { verdict: { outcome: string } }) => check.verdict.outcome);
    expect(outcomes).toEqual(Array(checks.length).fill('pass'));
    expect(exit).toBe(0);
  });

  it('gives figures to Prometheus, and none that is not known', async () => {
    const { exit, stdout } = await status(streamingFacility(), '--prometheus');
    expect(stdout).toMatchInlineSnapshot(`
      "# HELP clinicmaster_cdc_look_timestamp_seconds When this was looked at, in seconds since 1970.
      # TYPE clinicmaster_cdc_look_timestamp_seconds gauge
      clinicmaster_cdc_look_timestamp_seconds{facility="xY9AbCdEf12"} 1795507200
      # HELP clinicmaster_cdc_health The word for the facility: 1 for the one that holds, 0 for the others.
      # TYPE clinicmaster_cdc_health gauge
      clinicmaster_cdc_health{facility="xY9AbCdEf12",health="lost"} 0
      clinicmaster_cdc_health{facility="xY9AbCdEf12",health="losing"} 0
      clinicmaster_cdc_health{facility="xY9AbCdEf12",health="stalled"} 0
      clinicmaster_cdc_health{facility="xY9AbCdEf12",health="stopped"} 0
      clinicmaster_cdc_health{facility="xY9AbCdEf12",health="unknown"} 0
      clinicmaster_cdc_health{facility="xY9AbCdEf12",health="late"} 0
      clinicmaster_cdc_health{facility="xY9AbCdEf12",health="risk"} 0
      clinicmaster_cdc_health{facility="xY9AbCdEf12",health="healthy"} 1
      # HELP clinicmaster_cdc_ok Data arrive and nothing has failed.
      # TYPE clinicmaster_cdc_ok gauge
      clinicmaster_cdc_ok{facility="xY9AbCdEf12"} 1
      # HELP clinicmaster_cdc_container_running The container runs.
      # TYPE clinicmaster_cdc_container_running gauge
      clinicmaster_cdc_container_running{facility="xY9AbCdEf12"} 1
      # HELP clinicmaster_cdc_container_restarts How often Docker has restarted it.
      # TYPE clinicmaster_cdc_container_restarts gauge
      clinicmaster_cdc_container_restarts{facility="xY9AbCdEf12"} 0
      # HELP clinicmaster_cdc_connector_running The connector is RUNNING.
      # TYPE clinicmaster_cdc_connector_running gauge
      clinicmaster_cdc_connector_running{facility="xY9AbCdEf12"} 1
      # HELP clinicmaster_cdc_tasks_running Tasks that are RUNNING.
      # TYPE clinicmaster_cdc_tasks_running gauge
      clinicmaster_cdc_tasks_running{facility="xY9AbCdEf12"} 1
      # HELP clinicmaster_cdc_lag_seconds Age of the oldest captured change that is not stored as sent.
      # TYPE clinicmaster_cdc_lag_seconds gauge
      clinicmaster_cdc_lag_seconds{facility="xY9AbCdEf12"} 0
      # HELP clinicmaster_cdc_waiting_transactions Captured transactions that are not stored as sent.
      # TYPE clinicmaster_cdc_waiting_transactions gauge
      clinicmaster_cdc_waiting_transactions{facility="xY9AbCdEf12"} 0
      # HELP clinicmaster_cdc_capture_age_seconds Since the capture job of SQL Server last wrote.
      # TYPE clinicmaster_cdc_capture_age_seconds gauge
      clinicmaster_cdc_capture_age_seconds{facility="xY9AbCdEf12"} 4
      # HELP clinicmaster_cdc_capture_latency_seconds From a commit to its capture.
      # TYPE clinicmaster_cdc_capture_latency_seconds gauge
      clinicmaster_cdc_capture_latency_seconds{facility="xY9AbCdEf12"} 2
      # HELP clinicmaster_cdc_retention_seconds How long SQL Server keeps captured changes.
      # TYPE clinicmaster_cdc_retention_seconds gauge
      clinicmaster_cdc_retention_seconds{facility="xY9AbCdEf12"} 1209600
      # HELP clinicmaster_cdc_headroom_seconds Until changes that were not read are deleted.
      # TYPE clinicmaster_cdc_headroom_seconds gauge
      clinicmaster_cdc_headroom_seconds{facility="xY9AbCdEf12"} 1209600
      # HELP clinicmaster_cdc_heartbeat_age_seconds Age of the latest heartbeat in Kafka.
      # TYPE clinicmaster_cdc_heartbeat_age_seconds gauge
      clinicmaster_cdc_heartbeat_age_seconds{facility="xY9AbCdEf12"} 12
      # HELP clinicmaster_cdc_sent_records Records of this facility since its task started.
      # TYPE clinicmaster_cdc_sent_records gauge
      clinicmaster_cdc_sent_records{facility="xY9AbCdEf12"} 56
      # HELP clinicmaster_cdc_sent_bytes Bytes on the line since its task started.
      # TYPE clinicmaster_cdc_sent_bytes gauge
      clinicmaster_cdc_sent_bytes{facility="xY9AbCdEf12"} 4193
      # HELP clinicmaster_cdc_sent_since_seconds Since its task started.
      # TYPE clinicmaster_cdc_sent_since_seconds gauge
      clinicmaster_cdc_sent_since_seconds{facility="xY9AbCdEf12"} 18000
      # HELP clinicmaster_cdc_table_last_change_seconds Since the last captured change of a table.
      # TYPE clinicmaster_cdc_table_last_change_seconds gauge
      clinicmaster_cdc_table_last_change_seconds{facility="xY9AbCdEf12",table="dbo.Visits"} 42
      "
    `);
    expect(exit).toBe(0);
    const blind = streamingFacility();
    blind.sql.login = { kind: 'unreachable', message: 'no' };
    const { stdout: less } = await status(blind, '--prometheus');
    expect(less).toContain('health="unknown"} 1');
    expect(less).not.toContain('lag_seconds{');
  });

  it('writes a page and figures that others may read', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'status-'));
    const page = join(dir, 'status.html');
    const figures = join(dir, 'cdc.prom');
    const world = streamingFacility();
    world.kafka.heartbeat!.timestampMs = world.nowMs - 3 * 3_600_000;
    const { exit, stderr } = await status(world, '--html', page, '--prometheus', figures);
    expect(exit).toBe(3);
    expect(stderr).toContain(`Written: ${page}`);
    const html = readFileSync(page, 'utf8');
    expect(html).toContain('stalled</span> Nothing moves, though it should.');
    expect(html).toContain('<h3>For whoever looks after the machine at the facility</h3>');
    expect(html).toContain('<td>dbo.Visits</td>');
    expect(readFileSync(figures, 'utf8')).toMatch(/health="stalled"\} 1\n/);
    expect(statSync(figures).mode & 0o777).toBe(0o644);
  });

  it('watched and piped, says each change on one line', async () => {
    const world = streamingFacility();
    const beat = world.kafka.heartbeat!;
    let turns = 0;
    world.slept = () => {
      turns++;
      if (turns === 2) beat.timestampMs = world.nowMs - 3 * 3_600_000;
      else beat.timestampMs = world.nowMs;
      if (turns === 4) throw new Error('enough');
    };
    const { stdout } = await status(world, '--watch', '30s');
    expect(stdout).toMatchInlineSnapshot(`
      "2026-11-24T08:00:00Z healthy
      2026-11-24T08:01:00Z healthy -> stalled: The latest heartbeat in cdc.xY9AbCdEf12.heartbeat is 3 h old. (heartbeat-fresh-silent)
      2026-11-24T08:01:30Z stalled -> healthy
      "
    `);
  });

  it('takes no two forms that do not go together', async () => {
    const { exit, stderr } = await status(streamingFacility(), '--watch', '--html', 'x.html');
    expect(stderr).toContain('--watch and --html do not go together.');
    expect(exit).toBe(2);
  });

  it('needs a facility', async () => {
    const { exit, stderr } = await runCli(streamingFacility(), 'status', '--dir', '/nowhere');
    expect(stderr).toContain('No facility is set up here.');
    expect(exit).toBe(2);
  });
});
