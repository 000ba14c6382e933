import { KAFKA_IMAGE } from '../../../sandbox/src/images/recipes.ts';
import {
  brokerClientProperties,
  CONFIG_DIR,
  serverProperties,
} from '../../../sandbox/src/kafka/server-properties.ts';
import { KAFKA_PORT } from '../../../sandbox/src/names.ts';
import { ensureRunning, waitUntilReady } from '../../../sandbox/src/provision/container.ts';
import { docker, execIn, removeContainer } from '../../../sandbox/src/provision/docker.ts';
import { readCredentials } from '../../../sandbox/src/state.ts';
import { serverCertificate } from '../../../sandbox/src/tls/servers.ts';

const NAME = 'clinicmaster-cdc-test-misadvertised';
const PORT = 19193;
/** The user that the image runs as. */
const UID = 10001;

export interface SecondBroker {
  /** Where it really listens. */
  bootstrap: string;
  user: string;
  password: string;
  remove(): Promise<void>;
}

/**
 * A real broker of its own whose listener works and which sends its clients on to an address that nobody can reach: what a
 * central team gets that forgot `advertised.listeners`.
 * @param advertised `host:port`
 */
export async function misadvertisedBroker(advertised: string): Promise<SecondBroker> {
  const credentials = await readCredentials();
  if (credentials === undefined) throw new Error('There is no sandbox.');
  const { gateway, id, kafka } = credentials;
  const tls = await serverCertificate('kafka', gateway);
  const properties = serverProperties(gateway, kafka.brokerPassword).replace(
    `EXTERNAL://${gateway}:${KAFKA_PORT}`,
    `EXTERNAL://${advertised}`,
  );
  const file = (name: string, content: string) => ({
    path: `${CONFIG_DIR}/${name}`,
    content,
    mode: 0o600,
    uid: UID,
    gid: UID,
  });
  await ensureRunning({
    name: NAME,
    image: KAFKA_IMAGE.tag,
    sandboxId: id,
    env: { CLUSTER_ID: kafka.clusterId, KAFKA_HEAP_OPTS: '-Xms128m -Xmx256m' },
    port: { inside: KAFKA_PORT, outside: PORT },
    gateway,
    files: [
      file('server.properties', properties),
      file('broker-client.properties', brokerClientProperties(kafka.brokerPassword)),
      file('server.pem', tls.key + tls.certificate),
    ],
    dataPath: '/var/lib/kafka/data',
    memoryBytes: 768 * 1024 * 1024,
  });
  const setPassword = () => execIn(NAME, ['/opt/kafka/set-password.sh', 'admin'], `${kafka.adminPassword}\n`);
  await waitUntilReady(NAME, 120, async () => (await setPassword()).exitCode === 0);
  return {
    bootstrap: `${gateway}:${PORT}`,
    user: 'admin',
    password: kafka.adminPassword,
    remove: async () => {
      await removeContainer(NAME);
      await docker.getVolume(NAME).remove();
    },
  };
}
