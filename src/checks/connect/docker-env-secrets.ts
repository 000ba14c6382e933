import type { CheckContext, FacilityCheck } from '../context.ts';
import { listed, pass, warn } from '../verdicts.ts';

const ID = 'docker-env-secrets';

const COMPOSE_FILE = 'docker-compose.facility.yml';
/** Shorter ones stand in every text by chance. */
const SHORTEST = 4;
/** The password of the container's own truststore: it holds public certificates only and is no secret. */
const NO_SECRET = new Set(['driver.trustStorePassword']);

/** Places, never values. */
export type SecretFacts = {
  /** Where a password of this facility stands in clear: `label x`, `docker-compose.facility.yml`, `setting y of the connector`. */
  places: string[];
  /** Settings of the connector that hold a password as a value and not as a reference. */
  literals: string[];
  /** False: the worker did not answer, or there is no connector. */
  connectorSeen: boolean;
  /** Permission bits of .env; null where the system has none. */
  envMode: number | null;
};

/**
 * Passwords stand in `.env` alone, which only its owner may read. The container's own environment holds them by design: root
 * alone can read it, and the worker resolves its references from there.
 */
export const dockerEnvSecrets: FacilityCheck<SecretFacts> = {
  id: ID,
  title: 'Passwords stand nowhere but in .env',
  area: 'connect',
  when: ['after-install', 'daily'],
  needs: ['docker-endpoint'],
  timeoutMs: 8000,

  async probe(context) {
    const { docker, files, names, settings } = context;
    const secrets = [settings.database.password, settings.kafka.password].filter(
      (secret) => secret.length >= SHORTEST,
    );
    const holds = (text: string) => secrets.some((secret) => text.includes(secret));
    const engine = await docker();
    const [container, configuration, compose, config, envMode] = await Promise.all([
      engine.container(names.container),
      engine.configuration(names.container),
      files.read(`${settings.dir}/${COMPOSE_FILE}`).catch(() => undefined),
      liveConfig(context),
      files.mode(`${settings.dir}/.env`).catch(() => undefined),
    ]);
    const labels = Object.entries(container?.labels ?? {});
    const argv = JSON.stringify([configuration?.Entrypoint, configuration?.Cmd]);
    const entries = Object.entries(config ?? {});
    return {
      places: [
        ...labels.filter(([, value]) => holds(value)).map(([name]) => `label ${name} of the container`),
        ...(holds(argv) ? ['command of the container'] : []),
        ...(compose !== undefined && holds(compose) ? [COMPOSE_FILE] : []),
        ...entries.filter(([, value]) => holds(value)).map(([name]) => `setting ${name} of the connector`),
      ],
      literals: entries.filter(isLiteral).map(([name]) => name),
      connectorSeen: config !== undefined,
      envMode: envMode ?? null,
    };
  },

  judge({ places, literals, connectorSeen, envMode }) {
    const settings = literals.map((name) => `setting ${name} of the connector`);
    const found = [...new Set([...places, ...settings])];
    if (found.length > 0) {
      return warn(`${ID}-clear`, 'A password stands where others can read it.', {
        current: listed(found),
        required: 'a reference such as ${env:DB_PASS}; the value in .env alone',
        remedy: {
          text: 'What a connector is given stands in Kafka and in every answer of the worker. Bring back the files and settings of this product; then have that password changed, because it has been seen.',
          commands: ['clinicmaster-cdc init'],
          who: 'you',
        },
      });
    }
    if (envMode !== null && (envMode & 0o077) !== 0) {
      return warn(`${ID}-mode`, 'Other users of this machine may read .env.', {
        current: `mode ${envMode.toString(8)}`,
        required: 'mode 600',
        remedy: {
          text: 'Take it away from them.',
          commands: ['chmod 600 .env   (in the facility’s folder)'],
          who: 'you',
        },
      });
    }
    return pass(connectorSeen ? 'references only' : 'not in labels and files; the connector was not seen');
  },
};

async function liveConfig({ connect, names }: CheckContext): Promise<Record<string, string> | undefined> {
  try {
    return await connect.config(names.connector);
  } catch {
    // A worker that does not answer has a check of its own.
    return undefined;
  }
}

function isLiteral([name, value]: [string, string]): boolean {
  if (NO_SECRET.has(name) || value === '') return false;
  if (/jaas\.config$/.test(name)) return /password\s*=\s*"?(?!\$\{)/i.test(value);
  return /(password|secret)$/i.test(name) && !/^\$\{[^}]+\}$/.test(value);
}
