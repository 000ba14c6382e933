import { KAFKA_CONTAINER, KAFKA_PORT } from '../names.ts';
import { ensureRunning, type ServerContainer, waitUntilReady } from '../provision/container.ts';
import { docker, execIn } from '../provision/docker.ts';
import { SandboxError } from '../sandbox-error.ts';
import type { Credentials } from '../state.ts';
import type { KeyAndCertificate } from '../tls/authority.ts';
import { canLogIn } from './client.ts';
import { brokerClientProperties, CONFIG_DIR, serverProperties } from './server-properties.ts';

/** The user that the image runs as. */
const UID = 10001;
const READY_SECONDS = 120;
const STOP_GRACE_SECONDS = 30;

function broker(image: string, credentials: Credentials, tls: KeyAndCertificate): ServerContainer {
  const { gateway, kafka, id } = credentials;
  const file = (name: string, content: string) => ({
    path: `${CONFIG_DIR}/${name}`,
    content,
    mode: 0o600,
    uid: UID,
    gid: UID,
  });
  return {
    name: KAFKA_CONTAINER,
    image,
    sandboxId: id,
    env: { CLUSTER_ID: kafka.clusterId, KAFKA_HEAP_OPTS: '-Xms256m -Xmx512m' },
    port: { inside: KAFKA_PORT, outside: KAFKA_PORT },
    gateway,
    files: [
      file('server.properties', serverProperties(gateway, kafka.brokerPassword)),
      file('broker-client.properties', brokerClientProperties(kafka.brokerPassword)),
      file('server.pem', tls.key + tls.certificate),
    ],
    dataPath: '/var/lib/kafka/data',
    memoryBytes: 1536 * 1024 * 1024,
  };
}

/** Makes the broker run and the super-user `admin` able to log in from outside. */
export async function ensureBroker(
  image: string,
  credentials: Credentials,
  tls: KeyAndCertificate,
): Promise<void> {
  await ensureRunning(broker(image, credentials, tls));
  const admin = { username: 'admin', password: credentials.kafka.adminPassword };
  await waitUntilReady(KAFKA_CONTAINER, READY_SECONDS, async () => {
    const answer = await canLogIn(admin);
    if (answer === 'refused') await setScramPassword(admin.username, admin.password);
    return answer === 'yes';
  });
}

/**
 * Creates a SCRAM-SHA-256 user of the broker, or gives it another password. kafkajs cannot, so the broker's own
 * tool does, in the broker's container.
 * @param password without line breaks
 */
export async function setScramPassword(user: string, password: string): Promise<void> {
  const result = await execIn(
    KAFKA_CONTAINER,
    ['/opt/kafka/set-password.sh', user],
    `${escaped(password)}\n`,
  );
  if (result.exitCode !== 0) {
    throw new SandboxError(`Kafka did not take the user ${user}: ${result.output.trim().slice(0, 500)}`);
  }
}

/** A properties file reads backslashes, and Latin-1 where a character is not escaped. */
function escaped(value: string): string {
  return value
    .replaceAll('\\', '\\\\')
    .replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Stops the broker as an operator would; its data stays. */
export async function stopBroker(): Promise<void> {
  await docker.getContainer(KAFKA_CONTAINER).stop({ t: STOP_GRACE_SECONDS });
}

/** Starts a stopped broker. Resolves when `admin` can log in. */
export async function startBroker(credentials: Credentials): Promise<void> {
  await docker.getContainer(KAFKA_CONTAINER).start();
  await waitForLogin(credentials);
}

/** `docker restart` of the broker. Resolves when `admin` can log in again. */
export async function restartBroker(credentials: Credentials): Promise<void> {
  await docker.getContainer(KAFKA_CONTAINER).restart({ t: STOP_GRACE_SECONDS });
  await waitForLogin(credentials);
}

async function waitForLogin(credentials: Credentials): Promise<void> {
  const admin = { username: 'admin', password: credentials.kafka.adminPassword };
  await waitUntilReady(KAFKA_CONTAINER, READY_SECONDS, async () => (await canLogIn(admin)) === 'yes');
}
