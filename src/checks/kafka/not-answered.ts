import type { KafkaFailure } from '../../adapters/kafka-port.ts';
import type { FacilitySettings } from '../../settings/facility.ts';
import type { Verdict } from '../types.ts';
import { unknown } from '../verdicts.ts';

/** The verdict for a question that Kafka did not answer: cannot tell. */
export function notAnswered(id: string, what: string, failure: KafkaFailure): Verdict {
  return unknown(`${id}-unanswered`, `Kafka did not say ${what}.`, {
    current: `${failure.code} from ${failure.broker}: ${failure.message}`,
    remedy: { text: 'Run it again; then show this to the central team.', who: 'central-team' },
  });
}

type AclResource = { topic: string } | { group: string };

/** A ready line that gives a facility's user what it lacks; the central team runs it where its own login is. */
export function aclCommand(
  { kafka }: Pick<FacilitySettings, 'kafka'>,
  operations: readonly string[],
  resource: AclResource,
): string {
  const [kind, name] = 'topic' in resource ? ['topic', resource.topic] : ['group', resource.group];
  return [
    `${tool('kafka-acls.sh', kafka.brokers)} --add --allow-principal 'User:${kafka.user}'`,
    ...operations.map((operation) => `--operation ${javaName(operation)}`),
    `--${kind} '${name}' --resource-pattern-type prefixed`,
  ].join(' ');
}

/** A ready line that gives a topic other settings. */
export function topicConfigCommand(
  { kafka }: Pick<FacilitySettings, 'kafka'>,
  topic: string,
  config: string,
): string {
  return `${tool('kafka-configs.sh', kafka.brokers)} --alter --entity-type topics --entity-name '${topic}' --add-config ${config}`;
}

function tool(name: string, brokers: readonly string[]): string {
  return `${name} --bootstrap-server ${brokers[0] ?? 'BROKER:PORT'} --command-config admin.properties`;
}

/** `DESCRIBE_CONFIGS` → `DescribeConfigs`, as the tools of Kafka spell it. */
function javaName(operation: string): string {
  return operation.toLowerCase().replace(/(^|_)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
}
