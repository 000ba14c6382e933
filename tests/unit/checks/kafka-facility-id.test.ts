import { describe, expect, it } from 'vitest';
import { kafkaFacilityId } from '../../../src/checks/kafka/kafka-facility-id.ts';
import { FACILITY_CHECKS } from '../../../src/checks/registry.ts';
import { facility, gist, judge } from './fixtures.ts';

const CODE = 'xY9AbCdEf12';
const topic = `cdc.${CODE}.heartbeat`;
const seen = (value: string | null) => ({ ok: true as const, value });
const refused = (kind: 'not-found' | 'not-authorised' | 'timeout') => ({
  ok: false as const,
  failure: { kind, code: `K-${kind}`, message: 'broker text', broker: 'k:9093' },
});
const other = (code: string, id = code) => [{ container: 'clinicmasterwarehouse-second', code, id }];

describe('kafka-facility-id', () => {
  it.each([
    ['nobody used it', seen(null), [], 'pass ok'],
    ['this facility used it', seen(CODE), [], 'pass ok'],
    ['another code used it', seen('OTHER'), [], 'fail kafka-facility-id-taken central-team'],
    [
      'the same code in other letters',
      seen(CODE.toLowerCase()),
      [],
      'fail kafka-facility-id-taken central-team',
    ],
    ['there is no topic', refused('not-found'), [], 'pass ok'],
    ['there may be no topic', refused('not-authorised'), [], 'pass ok'],
    ['Kafka does not answer', refused('timeout'), [], 'unknown kafka-facility-id-unanswered central-team'],
    ['another facility lives here', seen(null), other('OTHER'), 'pass ok'],
    ['the same code lives here', seen(CODE), other(CODE), 'fail kafka-facility-id-on-this-machine you'],
    [
      'the same id lives here',
      seen(null),
      other('OTHER', CODE),
      'fail kafka-facility-id-on-this-machine you',
    ],
    ['Docker does not answer', seen(null), null, 'pass ok'],
  ])('%s', (_, code, neighbours, expected) => {
    expect(gist(judge(kafkaFacilityId, { topic, code, neighbours }))).toBe(expected);
  });

  it('goes by the id, not by the code, for what another one uses here', () => {
    const settings = facility({ facilityCode: 'UG/01', facilityId: 'UG-2F01' });
    const verdict = judge(
      kafkaFacilityId,
      { topic, code: seen(null), neighbours: other('UG-2F01') },
      settings,
    );
    expect(verdict.summary).toContain('id UG-2F01');
    expect(verdict.current).toBe('clinicmasterwarehouse-second: code UG-2F01, id UG-2F01');
  });

  it('is asked before an installation, after the broker has been reached', () => {
    expect(FACILITY_CHECKS).toContain(kafkaFacilityId);
    expect([kafkaFacilityId.when, kafkaFacilityId.needs]).toEqual([['before-install'], ['kafka-advertised']]);
  });
});
