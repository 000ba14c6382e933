import { livingStandIn, saPasswordFile } from './demo/stand-ins.ts';
import { canLogIn } from './kafka/client.ts';
import { loadSandbox } from './load.ts';
import { KAFKA_CONTAINER, POSTGRES_CONTAINER } from './names.ts';
import { say } from './output.ts';
import { CREDENTIALS } from './paths.ts';
import { canConnect } from './postgres/server.ts';
import { inspectContainer } from './provision/docker.ts';
import { pingEngine } from './provision/engine.ts';

/** Says what runs, and where. @returns whether all of it answers */
export async function showStatus(): Promise<boolean> {
  if ((await pingEngine()) !== 'yes') {
    say('✗ Docker Engine: no answer. Start the sandbox: npm run sandbox -- up');
    return false;
  }
  const { kafka, postgres, standin, caFile } = await loadSandbox();
  const [login, connected] = await Promise.all([canLogIn(kafka.admin), canConnect(postgres.warehouse)]);
  await row(
    'Kafka',
    KAFKA_CONTAINER,
    login === 'yes',
    `${kafka.bootstrap}  SASL_SSL, SCRAM-SHA-256, CA ${caFile}`,
  );
  await row(
    'PostgreSQL',
    POSTGRES_CONTAINER,
    connected,
    `${postgres.host}:${postgres.port}  database warehouse`,
  );
  if ((await livingStandIn(1)) !== undefined) {
    say(
      `✓ SQL Server stand-in: runs  ${standin.host}:${standin.port(1)}  login sa, password in ${saPasswordFile(1)}`,
    );
  }
  say(`  users and passwords: ${CREDENTIALS}`);
  return login === 'yes' && connected;
}

async function row(title: string, container: string, answers: boolean, where: string): Promise<void> {
  const state = (await inspectContainer(container))?.State.Status ?? 'absent';
  say(
    `${answers ? '✓' : '✗'} ${title}: ${answers ? 'answers' : `no answer (${container} is ${state})`}  ${where}`,
  );
}
