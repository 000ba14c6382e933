import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { World } from '../fakes/check-ports.ts';
import { DIR, runCli } from '../fakes/run-cli.ts';
import { streamingFacility } from '../fakes/streaming-facility.ts';

/** Of a real worker whose SQL Server was stopped. */
const REAL = readFileSync(join(import.meta.dirname, '../unit/connector/stopped-sql-server.txt'), 'utf8');

function saying(log: string): World {
  const world = streamingFacility();
  world.docker!.log = log;
  return world;
}

const logs = (log: string, ...argv: string[]) => runCli(saying(log), 'logs', ...argv, '--dir', DIR);

/** A worker that fails over and over, with a patient and two passwords in what it says. */
const LEAKY = [
  '2026-11-24T07:00:00.000Z INFO  a.B: connecting as cdc_reader with s3cret-of-the-database',
  '2026-11-24T07:30:00.000Z ERROR o.a.k.c.r.WorkerSinkTask: Error converting value for Achen Grace',
  'org.apache.kafka.connect.errors.DataException: SinkRecord{key=Struct{PatientNo=7}, value=Struct{FullName=Achen Grace}}',
  '\tat a.b.C.d(C.java:1)',
  'Caused by: com.microsoft.sqlserver.jdbc.SQLServerException: Login failed for user x, password=hunter22',
  '\tat e.f.G.h(G.java:2)',
  '2026-11-24T07:59:00.000Z WARN  a.B: Retry 1 of unlimited retries will be attempted',
  '2026-11-24T07:59:30.000Z WARN  a.B: Retry 2 of unlimited retries will be attempted',
].join('\n');

describe('logs', () => {
  it('groups, folds and explains what a real worker says while its SQL Server is away', async () => {
    const { exit, stdout } = await logs(REAL, '--level', 'WARN');
    expect(exit).toBe(0);
    expect(stdout).toMatchInlineSnapshot(`
      "2026-11-25 23:54:27Z WARN  SqlServerConnection: Exception caught while
          calling sys.sp_cdc_help_jobs
          SQLServerException: Caller is not authorized to initiate the requested
          action. DBO privileges are required.
          (23 lines of a Java trace: --verbose)
          = Harmless: the login may not look at the capture job, as it should be.
      2026-11-25 23:54:30Z WARN  SqlServerStreamingChangeEventSource: Stale
          connection detected at start of streaming iteration for database
          'ClinicMasterMOH' (data valid=false, metadata valid=false); refreshing
          SQLServerException: SQL Server did not return a response. The connection has
          been closed.
          (25 lines of a Java trace: --verbose)
          = SQL Server, or something on the way, has ended the connection.
          Do:  The worker connects again by itself; where it does not succeed, see
               that SQL Server runs.
          Who: you, on this machine
               clinicmaster-cdc doctor --only sql-tcp
      2026-11-25 23:55:00Z ERROR ErrorHandler: Producer failure
          SQLServerException: The TCP/IP connection to the host 192.168.1.100, port
          1433 has failed. Error: "Connection refused. Verify the connection
          properties. Make sure that an instance of SQL Server is running on the host
          and accepting TCP/IP connections at the port. Make sure that TCP connections
          to the port are not blocked by a firewall.".
          (28 lines of a Java trace: --verbose)
          … 2 times in 29 s, the last at 2026-11-25 23:55:29Z
          = SQL Server cannot be reached from the container.
          Do:  See that SQL Server runs and that its port is open for this machine.
          Who: the network administrator
               clinicmaster-cdc doctor --only sql-tcp
      2026-11-25 23:55:00Z WARN  ErrorHandler: Retry 1 of unlimited retries will
          be attempted
      2026-11-25 23:55:00Z WARN  BaseSourceTask: Going to restart connector after
          10 sec. after a retriable exception
      2026-11-25 23:55:04Z WARN  ChangeEventSourceCoordinator: Coordinator didn't
          stop in the expected time, shutting down executor now
      2026-11-25 23:55:29Z WARN  AbstractWorkerSourceTask:
          WorkerSourceTask{id=cdc-xY9AbCdEf12-0} failed to poll records from
          SourceTask. Will retry operation.
          (32 lines of a Java trace: --verbose)
          = SQL Server cannot be reached from the container. (see above)
      "
    `);
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('shows no password and no patient, not in raw and not to another program', async () => {
    for (const flags of [
      [],
      ['--raw'],
      ['--verbose'],
      ['--json'],
      ['--raw', '--grep', 'Retry|Achen|connecting'],
    ]) {
      const { stdout, stderr } = await logs(LEAKY, ...flags);
      expect(stdout).toContain('Retry 1 of');
      for (const secret of ['s3cret-of-the-database', 'Achen', 'hunter22', 'PatientNo=7'])
        expect(stdout + stderr).not.toContain(secret);
    }
  });

  it('searches only what may be seen: nobody can guess at a password', async () => {
    expect((await logs(LEAKY, '--grep', 's3cret')).stdout).toBe('');
  });

  it('folds what is said again', async () => {
    const { stdout } = await logs(LEAKY, '--grep', 'RETRY \\d');
    expect(stdout).toBe(
      [
        '2026-11-24 07:59:00Z WARN  B: Retry 1 of unlimited retries will be attempted',
        '    … 2 times in 30 s, the last at 2026-11-24 07:59:30Z',
        '',
      ].join('\n'),
    );
  });

  it.each([
    [
      ['--since', '10m'],
      ['07:59:00', '07:59:30'],
    ],
    [['--since', '2026-11-24T10:15:00+03:00', '--until', '40m'], []],
    [['--since', '2026-11-24T07:15Z', '--until', '20m'], ['07:30:00']],
    [['--level', 'error'], ['07:30:00']],
    [['--tail', '1'], ['07:59:30']],
    [['--tail', '0'], []],
    [
      ['--tail', 'all'],
      ['07:00:00', '07:30:00', '07:59:00', '07:59:30'],
    ],
  ])('%s', async (flags, times) => {
    const { stdout, exit } = await logs(LEAKY, ...flags, '--json');
    const entries = stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line));
    expect(entries.map(({ at }) => at.slice(11, 19))).toEqual(times);
    expect(exit).toBe(0);
  });

  it('gives one object for each entry to another program', async () => {
    const { stdout } = await logs(LEAKY, '--json', '--level', 'ERROR');
    expect(JSON.parse(stdout)).toMatchInlineSnapshot(`
      {
        "at": "2026-11-24T07:30:00.000Z",
        "explanation": {
          "code": "sql-login",
          "commands": [
            "clinicmaster-cdc doctor --only sql-login",
            "clinicmaster-cdc init",
          ],
          "evidence": "SQLServerException: Login failed for user x, password=(hidden)",
          "remedy": "Correct DB_USER, DB_PASS or DB_NAME with init, or have the DBA renew the login.",
          "summary": "SQL Server refuses the login or the database.",
          "who": "you",
        },
        "level": "ERROR",
        "logger": "o.a.k.c.r.WorkerSinkTask",
        "message": "Error converting value (values left out)",
        "more": [
          "	at a.b.C.d(C.java:1)",
          "Caused by: com.microsoft.sqlserver.jdbc.SQLServerException: Login failed for user x, password=(hidden)",
          "	at e.f.G.h(G.java:2)",
        ],
        "schemaVersion": 1,
        "trace": true,
      }
    `);
  });

  it('leaves the lines as they are with --raw, and the explanations out with --no-explain', async () => {
    const raw = await logs(REAL, '--raw');
    expect(raw.stdout.split('\n').filter((line) => line.startsWith('\tat '))).toHaveLength(
      REAL.split('\n').filter((line) => line.startsWith('\tat ')).length,
    );
    expect((await logs(REAL, '--no-explain')).stdout).not.toContain('Do:');
    expect((await logs(REAL, '--verbose')).stdout).toContain('at io.debezium');
    expect((await logs(REAL)).stdout).not.toContain('at io.debezium');
  });

  it('reads the end of a long log first, and all of it when that is not enough', async () => {
    const chatter = Array.from(
      { length: 25_000 },
      (_, at) => `2026-11-24T07:59:00.000Z INFO  a.B: chatter ${at}`,
    );
    const long = [LEAKY, ...chatter].join('\n');
    expect((await logs(long, '--level', 'ERROR', '--no-explain')).stdout).toContain('Error converting value');
    const json = await logs(long, '--json', '--tail', '2');
    expect(json.stdout.match(/chatter \d+/g)).toEqual(['chatter 24998', 'chatter 24999']);
  });

  it('follows until Ctrl-C, and ends with 130 and no error', async () => {
    const world = saying(LEAKY);
    const interrupt = new AbortController();
    world.signal = interrupt.signal;
    world.docker!.containers[0]!.running = false;
    let slept = 0;
    world.slept = () => {
      if (++slept === 1) {
        world.docker!.containers[0]!.running = true;
        world.docker!.log += '\n2026-11-24T08:00:01.000Z INFO  a.B: new';
      } else if (slept === 3) interrupt.abort(new Error('Ctrl-C'));
    };
    const { exit, stdout, stderr } = await runCli(world, 'logs', '--follow', '--tail', '0', '--dir', DIR);
    expect({ exit, stdout }).toEqual({ exit: 130, stdout: '2026-11-24 08:00:01Z INFO  B: new\n' });
    expect(stderr).toBe(
      [
        'Waiting for clinicmasterwarehouse (running, exit code 0). Ctrl-C ends this.',
        'clinicmasterwarehouse runs again.',
        '',
      ].join('\n'),
    );
  });

  it.each([
    [['--since', 'yesterday'], '--since takes a time.'],
    [['--since', '9d'], '--since takes a duration.'],
    [['--until', '2026-13-45T00:00Z'], '--until takes a time.'],
    [['--since', '5m', '--until', '10m'], '--since is not before --until.'],
    [['--level', 'LOUD'], '--level takes a level.'],
    [['--grep', '('], '--grep takes a regular expression.'],
    [['--tail', '-1'], '--tail takes a number of entries.'],
    [['--follow', '--until', '5m'], '--follow and --until exclude each other.'],
    [['--raw', '--json'], '--raw and --json exclude each other.'],
  ])('%s is refused', async (flags, message) => {
    const { exit, stdout, stderr } = await logs(LEAKY, ...flags);
    expect(exit).toBe(2);
    expect(stdout + stderr).toContain(message);
  });

  it('needs a container', async () => {
    const world = saying('');
    world.docker!.containers = [];
    const { exit, stderr } = await runCli(world, 'logs', '--dir', DIR);
    expect(exit).toBe(3);
    expect(stderr).toContain('There is no container whose log could be shown.');
  });

  it('says that there is nothing', async () => {
    expect(await logs(LEAKY, '--level', 'FATAL')).toEqual({
      exit: 0,
      stdout: '',
      stderr: 'The log holds no such entry.\n',
    });
  });
});
