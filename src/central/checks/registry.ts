import { dockerEngine } from '../../checks/host/docker-engine.ts';
import { restPort } from '../../checks/host/rest-port.ts';
import { kafkaAdvertised } from '../../checks/kafka/kafka-advertised.ts';
import { kafkaBootstrap } from '../../checks/kafka/kafka-bootstrap.ts';
import { kafkaDns } from '../../checks/kafka/kafka-dns.ts';
import { kafkaLogin } from '../../checks/kafka/kafka-login.ts';
import { kafkaTcp } from '../../checks/kafka/kafka-tcp.ts';
import { kafkaTls } from '../../checks/kafka/kafka-tls.ts';
import type { CentralCheck, SharedCheck } from './context.ts';
import { sinkIdentity } from './sink-identity.ts';
import { sinkRights } from './sink-rights.ts';
import { warehouseLogin } from './warehouse-login.ts';
import { warehouseSchema } from './warehouse-schema.ts';
import { warehouseTcp } from './warehouse-tcp.ts';

/** Checks of a facility that ask nothing of a facility: they serve the sink as they are. */
const SHARED_CHECKS: readonly SharedCheck[] = [
  dockerEngine,
  restPort,
  kafkaBootstrap,
  kafkaDns,
  kafkaTcp,
  kafkaTls,
  kafkaLogin,
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
