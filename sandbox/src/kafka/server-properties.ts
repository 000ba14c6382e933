import { KAFKA_PORT } from '../names.ts';

/** Directory of the broker's configuration inside its container. */
export const CONFIG_DIR = '/etc/kafka';

/** The broker's own super-user, on the listener that only its container reaches. */
const BROKER_USER = 'broker';

/**
 * `server.properties` of the one broker, also its own controller (KRaft).
 * EXTERNAL is what everybody uses: TLS and SCRAM-SHA-256, ACLs enforced, nothing allowed that no ACL allows.
 * LOCAL and CONTROLLER listen on the container's loopback only; SCRAM users are made through LOCAL, because SCRAM
 * itself cannot log in before the first user exists.
 */
export function serverProperties(gateway: string, brokerPassword: string): string {
  const plain = (role: 'client' | 'server') =>
    `org.apache.kafka.common.security.plain.PlainLoginModule required username="${BROKER_USER}" ` +
    `password="${brokerPassword}"${role === 'server' ? ` user_${BROKER_USER}="${brokerPassword}"` : ''};`;
  return properties({
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.bootstrap.servers': '127.0.0.1:9091',
    listeners: `EXTERNAL://0.0.0.0:${KAFKA_PORT},LOCAL://127.0.0.1:9092,CONTROLLER://127.0.0.1:9091`,
    'advertised.listeners': `EXTERNAL://${gateway}:${KAFKA_PORT},LOCAL://127.0.0.1:9092,CONTROLLER://127.0.0.1:9091`,
    'listener.security.protocol.map': 'EXTERNAL:SASL_SSL,LOCAL:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'LOCAL',
    'sasl.enabled.mechanisms': 'SCRAM-SHA-256,PLAIN',
    'sasl.mechanism.inter.broker.protocol': 'PLAIN',
    'sasl.mechanism.controller.protocol': 'PLAIN',
    'listener.name.external.sasl.enabled.mechanisms': 'SCRAM-SHA-256',
    'listener.name.external.scram-sha-256.sasl.jaas.config':
      'org.apache.kafka.common.security.scram.ScramLoginModule required;',
    'listener.name.external.ssl.keystore.type': 'PEM',
    'listener.name.external.ssl.keystore.location': `${CONFIG_DIR}/server.pem`,
    'listener.name.local.sasl.enabled.mechanisms': 'PLAIN',
    'listener.name.local.plain.sasl.jaas.config': plain('server'),
    'listener.name.controller.sasl.enabled.mechanisms': 'PLAIN',
    'listener.name.controller.plain.sasl.jaas.config': plain('server'),

    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': `User:${BROKER_USER};User:admin`,
    'allow.everyone.if.no.acl.found': 'false',
    'auto.create.topics.enable': 'false',

    'log.dirs': '/var/lib/kafka/data',
    'num.partitions': '1',
    'default.replication.factor': '1',
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '5',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'transaction.state.log.num.partitions': '1',
    'share.coordinator.state.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
    'share.coordinator.state.topic.num.partitions': '1',
    'min.insync.replicas': '1',
    // As Kafka's own development configuration: no wait for more members of a new group.
    'group.initial.rebalance.delay.ms': '0',
    'log.cleaner.dedupe.buffer.size': '33554432',
    'num.network.threads': '2',
    'num.io.threads': '4',
  });
}

/** What the broker's own tools log in with, over LOCAL. */
export function brokerClientProperties(brokerPassword: string): string {
  return properties({
    'security.protocol': 'SASL_PLAINTEXT',
    'sasl.mechanism': 'PLAIN',
    'sasl.jaas.config':
      'org.apache.kafka.common.security.plain.PlainLoginModule required ' +
      `username="${BROKER_USER}" password="${brokerPassword}";`,
  });
}

/** Values here never hold a backslash or a line break, which a properties file would read. */
function properties(entries: Record<string, string>): string {
  return `${Object.entries(entries)
    .map(([key, value]) => `${key}=${value}`)
    .join('\n')}\n`;
}
