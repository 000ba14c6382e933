import { defaulted, identity, optional, required, sql, table } from '../columns.ts';
import * as make from '../makers.ts';
import * as words from '../vocabulary.ts';

export const prescriptions = table(
  'Prescriptions',
  12,
  ['PrescriptionId'],
  [
    identity('PrescriptionId', sql.bigint),
    required('PatientNo', sql.nvarchar(20), make.somePatient),
    required('Drug', sql.nvarchar(150), make.oneOf(words.drugs)),
    optional('Dosage', sql.nvarchar(80), make.oneOf(words.dosages)),
    defaulted('Days', sql.smallint, make.integer(1, 90), { sql: '5', value: 5 }),
    optional('Quantity', sql.decimal(18, 4), make.decimal(1, 200, 4)),
    optional('PrescribedAt', sql.datetime, make.legacyMoment),
    optional('Instructions', sql.nvarchar(400), make.prose(400)),
  ],
);

export const dispensing = table(
  'Dispensing',
  10,
  ['PrescriptionId', 'LineNo'],
  [
    required(
      'PrescriptionId',
      sql.bigint,
      make.key.parent(2, (parent) => parent),
    ),
    required('LineNo', sql.smallint, make.key.child(2)),
    required('Drug', sql.nvarchar(150), make.oneOf(words.drugs)),
    optional('Issued', sql.decimal(18, 4), make.decimal(0, 200, 4)),
    defaulted('Batch', sql.varchar(30), ({ random }) => `B${random.digits(6)}`, {
      sql: "'unknown'",
      value: 'unknown',
    }),
    optional('IssuedAt', sql.datetimeoffset(7), make.zonedMoment(7)),
  ],
);

export const stock = table(
  'Stock',
  3,
  ['ItemCode'],
  [
    required('ItemCode', sql.varchar(20), make.key.text('ITM', 6)),
    required('ItemName', sql.nvarchar(150), make.oneOf(words.drugs)),
    optional('OnHand', sql.decimal(18, 4), make.decimal(-5, 90_000, 4)),
    optional('ReorderLevel', sql.int, make.integer(0, 500)),
    defaulted('Expiry', sql.date, make.day(2025, 2030), { sql: "'9999-12-31'", value: '9999-12-31' }),
    defaulted('UnitCost', sql.money, make.decimal(10, 400_000, 4), { sql: '0', value: '0.0000' }),
  ],
);

export const stockMovements = table(
  'StockMovements',
  12,
  ['MovementId'],
  [
    identity('MovementId', sql.bigint),
    required(
      'ItemCode',
      sql.varchar(20),
      ({ random }) => `ITM${String(random.int(1, 900)).padStart(6, '0')}`,
    ),
    required('Quantity', sql.decimal(19, 4), make.decimal(-900, 900, 4)),
    required('MovedAt', sql.datetime2(7), make.moment(7)),
    defaulted('Store', sql.nvarchar(40), make.oneOf(['Main', 'OPD', 'Theatre']), {
      sql: "N'Main'",
      value: 'Main',
    }),
    optional('Temperature', sql.real, make.real(-20, 30)),
    optional('Document', sql.varbinary(200), make.bytes(0, 60)),
  ],
);

/** A hyphen in the name. */
export const orderItems = table(
  'Order-Items',
  6,
  ['OrderNo', 'Line No'],
  [
    required(
      'OrderNo',
      sql.nvarchar(24),
      make.key.parent(5, (parent) => `PO-${String(parent).padStart(6, '0')}`),
    ),
    required('Line No', sql.int, make.key.child(5)),
    optional('Item', sql.nvarchar(150), make.oneOf(words.drugs)),
    optional('Unit Price', sql.money, make.decimal(1, 900_000, 4)),
    defaulted('Qty', sql.int, make.integer(1, 400), { sql: '1', value: 1 }),
    optional('Weight-kg', sql.float, make.float(0, 80)),
  ],
);
