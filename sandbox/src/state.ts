import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { withLock } from './lock.ts';
import { CREDENTIALS, STATE } from './paths.ts';

/** Everything that the sandbox must remember; `credentials.json`, mode 0600. */
export interface Credentials {
  schemaVersion: 1;
  /** Random; labels what was started with these passwords. */
  id: string;
  /** Where host and containers both reach the servers: the address of docker0. Empty until `up` has looked. */
  gateway: string;
  kafka: {
    clusterId: string;
    /** Super-user of the listener that only the broker's own container can reach. */
    brokerPassword: string;
    /** Super-user `admin` of the public listener. */
    adminPassword: string;
    /** Password by principal, for the users made by enrolment. */
    users: Record<string, string>;
  };
  postgres: { superuserPassword: string; warehousePassword: string; standinPassword: string };
}

/** 24 characters without any that a shell, a URL or a properties file would read. */
export const newPassword = (): string => randomBytes(18).toString('base64url');

function fresh(): Credentials {
  return {
    schemaVersion: 1,
    id: randomUUID(),
    gateway: '',
    kafka: {
      // Kafka wants 16 bytes in URL-safe base64.
      clusterId: randomBytes(16).toString('base64url'),
      brokerPassword: newPassword(),
      adminPassword: newPassword(),
      users: {},
    },
    postgres: {
      superuserPassword: newPassword(),
      warehousePassword: newPassword(),
      standinPassword: newPassword(),
    },
  };
}

/** Undefined where no sandbox was ever started in this checkout. */
export async function readCredentials(): Promise<Credentials | undefined> {
  const text = await readFile(CREDENTIALS, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  return text === undefined ? undefined : (JSON.parse(text) as Credentials);
}

/**
 * Changes the credentials, one process at a time; makes them where there are none.
 * @returns what was written
 */
export async function updateCredentials(
  change: (credentials: Credentials) => void | Promise<void>,
): Promise<Credentials> {
  return withLock('credentials', async () => {
    const credentials = (await readCredentials()) ?? fresh();
    await change(credentials);
    await writePrivate(CREDENTIALS, `${JSON.stringify(credentials, null, 2)}\n`);
    return credentials;
  });
}

/** Writes a file that only its owner can read, whole or not at all. */
export async function writePrivate(file: string, content: string): Promise<void> {
  await mkdir(STATE, { recursive: true, mode: 0o700 });
  const temporary = `${file}.${process.pid}.new`;
  await writeFile(temporary, content, { mode: 0o600 });
  await rename(temporary, file);
}
