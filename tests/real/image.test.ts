import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SecretScan } from '../../sandbox/src/demo/secrets.ts';
import { FACILITY_IMAGE } from '../../sandbox/src/images/recipes.ts';
import { enrolFacility } from '../../sandbox/src/kafka/enrol.ts';
import { withAdmin } from '../../sandbox/src/kafka/topics.ts';
import { loadSandbox, type Sandbox } from '../../sandbox/src/load.ts';
import { docker } from '../../sandbox/src/provision/docker.ts';
import { facilityNames } from '../../src/connector/names.ts';
import { connectorConfig } from '../../src/connector/template.ts';
import { startWorker, type WorkerContainer } from './support/worker-container.ts';

const ID = 'IMAGE-1';
const NAMES = facilityNames(ID);
const FACILITY_FILE = 'docker-compose.facility.yml';
const FACILITY_NAME = `St. Mary's "Lacor" Hospital, Gulu & Co $1 / ünïcode`;
/** Quotes and backslashes that a JAAS line must be given escaped, and what a shell would read. */
const KAFKA_PASS = `k"fk\\a's $1 ünï\`id\` pass`;
const DB_PASS = `sql"serv\\er's $HOME {}; pass`;

let sandbox: Sandbox;
let worker: WorkerContainer;
let scan: SecretScan;

const FIGURES = 'http://127.0.0.1:9404/metrics';

beforeAll(async () => {
  sandbox = await loadSandbox();
  const login = await enrolFacility(ID, KAFKA_PASS);
  scan = new SecretScan([
    { name: 'KAFKA_PASS', value: KAFKA_PASS },
    { name: 'DB_PASS', value: DB_PASS },
  ]);
  worker = await startWorker(
    FACILITY_FILE,
    {
      FACILITY_NAME,
      FACILITY_DHIS2_CODE: ID,
      INSTANCE: '-image-test',
      REST_PORT: '18183',
      DB_HOST: sandbox.gateway,
      // Nothing listens there: everything but the database itself is looked at here.
      DB_PORT: '9',
      DB_USER: 'cdc',
      DB_PASS,
      KAFKA_BOOTSTRAP_SERVERS: sandbox.kafka.bootstrap,
      KAFKA_USER: login.username,
      KAFKA_PASS_B64: Buffer.from(KAFKA_PASS).toString('base64'),
    },
    { 'kafka-ca.pem': sandbox.ca, 'sqlserver-ca.pem': sandbox.ca + sandbox.ca },
  );
  await worker.until(
    'the worker is healthy',
    60,
    async () => (await worker.connect.health()).state === 'healthy',
  );
});

afterAll(async () => {
  await worker?.remove();
  await removeTopics(NAMES.prefix);
});

async function removeTopics(prefix: string): Promise<void> {
  await withAdmin(async (admin) => {
    const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix));
    if (topics.length > 0) await admin.deleteTopics({ topics });
  });
}

describe('the facility image, as locked down as Compose runs it', () => {
  it('is healthy in the eyes of Docker', async () => {
    await worker.until('the health check passes', 45, async () => {
      return (await worker.docker.container(worker.name))?.health === 'healthy';
    });
  });

  it('runs without privileges on a file system that it cannot write', async () => {
    const status = (await worker.exec('cat', '/proc/1/status')).output;
    expect(status).toMatch(/^Uid:\s+10001\s+10001/m);
    expect(status).toMatch(/^CapBnd:\s+0{16}$/m);
    expect(status).toMatch(/^NoNewPrivs:\s+1$/m);
    expect((await worker.exec('sh', '-c', 'echo x > /opt/connect/connector.json')).output).toContain(
      'Read-only',
    );
    expect((await worker.exec('sh', '-c', 'cp /bin/busybox /tmp/b && /tmp/b true')).output).toContain(
      'denied',
    );
  });

  it('finds every library that its native code links to', async () => {
    const loader = '/lib64/ld-linux-x86-64.so.2 /lib/ld-linux-aarch64.so.1';
    const script = `for l in ${loader}; do [ -e $l ] || continue
      for f in /opt/java/bin/java /opt/java/lib/*.so /opt/java/lib/server/*.so /opt/connect/native/*.so; do
        LD_LIBRARY_PATH=/opt/java/lib:/opt/java/lib/server $l --list $f >/tmp/links 2>&1 || echo "$f cannot be loaded"
        grep -q libc.so /tmp/links || echo "$f was not looked at"
        grep 'not found' /tmp/links && echo "in $f"
      done; done`;
    expect((await worker.exec('sh', '-c', script)).output).toBe('');
    expect((await worker.exec('ls', '/opt/connect/native')).output).toMatch(/liblz4.*libsnappy.*libzstd/s);
  });

  it('uses its class data archive, which makes the start fast', async () => {
    const argv = ['@/opt/connect/jvm.options', '@/opt/connect/classpath', '-version'];
    const { exitCode, output } = await worker.exec('/opt/java/bin/java', '-Xshare:on', ...argv);
    expect(output).toContain('sharing');
    expect(exitCode).toBe(0);
  });

  it('trusts the public authorities only', async () => {
    const bundle = await worker.exec('grep', '-c', 'BEGIN CERTIFICATE', '/etc/ssl/certs/ca-certificates.crt');
    const store = await worker.exec(
      'sh',
      '-c',
      'keytool -list -cacerts -storepass changeit 2>&1 | grep trustedCert',
    );
    expect(store.output.trim().split('\n')).toHaveLength(Number(bundle.output));
  });

  it('gives the SQL Server driver every certificate of ca/sqlserver-ca.pem', async () => {
    const argv = ['-list', '-keystore', '/tmp/cdc/sqlserver-ca.p12', '-storepass', 'changeit'];
    expect((await worker.exec('/opt/java/bin/keytool', ...argv)).output).toContain('contains 2 entries');
  });

  it('keeps its position in one partition of each internal topic', async () => {
    const wanted = [NAMES.topics.configs, NAMES.topics.offsets, NAMES.topics.status];
    const { topics } = await withAdmin((admin) => admin.fetchTopicMetadata({ topics: wanted }));
    expect(topics.map(({ partitions }) => partitions.length)).toEqual([1, 1, 1]);
  });
});

describe('the figures of the facility image', () => {
  it('are given inside the container, and are those of the rules alone', async () => {
    const { exitCode, output } = await worker.exec('wget', '-q', '-O', '-', FIGURES);
    expect(exitCode).toBe(0);
    expect(output).toMatch(/^cdc_jvm_uptime_ms \d/m);
    expect(output).toMatch(/^cdc_jvm_heap_max_bytes \d/m);
    expect(output).toMatch(/^jmx_scrape_error 0\.0$/m);
    expect(output).not.toMatch(/^(?!#|cdc_|jmx_)./m);
  });

  it('are on loopback, so that neither this machine nor a neighbour in the network gets at them', async () => {
    const own = (await docker.getContainer(worker.name).inspect()).NetworkSettings;
    const address = own.Networks[worker.name]?.IPAddress ?? '';
    expect(Object.keys(own.Ports)).toEqual(['8083/tcp']);
    expect(await reach(address, 8083)).toBe('open');
    expect(await reach(address, 9404)).toBe('ECONNREFUSED');
    const neighbour = await docker.createContainer({
      Image: FACILITY_IMAGE.tag,
      Entrypoint: ['/bin/sh', '-c'],
      Cmd: [`for p in 8083 9404; do nc -w 3 ${address} $p </dev/null && echo $p open; done; true`],
      HostConfig: { NetworkMode: worker.name },
    });
    try {
      await neighbour.start();
      await neighbour.wait();
      const said = String(await neighbour.logs({ stdout: true, stderr: true }));
      expect(said).toContain('8083 open');
      expect(said).not.toContain('9404 open');
      expect(said).toContain('Connection refused');
    } finally {
      await neighbour.remove({ force: true });
    }
  });

  it('may fail: with the port taken the worker runs without them, and says so', async () => {
    const id = 'IMAGE-2';
    const login = await enrolFacility(id);
    const taken = await startWorker(
      FACILITY_FILE,
      {
        FACILITY_NAME,
        FACILITY_DHIS2_CODE: id,
        INSTANCE: '-image-taken',
        REST_PORT: '18802',
        DB_HOST: sandbox.gateway,
        DB_PORT: '9',
        DB_USER: 'cdc',
        DB_PASS,
        KAFKA_BOOTSTRAP_SERVERS: sandbox.kafka.bootstrap,
        KAFKA_USER: login.username,
        KAFKA_PASS: login.password,
      },
      { 'kafka-ca.pem': sandbox.ca },
      { Entrypoint: ['/bin/sh', '-c', 'nc -l -p 9404 & exec /opt/connect/entrypoint'] },
    );
    try {
      const healthy = async () => (await taken.connect.health()).state === 'healthy';
      await taken.until('the worker is healthy', 60, healthy);
      expect(await taken.logs()).toMatch(/gives no figures at port 9404.*BindException/);
    } finally {
      await taken.remove();
      await removeTopics(facilityNames(id).prefix);
    }
  });
});

/** What a connection to a port comes to: `open`, or the system's word. */
function reach(host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 3000 });
    const end = (word: string) => {
      socket.destroy();
      resolve(word);
    };
    socket.once('connect', () => end('open'));
    socket.once('timeout', () => end('ETIMEDOUT'));
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
  });
}

describe('the connector of the facility image', () => {
  it('has every setting accepted but the database, which is not there', async () => {
    const template = await readFile('templates/connector/facility-source.json', 'utf8');
    const problems = await worker.connect.validate(connectorConfig(template, NAMES.connector));
    expect(problems.map(({ setting }) => setting)).toEqual(['database.hostname']);
    expect(problems[0]?.errors.join()).toContain('has failed');
  });

  it('refuses a setting that does not exist, so that the test above can fail', async () => {
    const template = await readFile('templates/connector/facility-source.json', 'utf8');
    const config = { ...connectorConfig(template, NAMES.connector), 'time.precision.mode': 'picoseconds' };
    const problems = await worker.connect.validate(config);
    expect(problems.map(({ setting }) => setting)).toContain('time.precision.mode');
  });

  it('is not created while it could not work, and the log says why and what happens next', async () => {
    await worker.until('the log gives the reason', 60, async () =>
      /Trying again in \d+ s/.test(await worker.logs()),
    );
    const log = await worker.logs();
    expect(log).toContain(`Connector ${NAMES.connector} not created, because Debezium refuses its settings:`);
    expect(log).toMatch(/database\.hostname: "Unable to connect.*port 9 has failed/);
    expect(await worker.connect.connectors()).toEqual([]);
  });

  it('resolves references that hold quotes, dollar signs and letters beyond ASCII', async () => {
    // The worker's own login proves the JAAS line: it is healthy. The name goes through the JVM's environment.
    const environ = await worker.exec(
      'sh',
      '-c',
      "tr '\\0' '\\n' < /proc/$(pidof java)/environ | grep ^FACILITY_NAME=",
    );
    expect(environ.output.trim()).toBe(`FACILITY_NAME=${FACILITY_NAME}`);
  });

  it('shows no secret in its log, its REST answers, its labels and its processes', async () => {
    scan.look('log', worker.name, await worker.logs());
    for (const path of ['/', '/connectors?expand=info', '/connector-plugins?connectorsOnly=false']) {
      scan.look('REST', path, await (await fetch(worker.url + path)).text());
    }
    const template = JSON.parse(await readFile('templates/connector/facility-source.json', 'utf8'));
    const validated = await fetch(
      `${worker.url}/connector-plugins/${template['connector.class']}/config/validate`,
      {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ name: NAMES.connector, ...template }),
      },
    );
    scan.look('REST', 'validate', await validated.text());
    scan.look('labels', worker.name, JSON.stringify((await worker.docker.container(worker.name))?.labels));
    scan.look('processes', worker.name, (await worker.exec('ps', '-o', 'args')).output);
    expect(scan.scanned.get('log')).toBeGreaterThan(1_000);
    expect(scan.leaks).toEqual([]);
  });
});
