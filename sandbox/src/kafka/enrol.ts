import kafkajs, { type AclEntry, type AclOperationTypes } from 'kafkajs';
import {
  CENTRAL_PREFIX,
  DLQ_TOPIC,
  facilityNames,
  SINK_GROUP,
  TOPIC_PREFIX,
} from '../../../src/connector/names.ts';
import type { Login } from '../load.ts';
import { newPassword, readCredentials, updateCredentials } from '../state.ts';
import { setScramPassword } from './broker.ts';
import { withAdmin } from './topics.ts';

const { TOPIC, GROUP } = kafkajs.AclResourceTypes;
const { READ, WRITE, CREATE, DESCRIBE, DESCRIBE_CONFIGS } = kafkajs.AclOperationTypes;
const { PREFIXED, LITERAL } = kafkajs.ResourcePatternTypes;

interface Grant {
  resource: typeof TOPIC | typeof GROUP;
  name: string;
  pattern: typeof PREFIXED | typeof LITERAL;
  operations: readonly AclOperationTypes[];
}

/**
 * What a facility may do: everything under its own prefix, and write (never read) the shared data topics: one
 * hospital must not read another's patients.
 */
export function facilityGrants(id: string): readonly Grant[] {
  const { prefix } = facilityNames(id);
  return [
    {
      resource: TOPIC,
      name: prefix,
      pattern: PREFIXED,
      operations: [READ, WRITE, CREATE, DESCRIBE, DESCRIBE_CONFIGS],
    },
    { resource: GROUP, name: prefix, pattern: PREFIXED, operations: [READ, DESCRIBE] },
    {
      resource: TOPIC,
      name: `${TOPIC_PREFIX}.`,
      pattern: PREFIXED,
      operations: [CREATE, WRITE, DESCRIBE, DESCRIBE_CONFIGS],
    },
  ];
}

/** What the central sink may do: read all data topics, keep its own state, write its dead letters and read them back. */
export function sinkGrants(): readonly Grant[] {
  return [
    {
      resource: TOPIC,
      name: CENTRAL_PREFIX,
      pattern: PREFIXED,
      operations: [READ, WRITE, CREATE, DESCRIBE, DESCRIBE_CONFIGS],
    },
    { resource: GROUP, name: CENTRAL_PREFIX, pattern: PREFIXED, operations: [READ, DESCRIBE] },
    { resource: TOPIC, name: `${TOPIC_PREFIX}.`, pattern: PREFIXED, operations: [READ, DESCRIBE] },
    { resource: GROUP, name: SINK_GROUP, pattern: LITERAL, operations: [READ, DESCRIBE] },
    { resource: TOPIC, name: DLQ_TOPIC, pattern: LITERAL, operations: [READ, WRITE, CREATE, DESCRIBE] },
  ];
}

/**
 * Gives one facility its own Kafka user `facility-<id>` with exactly {@link facilityGrants}. A second call changes
 * nothing unless it brings another password.
 * @param password of the test's choice (quotes, backslashes …); random otherwise
 */
export function enrolFacility(id: string, password?: string): Promise<Login> {
  return enrol(`facility-${id}`, facilityGrants(id), password);
}

/** Gives the central sink its Kafka user `central-sink` with exactly {@link sinkGrants}. */
export function enrolSink(password?: string): Promise<Login> {
  return enrol('central-sink', sinkGrants(), password);
}

/** Creates or completes a user with these grants; tests use it for principals that may do less. */
export async function enrol(username: string, grants: readonly Grant[], password?: string): Promise<Login> {
  const known = (await readCredentials())?.kafka.users[username];
  const chosen = password ?? known ?? newPassword();
  // Set even where it is known: the broker may have been made anew since, and then knows nobody.
  await setScramPassword(username, chosen);
  if (chosen !== known) {
    await updateCredentials((credentials) => {
      credentials.kafka.users[username] = chosen;
    });
  }
  await allow(username, grants);
  return { username, password: chosen };
}

/** Gives the user these grants and takes every other one away. */
async function allow(username: string, grants: readonly Grant[]): Promise<void> {
  const principal = `User:${username}`;
  const wanted = grants.flatMap((grant) => entries(principal, grant));
  await withAdmin(async (admin) => {
    const { resources } = await admin.describeAcls({ ...ANY, principal });
    const present = resources.flatMap(({ acls, ...resource }) =>
      acls.map((acl) => ({ ...resource, ...acl })),
    );
    const surplus = present.filter((acl) => !wanted.some((entry) => same(entry, acl)));
    if (surplus.length > 0) await admin.deleteAcls({ filters: surplus });
    if (wanted.length > 0) await admin.createAcls({ acl: wanted });
  });
}

/** A filter that every ACL passes. */
const ANY = {
  resourceType: kafkajs.AclResourceTypes.ANY,
  resourcePatternType: kafkajs.ResourcePatternTypes.ANY,
  operation: kafkajs.AclOperationTypes.ANY,
  permissionType: kafkajs.AclPermissionTypes.ANY,
};

function entries(principal: string, { resource, name, pattern, operations }: Grant): AclEntry[] {
  return operations.map((operation) => ({
    resourceType: resource,
    resourceName: name,
    resourcePatternType: pattern,
    principal,
    host: '*',
    operation,
    permissionType: kafkajs.AclPermissionTypes.ALLOW,
  }));
}

function same(a: AclEntry, b: Omit<AclEntry, 'principal'>): boolean {
  return (
    a.resourceType === b.resourceType &&
    a.resourceName === b.resourceName &&
    a.resourcePatternType === b.resourcePatternType &&
    a.operation === b.operation &&
    a.permissionType === b.permissionType &&
    a.host === b.host
  );
}
