import { dockerApi } from '../../checks/host/docker-api.ts';
import { dockerEndpoint } from '../../checks/host/docker-endpoint.ts';
import { dockerPermission } from '../../checks/host/docker-permission.ts';
import { dockerPort } from '../../checks/host/docker-port.ts';
import { kafkaAdvertised } from '../../checks/kafka/kafka-advertised.ts';
import { kafkaApiVersions } from '../../checks/kafka/kafka-api-versions.ts';
import { kafkaBootstrapSyntax } from '../../checks/kafka/kafka-bootstrap-syntax.ts';
import { kafkaDns } from '../../checks/kafka/kafka-dns.ts';
import { kafkaProxy } from '../../checks/kafka/kafka-proxy.ts';
import { kafkaSaslAuth } from '../../checks/kafka/kafka-sasl-auth.ts';
import { kafkaSaslMechanism } from '../../checks/kafka/kafka-sasl-mechanism.ts';
import { kafkaTcp } from '../../checks/kafka/kafka-tcp.ts';
import { kafkaTlsExpiry } from '../../checks/kafka/kafka-tls-expiry.ts';
import { kafkaTlsHandshake } from '../../checks/kafka/kafka-tls-handshake.ts';
import type { CentralCheck, SharedCheck } from './context.ts';
import { sinkIdentity } from './sink-identity.ts';
import { sinkRights } from './sink-rights.ts';
import { warehouseLogin } from './warehouse-login.ts';
import { warehouseSchema } from './warehouse-schema.ts';
import { warehouseTcp } from './warehouse-tcp.ts';

/** Checks of a facility that ask nothing of a facility: they serve the sink as they are. */
const SHARED_CHECKS: readonly SharedCheck[] = [
  dockerPermission,
  dockerEndpoint,
  dockerApi,
  dockerPort,
  kafkaBootstrapSyntax,
  kafkaDns,
  kafkaTcp,
  kafkaProxy,
  kafkaTlsHandshake,
  kafkaTlsExpiry,
  kafkaApiVersions,
  kafkaSaslMechanism,
  kafkaSaslAuth,
  kafkaAdvertised,
];

/** Every check of the sink, in the order in which they are shown. */
export const CENTRAL_CHECKS: readonly CentralCheck[] = [
  ...SHARED_CHECKS,
  warehouseTcp,
  warehouseLogin,
  warehouseSchema,
  sinkRights,
  sinkIdentity,
];
