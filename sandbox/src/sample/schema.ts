import { columnIndex, defaulted, optional, required, sql } from './columns.ts';
import * as make from './makers.ts';
import * as care from './tables/care.ts';
import * as laboratory from './tables/laboratory.ts';
import * as people from './tables/people.ts';
import * as pharmacy from './tables/pharmacy.ts';
import * as records from './tables/records.ts';
import type { SampleColumn, SampleTable } from './types.ts';

/** Two hospitals seldom run the same release of ClinicMaster. */
export type Edition = 'older' | 'newer';

const common: readonly SampleTable[] = [
  people.patients,
  people.staff,
  people.users,
  people.groups,
  people.appointments,
  care.visits,
  care.triage,
  care.diagnoses,
  care.wards,
  care.admissions,
  care.clinicalNotes,
  laboratory.labRequests,
  laboratory.labResults,
  laboratory.deviceReadings,
  pharmacy.prescriptions,
  pharmacy.dispensing,
  pharmacy.stock,
  pharmacy.stockMovements,
  pharmacy.orderItems,
  records.billing,
  records.billItems,
  records.payments,
  records.attachments,
  records.auditLog,
];

type Change = (columns: readonly SampleColumn[]) => SampleColumn[];

const add =
  (column: SampleColumn, at?: number): Change =>
  (columns) => {
    const position = at ?? columns.length;
    return [...columns.slice(0, position), column, ...columns.slice(position)];
  };
const without =
  (name: string): Change =>
  (columns) =>
    columns.filter((column) => column.name !== name);
const replace =
  (column: SampleColumn): Change =>
  (columns) =>
    columns.map((old) => (old.name === column.name ? column : old));

/** The differences that must neither stop the shared sink nor reach the other facility's rows. */
const changes: Record<Edition, Record<string, Change>> = {
  older: {
    Patients: add(optional('NextOfKin', sql.nvarchar(80), make.fullName), 7),
    Triage: without('MUAC'),
    Stock: replace(defaulted('ReorderLevel', sql.int, make.integer(0, 500), { sql: '10', value: 10 })),
  },
  newer: {
    Billing: add(
      required('InsuranceNo', sql.nvarchar(30), ({ random }) => `NHIS-${random.digits(8)}`),
      3,
    ),
    Staff: replace(required('Department', sql.nvarchar(60), make.oneOf(['OPD', 'Records', 'Theatre 2']))),
    Diagnoses: replace(optional('Remarks', sql.nvarchar(2000), make.prose(2000))),
  },
};

/**
 * The sample database of one facility.
 * `older`: a column more in Patients, one less in Triage, a default of its own in Stock;
 * `newer`: a NOT NULL column more in Billing, NOT NULL in Staff, longer text in Diagnoses.
 */
export function sampleSchema(edition: Edition): SampleTable[] {
  return common.map((table) => {
    const change = changes[edition][table.name];
    return change === undefined ? table : { ...table, columns: change(table.columns) };
  });
}

/** The column that a ClinicMaster update adds to Visits while the connector runs. */
export const addedColumn: { table: string; column: SampleColumn } = {
  table: 'Visits',
  column: defaulted('Telehealth', sql.nvarchar(60), make.oneOf(['phone', 'video', 'none 🛰']), {
    sql: "N'none'",
    value: 'none',
  }),
};

/** The table after `ALTER TABLE … ADD`. */
export function withColumn(table: SampleTable, column: SampleColumn): SampleTable {
  return { ...table, columns: [...table.columns, column] };
}

/** `message.key.columns` for the tables that have no primary key. */
export function messageKeyColumns(tables: readonly SampleTable[]): string {
  return tables
    .filter((table) => table.primaryKey.length === 0)
    .map((table) => `dbo.${table.name}:${table.rowKey.join(',')}`)
    .join(';');
}

/** Positions of the columns that tell the table's rows apart. */
export function rowKeyIndexes(table: SampleTable): number[] {
  return table.rowKey.map((name) => columnIndex(table, name));
}
