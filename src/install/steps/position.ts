import type { KafkaAnswer, KafkaPort } from '../../adapters/kafka-port.ts';
import type { FacilityNames } from '../../connector/names.ts';
import { CliError } from '../../errors.ts';
import type { InstallPorts } from '../deployment.ts';
import type { Step } from '../step.ts';

/** A worker that was killed stands in its group until its session is over. */
const GROUP_PATIENCE_MS = 60_000;
const PAUSE_MS = 2_000;

/** The facility's own topics: position, schema history, heartbeat. The worker makes them; only taking them back is a step. */
export function positionStep(names: FacilityNames, kafka: KafkaPort, ports: InstallPorts): Step {
  const { clock, signal } = ports;
  return {
    id: 'position',
    title: `Topics ${names.prefix}*`,
    done: async () => 'made by the worker',
    run: async () => 'made by the worker',
    undo: async (progress) => {
      const started = clock.now();
      for (;;) {
        const { members } = told(await kafka.group(names.group, signal), 'look at its group');
        if (members.length === 0) break;
        if (clock.now() - started > GROUP_PATIENCE_MS) throw stillWorks(names, members[0]?.clientHost ?? '');
        progress('waiting until the worker has left its group');
        await clock.sleep(PAUSE_MS, signal);
      }
      const topics = told(await kafka.topicNames(names.prefix, signal), 'list its topics');
      if (topics.length === 0) return 'none there';
      const answers = told(await kafka.deleteTopics(topics, signal), 'delete its topics');
      const refused = answers.filter((answer) => answer.refused !== null);
      if (refused.length > 0) throw mayNotDelete(names, refused);
      return `removed ${topics.length}: ${topics.join(', ')}`;
    },
  };
}

function told<T>(answer: KafkaAnswer<T>, what: string): T {
  if (answer.ok) return answer.value;
  const { broker, code, message } = answer.failure;
  throw new CliError('uninstall.kafka', `Kafka does not let this facility ${what}.`, {
    seen: `${broker}: ${code} ${message}`,
    needed: 'A reachable Kafka; or run uninstall without --purge-position: the topics then stay.',
    commands: ['clinicmaster-cdc doctor --only kafka'],
  });
}

function stillWorks({ group }: FacilityNames, host: string): CliError {
  return new CliError('uninstall.worker-elsewhere', 'A worker of this facility still runs elsewhere.', {
    seen: `a member of ${group} at ${host}`,
    needed:
      'Stop it first: without its topics it would begin anew. Or run uninstall without --purge-position.',
  });
}

function mayNotDelete(
  { prefix }: FacilityNames,
  refused: { name: string; refused: string | null }[],
): CliError {
  return new CliError('uninstall.position', 'Kafka does not let this facility delete its topics.', {
    seen: refused.map(({ name, refused: why }) => `${name}: ${why}`).join('\n'),
    needed: `Somebody with DELETE on the topics ${prefix}* deletes them, or gives this user that right. Container and network are gone; settings are still there. Then run uninstall again, or now without --purge-position.`,
    commands: [
      `kafka-topics.sh --bootstrap-server <broker> --command-config <admin.properties> --delete --topic '${prefix.replaceAll('.', '\\.')}.*'`,
    ],
    who: 'central-team',
  });
}
