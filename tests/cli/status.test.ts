import { describe, expect, it } from 'vitest';
import { DIR, runCli } from '../fakes/run-cli.ts';
import { streamingFacility } from '../fakes/streaming-facility.ts';

describe('status', () => {
  it('says what a healthy facility does', async () => {
    const { exit, stdout } = await runCli(streamingFacility(), 'status', '--dir', DIR);
    expect(stdout).toMatchInlineSnapshot(`
      "✔ St. Mary’s (xY9AbCdEf12): healthy
        Container  clinicmasterwarehouse, running (healthy),
                   clinicmaster-cdc/connect-facility:0.1.0
        Worker     healthy, Kafka Connect 4.3.1, http://127.0.0.1:8083
        Connector  cdc-xY9AbCdEf12 RUNNING, task 0 RUNNING
        Position   LSN 00000027:00000ac0:0003
        Heartbeat  12 s ago (2026-11-24T07:59:48.000Z)
        Topics     103000 records in 2 data topics, of all facilities together
      "
    `);
    expect(exit).toBe(0);
  });

  it('does not take RUNNING for healthy', async () => {
    const world = streamingFacility();
    world.kafka.heartbeat!.timestampMs = world.nowMs - 3 * 3_600_000;
    const { exit, stdout } = await runCli(world, 'status', '--dir', DIR);
    expect(stdout).toMatchInlineSnapshot(`
      "✖ St. Mary’s (xY9AbCdEf12): down
        Container  clinicmasterwarehouse, running (healthy),
                   clinicmaster-cdc/connect-facility:0.1.0
        Worker     healthy, Kafka Connect 4.3.1, http://127.0.0.1:8083
        Connector  cdc-xY9AbCdEf12 RUNNING, task 0 RUNNING
        Position   LSN 00000027:00000ac0:0003
        Heartbeat  3 h ago (2026-11-24T05:00:00.000Z)
        Topics     103000 records in 2 data topics, of all facilities together

      ✖ The latest heartbeat is fresh: failed. The latest heartbeat in
        cdc.xY9AbCdEf12.heartbeat is 3 h old.
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

  it('finds in the log why a RUNNING task sends nothing', async () => {
    const world = streamingFacility();
    world.kafka.heartbeat!.timestampMs = world.nowMs - 10 * 60_000;
    world.docker!.log = [
      '2026-11-24T07:59:00.000Z ERROR i.d.p.ErrorHandler: Producer failure',
      'io.debezium.DebeziumException: wrapped',
      'Caused by: com.x.SQLServerException: The TCP/IP connection to the host 192.168.1.100, port 1433 has failed.',
      '2026-11-24T07:59:01.000Z WARN  i.d.p.ErrorHandler: Retry 7 of unlimited retries will be attempted',
    ].join('\n');
    const { exit, stdout } = await runCli(world, 'status', '--dir', DIR);
    expect(stdout.split('\n\n')[1]).toMatchInlineSnapshot(`
      "✖ The latest heartbeat is fresh: failed. The latest heartbeat in
        cdc.xY9AbCdEf12.heartbeat is 10 min old. SQL Server cannot be reached from the
        container.
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

  it('explains a failed task', async () => {
    const world = streamingFacility();
    world.connect.states = {
      connector: 'RUNNING',
      task: 'FAILED',
      trace:
        "org.x.ConnectException: wrapped\n\tat x\nCaused by: com.y.SQLServerException: Login failed for user 'cdc_reader'.\n\tat y",
    };
    const { exit, stdout } = await runCli(world, 'status', '--dir', DIR);
    expect(stdout).toMatchInlineSnapshot(`
      "✖ St. Mary’s (xY9AbCdEf12): down
        Container  clinicmasterwarehouse, running (healthy),
                   clinicmaster-cdc/connect-facility:0.1.0
        Worker     healthy, Kafka Connect 4.3.1, http://127.0.0.1:8083
        Connector  cdc-xY9AbCdEf12 RUNNING, task 0 FAILED
        Position   LSN 00000027:00000ac0:0003
        Heartbeat  12 s ago (2026-11-24T07:59:48.000Z)
        Topics     103000 records in 2 data topics, of all facilities together

      ✖ The connector and its task run: failed. SQL Server refuses the login or the
        database.
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

  it('needs attention while it starts, and does not fail', async () => {
    const world = streamingFacility();
    world.connect.health = 'starting';
    const { exit, stdout } = await runCli(world, 'status', '--dir', DIR);
    expect(stdout.split('\n')[0]).toBe('▲ St. Mary’s (xY9AbCdEf12): needs attention');
    expect(exit).toBe(0);
  });

  it('says what it can without a container', async () => {
    const world = streamingFacility();
    world.docker = { containers: [], log: '' };
    const { exit, stdout } = await runCli(world, 'status', '--dir', DIR);
    expect(stdout).toMatchInlineSnapshot(`
      "✖ St. Mary’s (xY9AbCdEf12): down
        Container  clinicmasterwarehouse, absent
        Worker     not known
        Connector  not known
        Position   not known
        Heartbeat  12 s ago (2026-11-24T07:59:48.000Z)
        Topics     103000 records in 2 data topics, of all facilities together

      ✖ The container runs: failed. There is no container called
        clinicmasterwarehouse.
        Seen:    no such container
        Needed:  clinicmasterwarehouse, running
        Do:      Install it; a position in Kafka, if there is one, is kept.
        Who:     you, on this machine
                 clinicmaster-cdc init
        More:    clinicmaster-cdc doctor explain docker-container-state
      "
    `);
    expect(exit).toBe(3);
  });

  it('gives the same to another program', async () => {
    const { exit, stdout } = await runCli(streamingFacility(), 'status', '--json', '--dir', DIR);
    const { checks, ...report } = JSON.parse(stdout);
    expect(report).toMatchInlineSnapshot(`
      {
        "command": "status",
        "connector": {
          "name": "cdc-xY9AbCdEf12",
          "state": "RUNNING",
        },
        "container": {
          "health": "healthy",
          "image": "clinicmaster-cdc/connect-facility:0.1.0",
          "name": "clinicmasterwarehouse",
          "startedAt": "2026-11-24T07:00:00Z",
          "status": "running",
        },
        "copies": null,
        "facility": {
          "code": "xY9AbCdEf12",
          "id": "xY9AbCdEf12",
          "name": "St. Mary’s",
        },
        "health": "healthy",
        "heartbeat": {
          "ageSeconds": 12,
          "at": "2026-11-24T07:59:48.000Z",
        },
        "ok": true,
        "position": {
          "commitLsn": "00000027:00000ac0:0003",
          "copying": false,
        },
        "schemaVersion": 1,
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
        "worker": {
          "state": "healthy",
          "url": "http://127.0.0.1:8083",
          "version": "4.3.1",
        },
      }
    `);
    expect(checks.map((check: { verdict: { outcome: string } }) => check.verdict.outcome)).toEqual(
      Array(checks.length).fill('pass'),
    );
    expect(exit).toBe(0);
  });

  it('needs a facility', async () => {
    const { exit, stderr } = await runCli(streamingFacility(), 'status', '--dir', '/nowhere');
    expect(stderr).toContain('No facility is set up here.');
    expect(exit).toBe(2);
  });
});
