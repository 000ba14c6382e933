import kafkajs from 'kafkajs';
import { expect, test } from 'vitest';
import { facilityGrants, sinkGrants } from '../../../sandbox/src/kafka/enrol.ts';
import { facilityNames, TOPIC_PREFIX } from '../../../src/connector/names.ts';

test('no right of one facility reaches into another whose code begins with its own', () => {
  const { topics, group, historyGroup } = facilityNames('A-1');
  const names = [...Object.values(topics), group, historyGroup];
  for (const { name } of facilityGrants('A').filter((grant) => !grant.name.startsWith(TOPIC_PREFIX))) {
    expect(names.filter((other) => other.startsWith(name))).toEqual([]);
  }
});

test('every name of a facility lies under its own prefix', () => {
  const { topics, group, historyGroup } = facilityNames('A');
  const prefixes = facilityGrants('A').map(({ name }) => name);
  for (const name of [...Object.values(topics), group, historyGroup]) {
    expect(prefixes.some((prefix) => name.startsWith(prefix))).toBe(true);
  }
});

test('a facility writes the shared topics and cannot read them; the sink reads and cannot write', () => {
  const shared = (grants: ReturnType<typeof sinkGrants>) =>
    grants.filter(({ name }) => name.startsWith(TOPIC_PREFIX)).flatMap(({ operations }) => operations);
  const { READ, WRITE } = kafkajs.AclOperationTypes;
  expect(shared(facilityGrants('A'))).toContain(WRITE);
  expect(shared(facilityGrants('A'))).not.toContain(READ);
  expect(shared(sinkGrants())).toContain(READ);
  expect(shared(sinkGrants())).not.toContain(WRITE);
});
