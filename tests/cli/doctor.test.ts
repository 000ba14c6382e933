import { describe, expect, it } from 'vitest';
import { DIR, runCli } from '../fakes/run-cli.ts';
import { streamingFacility } from '../fakes/streaming-facility.ts';

const SECRETS = ['s3cret-of-the-database', 's3cret-of-kafka'];

describe('doctor', () => {
  it('finds nothing where there is nothing', async () => {
    const { exit, stdout } = await runCli(streamingFacility(), 'doctor', '--dir', DIR);
    expect(stdout).toMatchInlineSnapshot(`
      "This machine
      ✔ This user may use Docker: ok. nothing refuses this user
      ✔ Docker answers: ok. 27.1.1 on Ubuntu 24.04, unix:///var/run/docker.sock
      ✔ Docker is recent and runs Linux containers: ok. Docker 27.1.1, API 1.46, linux
        containers
      ✔ Docker runs when nobody is logged in: ok. a service on Ubuntu 24.04
      ✔ Docker starts with the machine: ok. docker.service is enabled
      ✔ There is disk space for Docker: ok. 80 GB free of 200 GB at /var/lib/docker
      ✔ There is memory for the worker: ok. 5120 MB of 8192 MB available, limit 768 MB
      ✔ There is a processor for the worker: ok. 4 processors, load 0.4
      ✔ The clocks are right: ok. the container has this machine’s clock, which
        follows a time server
      ✔ Containers can reach the network: ok. forwarding and address translation are
        on
      ✔ Docker’s networks stay clear of the site’s: ok. 172.17.0.0/16
      ✔ The container can find a SQL Server on this machine: ok. not on this machine
      ✔ The local port is free, or ours alone: ok. port 8083 is our own container's
      ✔ The machine keeps its power: ok. up for 12 days; 1 start in 30 days, 0 without
        a shutdown
      ✔ Antivirus leaves Docker alone: ok. no scanner that looks at every file
      – The image is built on this machine or loaded from a file: The registry has the
        image

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
      ✔ Each table has one capture instance: ok. 1 table
      ✔ The tables look as they are captured: ok. no difference
      ✔ The column types can be streamed: ok. nothing unusual
      ✔ The tables are of a kind that can be captured: ok. ordinary tables
      ✔ The capture and cleanup jobs are there: ok. both are there and did their work
      ✔ The capture job is writing: ok. last wrote 4 s ago
      ✔ The capture job reads the log without errors: ok. none
      ✔ The capture job keeps up: ok. 2 s in the latest scan, begun 5 s ago
      ✔ Nothing was deleted before it was read: ok. less than a minute behind, 14 days
        left
      ✔ No table lost changes between two captures: ok. 1 capture instance, noted for
        comparison
      ✔ The log has not gone backwards: ok. newest 0x0000002700000AC00003
      ✔ The database was not restored from a backup: ok. noted for comparison
      ✔ The transaction log has room: ok. 5 % of 1024 MB used
      ✔ The disks of SQL Server have room: ok. 120 GB free
      ✔ The change tables are cleaned up: ok. 84 MB for 14 days
      ✔ What the vendor must know before an upgrade: ok. TRUNCATE and renamed columns
        will fail on 1 captured table; the vendor needs the list: clinicmaster-cdc
        tables --only captured

      Kafka
      ✔ The Kafka addresses are well written: ok. kafka-1.example.org:9093
      ✔ The Kafka names resolve: ok. kafka-1.example.org is 10.8.0.1
      ✔ Kafka can be reached: ok. kafka-1.example.org:9093 in 12 ms
      ✔ No web proxy answers instead of Kafka: ok. kafka-1.example.org:9093 answers
        with TLS
      ✔ Kafka proves who it is: ok. kafka-1.example.org:9093 (TLSv1.3, 365 days left)
      ✔ The certificates of Kafka last: ok. the first ends in 365 days
      ✔ Nobody on the way opens the encryption: ok. issued by Ministry CA
      ✔ Kafka is new enough: ok. kafka-1.example.org:9093 is Kafka 4.0 or newer
      ✔ Kafka offers the login method: ok. kafka-1.example.org:9093 offers
        SCRAM-SHA-256
      ✔ Kafka accepts the user: ok. facility-7 at kafka-1.example.org:9093
      ✔ It is the right Kafka cluster: ok. cluster Abc, 1 broker
      ✔ The certificates are for the advertised names: ok. kafka-1.example.org
      ✔ Large packets get through: ok. 16456 bytes to kafka-1.example.org:9093 and
        back in 14 ms
      ✔ Every broker works at its advertised address: ok. kafka-1.example.org:9093
      ✔ The Kafka user is this facility’s own: ok. facility-7 may do nothing on other
        facilities’ topics
      ✔ Kafka allows what a facility needs: ok. facility-7 has every right it needs
      ✔ The worker’s topics keep what they must: ok. 3 topics, compact
      ✔ The facility’s topics have one partition: ok. 5 topics with one each
      ✔ Kafka keeps copies: ok. one copy: the cluster has one broker
      ✔ The history of the tables is kept for ever: ok.
        cdc.xY9AbCdEf12.schema-history, for ever
      ✔ Kafka can take records: ok. 5 topics of its own and 2 for data have a leader
        and all copies
      ✔ The largest row fits into a record: ok. no column to stream is longer than
        8000 bytes
      ✔ The data topics are there and keep records: ok. 2 topics there, kept for 7
        days or more
      ✔ The clock agrees with Kafka’s: ok. they agree
      ✔ Kafka does not slow this user down: ok. no answer was held back
      ✔ The facility code is not in use elsewhere: ok. only the container on this
        machine

      Container and connector
      ✔ The image is the right one: ok. clinicmaster-cdc/connect-facility:0.1.0
        (0123456789ab, amd64)
      ✔ The container runs: ok. running since 2026-11-24T07:00Z, healthy,
        clinicmaster-cdc/connect-facility:0.1.0
      ✔ Docker restarts the container: ok. unless-stopped
      ✔ The log cannot fill the disk: ok. json-file, 20m × 5, 3 MB now
      ✔ The container may end in order: ok. 60 s to stop
      ✔ Passwords stand nowhere but in .env: ok. references only
      ✔ The names resolve inside the container: ok. kafka-1.example.org
      ✔ The Connect worker is healthy: ok. Kafka Connect 4.3.1 at
        http://127.0.0.1:8083
      ✔ The worker has the right plugins: ok. SQL Server connector 3.6.1.Final
      ✔ The connector has the settings of this version: ok. as it should be
      ✔ The connector and its task run: ok. connector RUNNING, task 0 RUNNING
      ✔ The worker runs this connector alone: ok. cdc-xY9AbCdEf12 alone

      Stream
      ✔ The position is stored: ok. LSN 00000027:00000ac0:0003
      ✔ The stream keeps up with SQL Server: ok. everything captured has been sent
      ✔ How far the first copy is: ok. none is under way
      ✔ The latest heartbeat is fresh: ok. 12 s old
      ✔ The worker counts no errors: ok. 56 records, 4.2 kB sent in 5 h, since the
        task started
      ✔ The data topics hold records: ok. 103000 records in 2 topics, of all
        facilities together
      ✔ Every value could be carried over: ok. none was left out in the last day
      ✔ The last change of each table: ok. 1 of 1 table changed in what is kept

      ✔ In one word: healthy. Data arrive in time.

      ✔ 97 ok, 1 skipped
      "
    `);
    expect(exit).toBe(0);
  });

  it('says what to do and who does it, and skips what depends on it', async () => {
    const world = streamingFacility();
    const healthy = world.sql.rows;
    world.sql.rows = (text) =>
      text.includes('is_cdc_enabled FROM') ? [{ is_cdc_enabled: false }] : healthy(text, {});
    world.broken['kafka-1.example.org:9093'] = { kind: 'timeout', code: 'ETIMEDOUT', message: '' };
    const { exit, stdout } = await runCli(world, 'doctor', '--dir', DIR);
    expect(stdout).toMatchInlineSnapshot(`
      "This machine
      ✔ This user may use Docker: ok. nothing refuses this user
      ✔ Docker answers: ok. 27.1.1 on Ubuntu 24.04, unix:///var/run/docker.sock
      ✔ Docker is recent and runs Linux containers: ok. Docker 27.1.1, API 1.46, linux
        containers
      ✔ Docker runs when nobody is logged in: ok. a service on Ubuntu 24.04
      ✔ Docker starts with the machine: ok. docker.service is enabled
      ✔ There is disk space for Docker: ok. 80 GB free of 200 GB at /var/lib/docker
      ✔ There is memory for the worker: ok. 5120 MB of 8192 MB available, limit 768 MB
      ✔ There is a processor for the worker: ok. 4 processors, load 0.4
      ✔ The clocks are right: ok. the container has this machine’s clock, which
        follows a time server
      ✔ Containers can reach the network: ok. forwarding and address translation are
        on
      ✔ Docker’s networks stay clear of the site’s: ok. 172.17.0.0/16
      ✔ The container can find a SQL Server on this machine: ok. not on this machine
      ✔ The local port is free, or ours alone: ok. port 8083 is our own container's
      ✔ The machine keeps its power: ok. up for 12 days; 1 start in 30 days, 0 without
        a shutdown
      ✔ Antivirus leaves Docker alone: ok. no scanner that looks at every file
      – The image is built on this machine or loaded from a file: The registry has the
        image

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
        More:    clinicmaster-cdc doctor explain sql-db-cdc-enabled
      ✔ The tables have keys: ok. every table to stream has a key
      ✔ SQL Server Agent captures: ok. running
      ✔ The first copy takes no locks: ok. snapshot isolation is allowed
      ✔ tempdb has room for the first copy: ok. 2048 MB free, and it may grow
      ✔ The column types can be streamed: ok. nothing unusual
      ✔ The tables are of a kind that can be captured: ok. ordinary tables
      ✔ The database was not restored from a backup: ok. noted for comparison
      ✔ The transaction log has room: ok. 5 % of 1024 MB used
      ✔ The disks of SQL Server have room: ok. 120 GB free
      – Not checked: needs “Change data capture is on in the database”: The tables are
        captured; The login may read the captured changes; Captured changes outlive
        an outage; Each table has one capture instance; The tables look as they are
        captured; The capture and cleanup jobs are there; The capture job is writing;
        The capture job reads the log without errors; The capture job keeps up;
        Nothing was deleted before it was read; No table lost changes between two
        captures; The log has not gone backwards; The change tables are cleaned up;
        What the vendor must know before an upgrade

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
        More:    clinicmaster-cdc doctor explain kafka-tcp
      – Not checked: needs “Kafka can be reached”: No web proxy answers instead of
        Kafka; Kafka proves who it is; The certificates of Kafka last; Nobody on the
        way opens the encryption; Kafka is new enough; Kafka offers the login method;
        Kafka accepts the user; It is the right Kafka cluster; The certificates are
        for the advertised names; Large packets get through; Every broker works at its
        advertised address; The Kafka user is this facility’s own; Kafka allows what
        a facility needs; The worker’s topics keep what they must; The facility’s
        topics have one partition; Kafka keeps copies; The history of the tables is
        kept for ever; Kafka can take records; The largest row fits into a record; The
        data topics are there and keep records; The clock agrees with Kafka’s; Kafka
        does not slow this user down; The facility code is not in use elsewhere

      Container and connector
      ✔ The image is the right one: ok. clinicmaster-cdc/connect-facility:0.1.0
        (0123456789ab, amd64)
      ✔ The container runs: ok. running since 2026-11-24T07:00Z, healthy,
        clinicmaster-cdc/connect-facility:0.1.0
      ✔ Docker restarts the container: ok. unless-stopped
      ✔ The log cannot fill the disk: ok. json-file, 20m × 5, 3 MB now
      ✔ The container may end in order: ok. 60 s to stop
      ✔ Passwords stand nowhere but in .env: ok. references only
      ✔ The names resolve inside the container: ok. kafka-1.example.org
      ✔ The Connect worker is healthy: ok. Kafka Connect 4.3.1 at
        http://127.0.0.1:8083
      ✔ The worker has the right plugins: ok. SQL Server connector 3.6.1.Final
      ✔ The connector has the settings of this version: ok. as it should be
      ✔ The connector and its task run: ok. connector RUNNING, task 0 RUNNING
      ✔ The worker runs this connector alone: ok. cdc-xY9AbCdEf12 alone

      Stream
      ✔ The position is stored: ok. LSN 00000027:00000ac0:0003
      ✔ How far the first copy is: ok. none is under way
      ✔ The worker counts no errors: ok. 56 records, 4.2 kB sent in 5 h, since the
        task started
      ✔ Every value could be carried over: ok. none was left out in the last day
      – Not checked: needs “Change data capture is on in the database”: The stream
        keeps up with SQL Server; The last change of each table
      – Not checked: needs “Kafka can be reached”: The latest heartbeat is fresh; The
        data topics hold records

      ✖ In one word: losing data. Changes that are made now do not arrive.

      ✖ 2 failed, 54 ok, 42 skipped
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
      ✔ This user may use Docker: ok. nothing refuses this user
      ✖ Docker answers: failed. No Docker Engine answers on this machine.
        Seen:    unix:///var/run/docker.sock: not there
        Needed:  A running Docker Engine (20.10 or newer) that this user may use.
        Do:      Get Docker to run, then run this again.
        Who:     you, on this machine
                 systemctl enable --now docker
        More:    clinicmaster-cdc doctor explain docker-endpoint
      ✔ Docker starts with the machine: ok. docker.service is enabled
      ✔ The machine keeps its power: ok. up for 12 days; 1 start in 30 days, 0 without
        a shutdown
      – Not checked: needs “Docker answers”: Docker is recent and runs Linux
        containers; Docker runs when nobody is logged in; The registry has the image;
        There is disk space for Docker; There is memory for the worker; There is a
        processor for the worker; The clocks are right; Containers can reach the
        network; Docker’s networks stay clear of the site’s; The container can find a
        SQL Server on this machine; The local port is free, or ours alone; Antivirus
        leaves Docker alone"
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
          "pass": 97,
          "skip": 1,
          "unknown": 0,
          "warn": 0,
        },
        "facility": {
          "code": "xY9AbCdEf12",
          "id": "xY9AbCdEf12",
          "name": "St. Mary’s",
        },
        "fixable": [],
        "health": "healthy",
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
