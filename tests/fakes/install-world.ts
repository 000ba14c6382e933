import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { archive } from '../../src/adapters/archive.ts';
import { connectRest } from '../../src/adapters/connect-rest.ts';
import { dhis2 } from '../../src/adapters/dhis2.ts';
import { hostFiles } from '../../src/adapters/files.ts';
import type { FilesPort } from '../../src/adapters/files-port.ts';
import { imageFiles } from '../../src/adapters/image-file.ts';
import type { KafkaPort, KafkaRecord } from '../../src/adapters/kafka-port.ts';
import type { PostgresPort } from '../../src/adapters/postgres-port.ts';
import type { SqlFailure, SqlServerAccess, SqlServerPort } from '../../src/adapters/sqlserver-port.ts';
import type { SqlScriptPort } from '../../src/adapters/sqlserver-script-port.ts';
import { run } from '../../src/cli.ts';
import type { Context } from '../../src/context.ts';
import { CliError } from '../../src/errors.ts';
import type { Choice, PromptPort, Question } from '../../src/ui/prompts/prompt-port.ts';
import { fakeKafka, fakeNetwork, fakeSqlServer, type World } from './check-ports.ts';
import { type ConnectServer, connectServer } from './connect-server.ts';
import { type Dialog, scriptedPrompts } from './dialog.ts';
import { type DockerEngine, dockerEngine } from './docker-engine.ts';
import { fakeMachine } from './machine.ts';
import type { Ran } from './run-cli.ts';
import { CODE, SYSTEM, streamingFacility } from './streaming-facility.ts';

export const IMAGE = 'clinicmaster-cdc/connect-facility:0.1.0';

const SINK_IMAGE = 'clinicmaster-cdc/connect-central:0.1.0';

/** A hospital on which nothing is installed yet: real files, a real HTTP worker, fakes for the rest. */
export interface InstallWorld {
  /** Working folder of the runs; removed at the end. */
  home: string;
  /** The facility folder that the runs name. */
  dir: string;
  env: Record<string, string>;
  stdin: string;
  docker: DockerEngine;
  worker: ConnectServer;
  world: World;
  /** Answers to questions, in order; a question without one fails the test. */
  typed: string[];
  /** Answers to yes-or-no questions; what is done while the question stands goes with them. */
  decisions: (() => boolean)[];
  asked: Question[];
  /** What is ticked in each list that is shown, in order. */
  ticks: string[][];
  /** Lists that were shown. */
  lists: Choice[];
  /** A whole talk: each question in order with its answer; where there is one, nothing else is answered. */
  dialog: Dialog | undefined;
  /** Ports of this machine that something else listens at. */
  taken: Set<number>;
  /** How often somebody wanted to look from inside a container. */
  looksInside: number;
  signal: AbortSignal;
  /** `full`: no room for the journal. */
  journal?: 'full';
  /** Passwords that the servers take; undefined: any. */
  logins: { database?: string; kafka?: string };
  /** What SQL Server answers to a script, after it has done it; undefined: it is done. */
  afterScript: ((batch: string) => SqlFailure | undefined) | undefined;
  /** On the disk of Docker. */
  freeBytes: number;
  /** Called before each change of a file or a container; throws where the power fails. */
  act: (what: string) => void;
  /** The connector runs, and no heartbeat comes. */
  silent: boolean;
  /** What Kafka answers for end offsets, from those of the world. */
  endOffsets(ends: Record<string, number>): Record<string, number>;
  cli(...argv: string[]): Promise<Ran>;
  close(): Promise<void>;
}

/** What a complete run needs, as environment variables. */
export const ANSWERS = {
  FACILITY_NAME: `St. Mary's "Lacor" Hospital, Gulu & Co $1 / ünïcode`,
  FACILITY_DHIS2_CODE: CODE,
  DB_HOST: '192.168.1.100',
  DB_USER: 'cdc_reader',
  DB_PASS: `p'w"d\\$x`,
  KAFKA_BOOTSTRAP_SERVERS: 'kafka-1.example.org:9093',
  KAFKA_USER: 'facility-7',
  KAFKA_PASS: 's3cret of kafka',
};

export async function installWorld(): Promise<InstallWorld> {
  const home = await mkdtemp(join(tmpdir(), 'init-'));
  const worker = await connectServer();
  worker.healthy = false;
  const docker = dockerEngine([IMAGE, SINK_IMAGE]);
  docker.onStart = () => {
    worker.healthy = true;
  };
  docker.onStop = () => {
    worker.healthy = false;
  };
  const world = streamingFacility();
  world.kafka.members = [];
  world.kafka.heartbeat = null;
  const it: InstallWorld = {
    home,
    dir: join(home, 'facility'),
    env: { ...ANSWERS, REST_PORT: String(worker.port) },
    stdin: '',
    docker,
    worker,
    world,
    typed: [],
    decisions: [],
    asked: [],
    ticks: [],
    lists: [],
    dialog: undefined,
    taken: new Set(),
    looksInside: 0,
    signal: new AbortController().signal,
    logins: {},
    afterScript: undefined,
    freeBytes: 80e9,
    act: () => {},
    silent: false,
    endOffsets: (ends) => ends,
    cli: (...argv) => runIn(it, argv),
    close: async () => {
      await worker.close();
      await rm(home, { recursive: true, force: true });
    },
  };
  return it;
}

async function runIn(it: InstallWorld, argv: readonly string[]): Promise<Ran> {
  const written = { stdout: '', stderr: '' };
  const stream = (name: keyof typeof written) =>
    ({
      columns: 80,
      isTTY: false,
      write: (text: string) => {
        written[name] += text;
        return true;
      },
    }) as unknown as NodeJS.WriteStream;
  const exit = await run({
    argv,
    env: { NO_COLOR: '1', LANG: 'C.UTF-8' },
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    interactive: it.dialog !== undefined || it.typed.length + it.decisions.length + it.ticks.length > 0,
    signal: it.signal,
    context: async (invocation) => ({ ...invocation, ...surroundings(it) }),
  });
  return { exit, ...written };
}

function surroundings(
  it: InstallWorld,
): Omit<Context, 'out' | 'signal' | 'version' | 'packageRoot' | 'interactive'> {
  const { world } = it;
  return {
    host: { platform: 'linux', privileged: false, home: it.home, cwd: it.home, env: it.env },
    clock: {
      now: () => world.nowMs,
      sleep: async (ms, signal) => {
        signal?.throwIfAborted();
        world.nowMs += ms;
      },
    },
    files: acting(it, files(it), ['writeAtomically', 'remove', 'makeDir']),
    archive: async () => archive,
    imageFiles: async () => imageFiles,
    dockerSetup: () => Promise.reject(new Error('Docker was to be installed')),
    system: () => SYSTEM,
    docker: async () => {
      if (it.docker !== undefined) return acting(it, it.docker, DOCKER_CHANGES);
      throw new CliError('docker.unreachable', 'No Docker Engine answers on this machine.');
    },
    connect: async (port) => connectRest(`http://127.0.0.1:${port}`),
    prompts: async () => (it.dialog === undefined ? prompts(it) : scriptedPrompts(it.dialog)),
    stdin: async () => it.stdin,
    machine: async () => fakeMachine({ disk: async () => ({ totalBytes: 200e9, freeBytes: it.freeBytes }) }),
    network: async () => ({ ...fakeNetwork(world), isPortFree: async (port) => !it.taken.has(port) }),
    sqlServer: async (access) => sqlServerFor(it, access),
    sqlScript: async (access) => sqlScriptFor(it, access),
    postgres: async ({ host, port }) => warehouse(`${host}:${port}`),
    kafka: async ({ password }) => kafkaFor(it, password),
    dhis2: async (url, token) => dhis2(url, token),
    inside: async () => {
      it.looksInside++;
      return undefined;
    },
  };
}

function files(it: InstallWorld): FilesPort {
  const real = hostFiles();
  return {
    ...real,
    writeAtomically: async (path, ...rest) => {
      if (it.journal === 'full' && path.endsWith('journal.json')) {
        throw new CliError('files.failed', `${path} cannot be read or written.`, {
          seen: 'ENOSPC: no space left on device',
          needed: 'Free some disk space.',
        });
      }
      await real.writeAtomically(path, ...rest);
    },
  };
}

const DOCKER_CHANGES = [
  'createContainer',
  'start',
  'stop',
  'restart',
  'remove',
  'rename',
  'setRestartPolicy',
];

/** The same port, with each change told beforehand. */
function acting<T extends object>(it: InstallWorld, port: T, changes: readonly string[]): T {
  return new Proxy(port, {
    get: (target, name) => {
      const method = Reflect.get(target, name);
      if (typeof method !== 'function' || !changes.includes(String(name))) return method;
      return async (...given: unknown[]) => {
        it.act(`${String(name)} ${given[0]}`);
        return method.apply(target, given);
      };
    },
  });
}

/** SQL Server as a login sees it whose password may be wrong. */
function sqlServerFor({ world, logins }: InstallWorld, access: SqlServerAccess): SqlServerPort {
  const port = fakeSqlServer(world, `${access.host}:${access.port}`);
  const refused = {
    kind: 'sql' as const,
    number: 18_456,
    message: `Login failed for user '${access.user}'.`,
  };
  const mayEnter = () =>
    access.user === 'sa' || logins.database === undefined || logins.database === access.password;
  return {
    ...port,
    open: async (signal) => (mayEnter() ? port.open(signal) : { ok: false, failure: refused }),
    query: async (...question) => (mayEnter() ? port.query(...question) : { ok: false, failure: refused }),
  };
}

/** A login that runs ALTER LOGIN: its own, which must know the former password, or the DBA's. */
function sqlScriptFor(it: InstallWorld, access: SqlServerAccess): SqlScriptPort {
  const { logins } = it;
  const refused = (number: number, message: string) => ({
    ok: false as const,
    failure: { kind: 'sql' as const, number, message },
  });
  const text = (literal: string | undefined) => literal?.replaceAll("''", "'");
  return {
    ...sqlServerFor(it, access),
    execute: async (batch) => {
      const [, next] = /WITH PASSWORD = N'((?:[^']|'')*)'/.exec(batch) ?? [];
      const [, former] = /OLD_PASSWORD = N'((?:[^']|'')*)'/.exec(batch) ?? [];
      const own = access.user !== 'sa';
      if (next === undefined) return refused(102, 'Incorrect syntax');
      if (own && access.password !== logins.database) return refused(18_456, 'Login failed');
      if (own && text(former) !== logins.database) return refused(15_151, 'Cannot alter the login');
      it.act('ALTER LOGIN');
      const failure = it.afterScript?.(batch);
      if (failure !== undefined) return { ok: false, failure };
      logins.database = text(next) ?? '';
      return { ok: true };
    },
  };
}

function kafkaFor(it: InstallWorld, password: string): KafkaPort {
  const port = beatingKafka(it);
  if (it.logins.kafka === undefined || it.logins.kafka === password) return port;
  const failure = {
    kind: 'login',
    code: 'SASL',
    message: 'invalid credentials',
    broker: 'kafka-1:9093',
  } as const;
  return { ...port, lastRecord: async () => ({ ok: false, failure }) };
}

/** Kafka in which a heartbeat arrives each time it is asked for, while the task runs. */
function beatingKafka(it: InstallWorld): KafkaPort {
  const { world, worker } = it;
  return {
    ...fakeKafka(world),
    group: async (id) => {
      // The sink's consumer joins its group once its task runs.
      const sink =
        id === 'connect-cdc-sink' && Object.values(worker.connectors).some(({ task }) => task === 'RUNNING');
      const members = sink
        ? [{ clientId: 'connector-consumer', clientHost: '/127.0.0.1', memberId: 'm' }]
        : world.kafka.members;
      return {
        ok: true,
        value: {
          id,
          state: members.length > 0 ? 'Stable' : 'Empty',
          protocolType: 'consumer',
          members,
          operations: ['READ'],
        },
      };
    },
    endOffsets: async () => ({ ok: true, value: it.endOffsets(world.kafka.ends) }),
    lastRecord: async (topic) => {
      if (!topic.startsWith(`cdc.${CODE}.`)) return { ok: true, value: null };
      const running = Object.values(worker.connectors).some(({ task }) => task === 'RUNNING');
      if (worker.healthy && running && !it.silent) {
        const offset = String(Number(world.kafka.heartbeat?.offset ?? 0) + 1);
        const key = JSON.stringify({ payload: { facility_dhis2_code: CODE } });
        world.kafka.heartbeat = { offset, timestampMs: world.nowMs, key, value: '{}' };
        world.kafka.positions ??= [storedPosition(world.nowMs)];
        if (worker.offsets.length === 0) worker.offsets = [{ partition: PARTITION, offset: OFFSET }];
      }
      return { ok: true, value: world.kafka.heartbeat };
    },
  };
}

const PARTITION = { server: 'clinicmasterwarehouse-sqlserver', database: 'ClinicMasterMOH' };
const OFFSET = { commit_lsn: '00000027:00000ac0:0003', change_lsn: null, event_serial_no: 0 };

/** What Connect stores behind the first copy. */
function storedPosition(timestampMs: number): KafkaRecord {
  return {
    offset: '1',
    timestampMs,
    key: JSON.stringify([`cdc-${CODE}`, PARTITION]),
    value: JSON.stringify(OFFSET),
  };
}

/** A warehouse that takes everything. */
function warehouse(address: string): PostgresPort {
  const row = { version: '15.8', encrypted: true, encoding: 'UTF8', standby: false, create: true };
  return { address, query: async () => ({ ok: true, value: [row] as never }), close: async () => {} };
}

function prompts(it: InstallWorld): PromptPort {
  const reply = async (question: Question): Promise<string> => {
    it.asked.push(question);
    for (;;) {
      const text = it.typed.shift();
      if (text === undefined) throw new Error(`unexpected question: ${question.message}`);
      const answer = text === '' ? (question.default ?? '') : text;
      // As at a terminal: a refused answer is asked for again.
      if (question.check(answer) === undefined) return answer;
    }
  };
  const confirm = async (message: string) => {
    const decide = it.decisions.shift();
    if (decide === undefined) throw new Error(`unexpected question: ${message}`);
    return decide();
  };
  const choose = async (choice: Choice) => {
    it.lists.push(choice);
    const ticked = it.ticks.shift();
    if (ticked === undefined) throw new Error(`unexpected list: ${choice.message}`);
    return ticked;
  };
  const select = async ({ message }: { message: string }) => {
    throw new Error(`unexpected list: ${message}`);
  };
  return { keys: '', text: reply, secret: reply, confirm, choose, select };
}
