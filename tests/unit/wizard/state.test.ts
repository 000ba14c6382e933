import { describe, expect, it } from 'vitest';
import { leave } from '../../../src/commands/shared/wizard/leave.ts';
import {
  answer,
  beginning,
  goBack,
  labelOf,
  reopen,
  settingsSoFar,
  shownValue,
  signature,
  type WizardState,
} from '../../../src/commands/shared/wizard/state.ts';
import { facilityFields } from '../../../src/settings/fields.ts';
import { type Layers, problems, resolve } from '../../../src/settings/resolve.ts';

const FIELDS = facilityFields('1');

function state(layers: Layers = {}, installed = false): WizardState {
  const resolved = resolve(FIELDS, layers);
  const refused = new Set(problems(FIELDS, resolved).map(({ field }) => field));
  return beginning(FIELDS, resolved, refused, { dir: '/fac', chosenDir: false, windows: false, installed });
}

describe('the answers', () => {
  it('are asked for where they are missing, refused, or differ from site to site', () => {
    const fresh = state({
      flag: { DB_HOST: 'sql', KAFKA_USER: 'f' },
      environment: { FACILITY_DHIS2_CODE: '12345' },
    });
    expect([...fresh.open]).toEqual([
      'FACILITY_NAME',
      'FACILITY_DHIS2_CODE',
      'DB_PORT',
      'DB_USER',
      'DB_PASS',
      'DB_NAME',
      'KAFKA_BOOTSTRAP_SERVERS',
      'KAFKA_PASS',
    ]);
    // What was refused is not offered again.
    expect(fresh.values.FACILITY_DHIS2_CODE).toBeUndefined();
    expect(state({}, true).open.has('DB_PORT')).toBe(false);
  });

  it('make settings at any time, with stand-ins for what is not answered yet', () => {
    const it = state();
    answer(it, 'FACILITY_DHIS2_CODE', 'HC/12');
    answer(it, 'DB_HOST', '10.0.0.1');
    expect(settingsSoFar(it)).toMatchObject({
      facilityCode: 'HC/12',
      database: { host: '10.0.0.1', port: 1433 },
    });
  });

  it('of a try are told apart by every value, certificates by their text', () => {
    const it = state();
    const of = { of: ['DB_HOST', 'dbCa'] };
    const before = signature(it, of);
    it.certificates.dbCa = 'PEM';
    const after = signature(it, of);
    answer(it, 'DB_HOST', 'x');
    expect(new Set([before, after, signature(it, of)]).size).toBe(3);
    answer(it, 'DB_USER', 'y');
    expect(signature(it, of)).toBe(JSON.stringify(['x', 'PEM']));
  });

  it('show no secret, and go by short names', () => {
    const it = state();
    expect(shownValue(it, 'DB_PASS')).toBe('');
    answer(it, 'DB_PASS', 's3cret');
    expect(shownValue(it, 'DB_PASS')).toBe('(given)');
    expect([labelOf(it, 'KAFKA_BOOTSTRAP_SERVERS'), labelOf(it, 'kafkaCa')]).toEqual([
      'Kafka brokers',
      'CA certificate of Kafka',
    ]);
  });
});

describe('the way back', () => {
  it('goes along the questions that were asked, and ends at the first', () => {
    const it = state();
    answer(it, 'FACILITY_NAME', 'K');
    answer(it, 'DB_HOST', 'h');
    expect(goBack(it, 'DB_PORT')).toBe(true);
    expect([it.open.has('DB_HOST'), it.open.has('FACILITY_NAME')]).toEqual([true, false]);
    expect(goBack(it, 'DB_HOST')).toBe(true);
    expect(it.open.has('FACILITY_NAME')).toBe(true);
    expect(goBack(it, 'FACILITY_NAME')).toBe(false);
    expect(it.values.DB_HOST).toBe('h');
  });

  it('leaves a correction as it was', () => {
    const it = state();
    answer(it, 'DB_HOST', 'h');
    answer(it, 'DB_PASS', 'p');
    reopen(it, 'DB_HOST');
    expect(goBack(it, 'DB_HOST')).toBe(true);
    expect([it.open.has('DB_HOST'), it.trail, it.values.DB_HOST]).toEqual([
      false,
      ['DB_HOST', 'DB_PASS'],
      'h',
    ]);
  });
});

describe('leaving', () => {
  it('hands out what was typed or given by flags as one command for a shell, without secrets and defaults', () => {
    const it = state({ flag: { DB_HOST: 'sql' }, environment: { DB_USER: 'from-environment' } });
    answer(it, 'FACILITY_NAME', `St. Mary's $1`);
    answer(it, 'DB_PASS', 's3cret');
    answer(it, 'DB_PORT', '1433');
    answer(it, 'kafkaCa', '/tmp/ca.pem');
    expect(leave(it)).toMatchObject({
      exitCode: 130,
      commands: [
        `clinicmaster-cdc init --name 'St. Mary'\\''s $1' \\\n    --db-host sql \\\n    --kafka-ca /tmp/ca.pem`,
      ],
    });
    expect(leave({ ...it, chosenDir: true }).commands[0]).toContain('init --dir /fac \\\n');
    expect(leave({ ...it, windows: true }).commands).toEqual([
      `clinicmaster-cdc init --name 'St. Mary''s $1' --db-host sql --kafka-ca /tmp/ca.pem`,
    ]);
    expect(leave(state()).commands).toEqual([]);
  });
});
