import { describe, expect, it } from 'vitest';
import { type ErrorNames, toTsqlError } from '../../../../sandbox/src/standin/tsql/errors/from-postgres.ts';

const names: ErrorNames = {
  verb: 'INSERT',
  table: () => ({ database: 'ClinicMasterMOH', schema: 'dbo', name: 'Patients' }),
  column: () => 'PatientNo',
  constraint: (_schema, _table, constraint) =>
    ({
      pk: { name: 'PK_Patients', kind: 'primary-key' as const },
      uq: { name: 'UQ_Patients', kind: 'unique' as const },
      ix: { name: 'IX_Patients', kind: 'index' as const },
      ck: { name: 'CK_Patients', kind: 'check' as const, column: 'Weight' },
      fk: { name: 'FK_Patients', kind: 'foreign-key' as const },
    })[constraint],
};
const at = { schema: 'dbo', table: 'Patients' };

describe('errors of PostgreSQL', () => {
  it.each([
    [{ code: 'T0245', message: 'Conversion failed.' }, 245, 'Conversion failed.'],
    [{ code: 'U0742', message: 'x' }, 10742, 'x'],
    [
      {
        code: '23505',
        message: '',
        constraint: 'pk',
        detail: 'Key ("PatientNo")=(P1) already exists.',
        ...at,
      },
      2627,
      "Violation of PRIMARY KEY constraint 'PK_Patients'. Cannot insert duplicate key in object 'dbo.Patients'. The duplicate key value is (P1).",
    ],
    [
      { code: '23505', message: '', constraint: 'uq', detail: '', ...at },
      2627,
      "Violation of UNIQUE KEY constraint 'UQ_Patients'.",
    ],
    [
      { code: '23505', message: '', constraint: 'ix', detail: 'Key (a, b)=(1, 2) already exists.', ...at },
      2601,
      "Cannot insert duplicate key row in object 'dbo.Patients' with unique index 'IX_Patients'. The duplicate key value is (1, 2).",
    ],
    [
      { code: '23502', message: '', column: 'x', ...at },
      515,
      "Cannot insert the value NULL into column 'PatientNo', table 'ClinicMasterMOH.dbo.Patients'; column does not allow nulls. INSERT fails.",
    ],
    [
      { code: '23514', message: '', constraint: 'ck', ...at },
      547,
      'The INSERT statement conflicted with the CHECK constraint "CK_Patients". The conflict occurred in database "ClinicMasterMOH", table "dbo.Patients", column \'Weight\'.',
    ],
    [
      { code: '23503', message: '', constraint: 'fk', ...at },
      547,
      'The INSERT statement conflicted with the FOREIGN KEY constraint "FK_Patients".',
    ],
    [
      { code: '22003', message: 'integer out of range' },
      8115,
      'Arithmetic overflow error converting expression to data type int.',
    ],
    [
      { code: '22003', message: 'numeric field overflow' },
      8115,
      'Arithmetic overflow error converting expression to data type numeric.',
    ],
    [{ code: '22003', message: 'value out of range: overflow' }, 8115, ''],
    [{ code: '22012', message: '' }, 8134, 'Divide by zero error encountered.'],
    [{ code: '21000', message: '' }, 512, 'Subquery returned more than 1 value.'],
    [
      { code: '42803', message: 'column "t1.LastName" must appear in the GROUP BY clause' },
      8120,
      "Column 'LastName' is invalid in the select list",
    ],
    [{ code: '40P01', message: '' }, 1205, 'Transaction was deadlocked'],
    [{ code: '55P03', message: '' }, 1222, 'Lock request time out period exceeded.'],
    [{ code: '40001', message: '' }, 3960, 'Snapshot isolation transaction aborted'],
    [{ code: '57014', message: '' }, 0, 'Operation cancelled by user.'],
    [{ code: '42P01', message: 'relation "dbo.x" does not exist' }, 208, "Invalid object name 'dbo.x'."],
    [
      { code: 'XX000', message: 'boom' },
      50000,
      'The stand-in of SQL Server cannot run this statement: boom (PostgreSQL XX000).',
    ],
    [{ message: 'boom' }, 50000, 'The stand-in of SQL Server cannot run this statement: boom'],
  ])('%o', (error, number, message) => {
    const result = toTsqlError(error, names);
    expect(result.number).toBe(number);
    expect(result.message).toContain(message);
  });
});
