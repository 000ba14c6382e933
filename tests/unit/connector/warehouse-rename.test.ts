import { describe, expect, it } from 'vitest';
import { renameStatements } from '../../../src/connector/warehouse-rename.ts';

describe('the statements that rename a facility in the warehouse', () => {
  it('are one for each table, and touch only its rows', () => {
    expect(renameStatements('xY9', 'Lacor', ['Visits', 'Patients'])).toEqual([
      `UPDATE public."Patients" SET facility_name = 'Lacor' WHERE facility_dhis2_code = 'xY9' AND facility_name IS DISTINCT FROM 'Lacor';`,
      `UPDATE public."Visits" SET facility_name = 'Lacor' WHERE facility_dhis2_code = 'xY9' AND facility_name IS DISTINCT FROM 'Lacor';`,
    ]);
  });
  it('hold any name', () => {
    expect(renameStatements("o'c", `St. Mary's`, ['a"b'])[0]).toBe(
      `UPDATE public."a""b" SET facility_name = 'St. Mary''s' WHERE facility_dhis2_code = 'o''c' AND facility_name IS DISTINCT FROM 'St. Mary''s';`,
    );
    expect(renameStatements('c', `a\\'; DROP TABLE x; --`, ['t'])[0]).toContain(
      `SET facility_name = E'a\\\\''; DROP TABLE x; --'`,
    );
  });
});
