/** Everything that is named after one facility. One table, shared by code, ACLs and docs (design decision 1). */
export interface FacilityNames {
  connector: string;
  group: string;
  topics: {
    configs: string;
    offsets: string;
    status: string;
    schemaHistory: string;
    heartbeat: string;
  };
  /** Every name of this facility starts with it; its last dot keeps the prefix ACL of `A` from matching `A-1`. */
  prefix: string;
  historyGroup: string;
  container: string;
}

/** Shared by all facilities (specification): topics are `<prefix>.<DB>.dbo.<Table>`. */
export const TOPIC_PREFIX = 'clinicmasterwarehouse-sqlserver';
export const SINK_CONNECTOR = 'cdc-sink';
/** Kafka Connect derives a sink's consumer group from the connector's name. */
export const SINK_GROUP = `connect-${SINK_CONNECTOR}`;
export const DLQ_TOPIC = 'sink-dlq';
export const CENTRAL_PREFIX = 'cdc.central.';
export const CENTRAL_CONTAINER = 'clinicmasterwarehouse-sink';
const CONTAINER = 'clinicmasterwarehouse';

/** Codes that may name topics and groups as they are. */
export const FACILITY_ID = /^[A-Za-z0-9][A-Za-z0-9-]{0,49}$/;

/**
 * The names of one facility.
 * @param id the facility id (matches {@link FACILITY_ID})
 * @param instance suffix of the container, empty for the first instance on a host
 */
export function facilityNames(id: string, instance = ''): FacilityNames {
  const prefix = `cdc.${id}.`;
  return {
    connector: `cdc-${id}`,
    group: `${prefix}workers`,
    topics: {
      configs: `${prefix}configs`,
      offsets: `${prefix}offsets`,
      status: `${prefix}status`,
      schemaHistory: `${prefix}schema-history`,
      heartbeat: `${prefix}heartbeat`,
    },
    prefix,
    historyGroup: `${prefix}history`,
    container: instance === '' ? CONTAINER : `${CONTAINER}-${instance}`,
  };
}
