import { decompress } from 'fzstd';
import kafkajs, { type Kafka } from 'kafkajs';
import { type Login, loadSandbox } from '../load.ts';

const { CompressionCodecs, CompressionTypes, KafkaJSSASLAuthenticationError, logLevel } = kafkajs;

// kafkajs brings gzip only; producers here compress with zstd. Reading is all that the sandbox does with it.
CompressionCodecs[CompressionTypes.ZSTD] = () => ({
  compress: () => Promise.reject(new Error('The sandbox reads zstd but does not write it; choose gzip.')),
  decompress: (buffer: Buffer) => Promise.resolve(Buffer.from(decompress(buffer))),
});

/** A client of the sandbox's broker for one user; without a login, for the super-user `admin`. */
export async function kafkaFor(login?: Login, clientId = 'clinicmaster-cdc-sandbox'): Promise<Kafka> {
  const { ca, kafka } = await loadSandbox();
  return new kafkajs.Kafka({
    clientId,
    brokers: [kafka.bootstrap],
    ssl: { ca: [ca] },
    sasl: { mechanism: 'scram-sha-256', ...(login ?? kafka.admin) },
    logLevel: logLevel.NOTHING,
    connectionTimeout: 5_000,
    authenticationTimeout: 10_000,
    retry: { retries: 5, initialRetryTime: 200 },
  });
}

/** Whether a user may log in; `unreachable` while the broker does not answer. */
export async function canLogIn(login: Login): Promise<'yes' | 'refused' | 'unreachable'> {
  const admin = (await kafkaFor(login)).admin({ retry: { retries: 0 } });
  try {
    await admin.connect();
    await admin.describeCluster();
    return 'yes';
  } catch (error) {
    return isRefusal(error) ? 'refused' : 'unreachable';
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

function isRefusal(error: unknown): boolean {
  const cause = (error as { cause?: unknown }).cause;
  return error instanceof KafkaJSSASLAuthenticationError || cause instanceof KafkaJSSASLAuthenticationError;
}
