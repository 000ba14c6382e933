import type { KafkaFailure } from '../../adapters/kafka-port.ts';
import type { KafkaSettings } from '../../settings/facility.ts';
import type { Reason } from './each-broker.ts';

/** Why a broker that is reachable and trusted still does not let this facility in. */
export function loginReason(failure: KafkaFailure, kafka: KafkaSettings): Reason {
  const current = `${failure.code} from ${failure.broker}: ${failure.message}`;
  switch (failure.kind) {
    case 'login':
      return {
        kind: 'refused',
        summary: `Kafka refuses the user ${kafka.user}.`,
        current,
        required: `The password that Kafka knows for ${kafka.user}.`,
        remedy: {
          text:
            'Check KAFKA_USER and KAFKA_PASS against the enrolment sheet: upper and lower case count. If both are right, ' +
            'the central team makes the user or sets its password again.',
          who: 'you',
        },
      };
    case 'mechanism':
      return {
        kind: 'mechanism',
        summary: `Kafka does not offer the login method ${kafka.mechanism}.`,
        current,
        required: 'The method that the central team has set up for facilities.',
        remedy: {
          text: 'Ask the central team which one, and set it.',
          commands: ['clinicmaster-cdc init --kafka-mechanism SCRAM-SHA-512'],
          who: 'central-team',
        },
      };
    case 'timeout':
      return {
        kind: 'timeout',
        summary: `${failure.broker} did not answer the login in time.`,
        current,
        required: 'An answer within 8 s.',
        remedy: {
          text: 'The link is too slow or drops large packets; run it again, then ask the network administrator.',
          who: 'network-admin',
        },
      };
    default:
      return {
        kind: 'broken',
        summary: `${failure.broker} broke the connection off during the login.`,
        current,
        required: `A listener for ${kafka.securityProtocol} at this port.`,
        remedy: {
          text:
            'Usually the port belongs to a listener with another security protocol, or the address is not Kafka. Ask the ' +
            'central team for the port of the SASL_SSL listener.',
          who: 'central-team',
        },
      };
  }
}
