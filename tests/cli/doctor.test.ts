import { describe, expect, it } from 'vitest';
import { DIR, runCli } from '../fakes/run-cli.ts';
import { streamingFacility } from '../fakes/streaming-facility.ts';

const SECRETS = ['s3cret-of-the-database', 's3cret-of-kafka'];

describe('doctor', () => {
  it('finds nothing where there is nothing', async () => {
    const { exit, stdout } = await runCli(streamingFacility(), 'doctor', '--dir', DIR);
    expect(stdout).toMatchInlineSnapshot(`
      "This machine
      ✔ Docker answers: ok. 27.1.1 on Ubuntu 24.04, unix:///var/run/docker.sock

      SQL Server
      ✔ SQL Server can be reached: ok. 192.168.1.100:1433 answers
      ✔ The port is that of the instance: ok. MSSQLSERVER listens at port 1433
      ✔ SQL Server proves who it is: ok. TLSv1.2, certificate of Hospital CA
      ✔ The login opens the database: ok. cdc_reader is in ClinicMasterMOH
      ✔ The login has no more power than it needs: ok. cdc_reader is neither sysadmin
        nor db_owner
      ✔ The version and edition can capture changes: ok. SQL Server 2019
      ✔ The clock of SQL Server is right: ok. right to 5 s
      ✔ The database is online: ok. ClinicMasterMOH is online
      ✔ The database has an owner: ok. owned by sa
      ✔ The database is where its changes are made: ok. in no availability group
      ✔ Captured text keeps its letters: ok. every text column has the collation of
        the database
      ✔ The name cdc belongs to change data capture: ok. the user cdc is db_owner
      ✔ Change data capture is on in the database: ok. on in ClinicMasterMOH
      ✔ The tables are captured: ok. 1 table captured
      ✔ The tables have keys: ok. every table to stream has a key
      ✔ SQL Server Agent captures: ok. running
      ✔ The login may read the captured changes: ok. cdc_reader may read them
      ✔ The first copy takes no locks: ok. snapshot isolation is allowed
      ✔ tempdb has room for the first copy: ok. 2048 MB free, and it may grow
      ✔ Captured changes outlive an outage: ok. kept for 14 days (20160 minutes)
      ✔ What the vendor must know before an upgrade: ok. TRUNCATE and renamed columns
        will fail on 1 captured table; tell the vendor

      Kafka
      ✔ The Kafka addresses are well written: ok. kafka-1.example.org:9093
      ✔ The Kafka names resolve: ok. kafka-1.example.org is 10.8.0.1
      ✔ Kafka can be reached: ok. kafka-1.example.org:9093 in 12 ms
      ✔ Kafka proves who it is: ok. kafka-1.example.org:9093 (TLSv1.3, 365 days left)
      ✔ Kafka accepts the user: ok. facility-7 at kafka-1.example.org:9093
      ✔ Every broker works at its advertised address: ok. kafka-1.example.org:9093
      ✔ Kafka allows what a facility needs: ok. facility-7 has every right it needs
      ✔ The facility code is not in use elsewhere: ok. only the container on this
        machine

      Container and connector
      ✔ The container runs: ok. running since 2026-11-24T07:00Z, healthy,
        clinicmaster-cdc/connect-facility:0.1.0
      ✔ The Connect worker is healthy: ok. Kafka Connect 4.3.1 at
        http://127.0.0.1:8083
      ✔ The connector and its task run: ok. connector RUNNING, task 0 RUNNING
      ✔ The connector has the settings of this version: ok. as it should be

      Stream
      ✔ The position is stored: ok. LSN 00000027:00000ac0:0003
      ✔ The latest heartbeat is fresh: ok. 12 s old
      ✔ The data topics hold records: ok. 103000 records in 2 topics, of all
        facilities together

      ✔ 37 ok
      "
    `);
    expect(exit).toBe(0);
  });

  it('says what to do and who does it, and skips what depends on it', async () => {
    const world = streamingFacility();
    const healthy = world.sql.rows;
    world.sql.rows = (text) =>
      text.includes('is_cdc_enabled FROM') ? [{ is_cdc_enabled: false }] : healthy(text);
    world.broken['kafka-1.example.org:9093'] = { kind: 'timeout', code: 'ETIMEDOUT', message: '' };
    const { exit, stdout } = await runCli(world, 'doctor', '--dir', DIR);
    expect(stdout).toMatchInlineSnapshot(`
      "This machine
      ✔ Docker answers: ok. 27.1.1 on Ubuntu 24.04, unix:///var/run/docker.sock

      SQL Server
      ✔ SQL Server can be reached: ok. 192.168.1.100:1433 answers
      ✔ The port is that of the instance: ok. MSSQLSERVER listens at port 1433
      ✔ SQL Server proves who it is: ok. TLSv1.2, certificate of Hospital CA
      ✔ The login opens the database: ok. cdc_reader is in ClinicMasterMOH
      ✔ The login has no more power than it needs: ok. cdc_reader is neither sysadmin
        nor db_owner
      ✔ The version and edition can capture changes: ok. SQL Server 2019
      ✔ The clock of SQL Server is right: ok. right to 5 s
      ✔ The database is online: ok. ClinicMasterMOH is online
      ✔ The database has an owner: ok. owned by sa
      ✔ The database is where its changes are made: ok. in no availability group
      ✔ Captured text keeps its letters: ok. every text column has the collation of
        the database
      ✔ The name cdc belongs to change data capture: ok. the user cdc is db_owner
      ✖ Change data capture is on in the database: failed. Change data capture is off
        in ClinicMasterMOH.
        Seen:    sys.databases.is_cdc_enabled = 0
        Needed:  is_cdc_enabled = 1
        Do:      Switch it on as a sysadmin. It adds a schema cdc to the database and
                 changes no table of ClinicMaster; sys.sp_cdc_disable_db takes it off
                 again.
        Who:     the facility's DBA or the ClinicMaster vendor
                 USE [ClinicMasterMOH];
                 EXEC sys.sp_cdc_enable_db;
        More:    docs/checks/sql-db-cdc-enabled.md
      ✔ The tables have keys: ok. every table to stream has a key
      ✔ SQL Server Agent captures: ok. running
      ✔ The first copy takes no locks: ok. snapshot isolation is allowed
      ✔ tempdb has room for the first copy: ok. 2048 MB free, and it may grow
      – Not checked: needs “Change data capture is on in the database”: The tables are
        captured; The login may read the captured changes; Captured changes outlive
        an outage; What the vendor must know before an upgrade

      Kafka
      ✔ The Kafka addresses are well written: ok. kafka-1.example.org:9093
      ✔ The Kafka names resolve: ok. kafka-1.example.org is 10.8.0.1
      ✖ Kafka can be reached: failed. Packets to kafka-1.example.org:9093 get no
        answer.
        Seen:    ETIMEDOUT at kafka-1.example.org:9093
        Needed:  TCP port 9093 of kafka-1.example.org open for this machine.
        Do:      The VPN is down, or a firewall on the way drops them. Bring the VPN
                 up; then ask for the port to be opened.
        Who:     the network administrator
                 nc -vz -w 5 kafka-1.example.org 9093
        More:    docs/checks/kafka-tcp.md
      – Not checked: needs “Kafka can be reached”: Kafka proves who it is; Kafka
        accepts the user; Every broker works at its advertised address; Kafka allows
        what a facility needs; The facility code is not in use elsewhere

      Container and connector
      ✔ The container runs: ok. running since 2026-11-24T07:00Z, healthy,
        clinicmaster-cdc/connect-facility:0.1.0
      ✔ The Connect worker is healthy: ok. Kafka Connect 4.3.1 at
        http://127.0.0.1:8083
      ✔ The connector and its task run: ok. connector RUNNING, task 0 RUNNING
      ✔ The connector has the settings of this version: ok. as it should be

      Stream
      ✔ The position is stored: ok. LSN 00000027:00000ac0:0003
      – Not checked: needs “Kafka can be reached”: The latest heartbeat is fresh; The
        data topics hold records

      ✖ 2 failed, 24 ok, 11 skipped
      "
    `);
    expect(exit).toBe(3);
  });

  it('goes on without Docker', async () => {
    const world = streamingFacility();
    world.docker = undefined;
    const { exit, stdout } = await runCli(world, 'doctor', '--dir', DIR);
    expect(stdout.split('\n\n')[0]).toMatchInlineSnapshot(`
      "This machine
      ✖ Docker answers: failed. No Docker Engine answers on this machine.
        Seen:    unix:///var/run/docker.sock: not there
        Needed:  A running Docker Engine (20.10 or newer) that this user may use.
        Do:      Start Docker, or give this user the right to use it; then run this
                 again.
        Who:     you, on this machine
                 systemctl enable --now docker
        More:    docs/checks/docker-endpoint.md"
    `);
    expect(stdout).toContain('✔ SQL Server can be reached: ok.');
    expect(exit).toBe(3);
  });

  it('exits with 4 for warnings when it is strict', async () => {
    const world = streamingFacility();
    world.connect.config['tasks.max'] = '2';
    expect((await runCli(world, 'doctor', '--dir', DIR)).exit).toBe(0);
    expect((await runCli(world, 'doctor', '--strict', '--dir', DIR)).exit).toBe(4);
  });

  it('runs only what it is asked for, and what that needs', async () => {
    const { stdout } = await runCli(
      streamingFacility(),
      'doctor',
      '--only',
      'sql-agent-running',
      '--json',
      '--dir',
      DIR,
    );
    expect(JSON.parse(stdout).checks.map(({ id }: { id: string }) => id)).toEqual([
      'sql-tcp',
      'sql-tls',
      'sql-login',
      'sql-agent-running',
    ]);
  });

  it('refuses a check that does not exist', async () => {
    const { exit, stderr } = await runCli(streamingFacility(), 'doctor', '--only', 'sql-agnet', '--dir', DIR);
    expect(stderr).toContain('There is no check called sql-agnet.');
    expect(exit).toBe(2);
  });

  it('gives the same to another program', async () => {
    const { stdout } = await runCli(streamingFacility(), 'doctor', '--json', '--dir', DIR);
    const { checks, ...report } = JSON.parse(stdout);
    expect(report).toMatchInlineSnapshot(`
      {
        "command": "doctor",
        "counts": {
          "fail": 0,
          "pass": 37,
          "skip": 0,
          "unknown": 0,
          "warn": 0,
        },
        "facility": {
          "code": "xY9AbCdEf12",
          "id": "xY9AbCdEf12",
          "name": "St. Mary’s",
        },
        "ok": true,
        "schemaVersion": 1,
      }
    `);
    expect(Object.keys(checks[0])).toEqual(['id', 'title', 'area', 'verdict', 'facts', 'ms']);
  });

  it.each([
    ['text', []],
    ['JSON', ['--json']],
  ])('shows no secret in %s, whatever fails', async (_, flags) => {
    const world = streamingFacility();
    world.kafka.login = 'refused';
    world.sql.login = {
      kind: 'sql',
      number: 18456,
      numbers: [18456],
      message: "Login failed for user 'cdc_reader'.",
    };
    world.docker = undefined;
    const { stdout, stderr } = await runCli(world, 'doctor', '--verbose', ...flags, '--dir', DIR);
    for (const secret of SECRETS) expect(stdout + stderr).not.toContain(secret);
  });

  it('lists the checks', async () => {
    const { exit, stdout } = await runCli(streamingFacility(), 'doctor', '--list');
    expect(stdout).toContain('kafka-advertised');
    expect(exit).toBe(0);
  });
});
