import { describe, expect, it } from 'vitest';
import { facilityFields } from '../../../src/settings/fields.ts';
import { moveEffects } from '../../../src/settings/move-effects.ts';
import { facility } from '../checks/fixtures.ts';

const before = { FACILITY_NAME: 'St. Mary’s', FACILITY_DHIS2_CODE: 'xY9AbCdEf12' };
const keys = (was: Record<string, string> | undefined, changes: Parameters<typeof facility>[0]) =>
  moveEffects(facilityFields('0.1.0'), was, facility(changes)).map(
    ({ key, before: old, after }) => `${key} ${old} ${after}`,
  );
const { database } = facility();

describe('changes of what an installation is', () => {
  it('are none where nothing stands yet, or nothing differs', () => {
    expect(keys(undefined, {})).toEqual([]);
    expect(keys(before, {})).toEqual([]);
    expect(keys({ ...before, INSTANCE: '-lab' }, { instance: 'lab' })).toEqual([]);
  });
  it('are each named, against the default where .env holds none', () => {
    expect(
      keys(before, {
        facilityName: 'Lacor',
        instance: 'lab',
        snapshotMode: 'initial',
        database: { ...database, name: 'Clinic2' },
      }),
    ).toEqual([
      'DB_NAME ClinicMasterMOH Clinic2',
      'SNAPSHOT_MODE when_needed initial',
      'INSTANCE  lab',
      'FACILITY_NAME St. Mary’s Lacor',
    ]);
  });
  it('are none for the case of a database name', () => {
    expect(keys({ ...before, DB_NAME: 'clinicmastermoh' }, {})).toEqual([]);
  });
});
