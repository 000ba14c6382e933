import { expect, test } from 'vitest';
import { RecordInspector } from '../../../sandbox/src/demo/records.ts';

const TABLE = 'clinicmasterwarehouse-sqlserver.ClinicMasterMOH.dbo.Visits';
const facility = { code: 'F1', name: 'A "B" & C' };

const json = (payload: unknown): Buffer => Buffer.from(JSON.stringify({ schema: {}, payload }));
const goodKey = json({ id: 1, facility_dhis2_code: 'F1' });
const goodValue = json({ id: 1, facility_dhis2_code: 'F1', facility_name: facility.name });

function findings(topic: string, key: Buffer | null, value: Buffer | null) {
  const inspector = new RecordInspector([facility]);
  inspector.look(topic, { partition: 0, offset: 7n, key, value });
  return inspector.findings;
}

test('a row, a tombstone and a heartbeat as they should be', () => {
  expect(findings(TABLE, goodKey, goodValue)).toMatchObject({
    faultCount: 0,
    tableRecords: new Map([['F1', 1]]),
  });
  expect(findings(TABLE, goodKey, null)).toMatchObject({ faultCount: 0, tombstones: new Map([['F1', 1]]) });
  expect(findings('cdc.F1.heartbeat', goodKey, json({ ts_ms: 1 }))).toMatchObject({
    faultCount: 0,
    heartbeats: new Map([['F1', 1]]),
  });
});

test.each([
  ['no key', TABLE, null, goodValue],
  ['a key without the code', TABLE, json({ id: 1 }), goodValue],
  ['a tombstone whose key lacks the code', TABLE, json({ id: 1 }), null],
  ['an unknown code', TABLE, json({ facility_dhis2_code: 'F2' }), goodValue],
  ['a value without the code', TABLE, goodKey, json({ id: 1, facility_name: facility.name })],
  ['a value with another name', TABLE, goodKey, json({ facility_dhis2_code: 'F1', facility_name: 'x' })],
  ['a payload of null that compaction would keep', TABLE, goodKey, json(null)],
  ['a heartbeat without the code', 'cdc.F1.heartbeat', json({ serverName: 'x' }), json({ ts_ms: 1 })],
  ['a dead letter', 'sink-dlq', goodKey, goodValue],
  ['a schema change', 'clinicmasterwarehouse-sqlserver', json({ databaseName: 'x' }), json({})],
])('%s is a fault', (_, topic, key, value) => {
  expect(findings(topic, key, value).faultCount).toBeGreaterThan(0);
});

test('other topics are none of its business', () => {
  expect(findings('cdc.F1.offsets', Buffer.from('["x"]'), null).faultCount).toBe(0);
});
