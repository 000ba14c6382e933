import { defaulted, identity, MAX, optional, required, sql, table } from '../columns.ts';
import * as make from '../makers.ts';
import type { SampleTable } from '../types.ts';
import * as words from '../vocabulary.ts';

export const billing = table(
  'Billing',
  8,
  ['BillNo'],
  [
    required('BillNo', sql.nvarchar(20), make.key.text('B')),
    required('PatientNo', sql.nvarchar(20), make.somePatient),
    required('BilledAt', sql.datetime, make.legacyMoment),
    required('Amount', sql.money, make.decimal(0, 3_000_000, 4)),
    defaulted('Discount', sql.smallmoney, make.decimal(0, 9_000, 4), { sql: '0', value: '0.0000' }),
    defaulted('Currency', sql.char(3), make.oneOf(['UGX', 'USD', 'KES']), { sql: "'UGX'", value: 'UGX' }),
    optional('Remarks', sql.nvarchar(200), make.prose(200)),
  ],
);

/** A key of three parts. */
export const billItems = table(
  'BillItems',
  14,
  ['BillNo', 'ItemCode', 'LineNo'],
  [
    required(
      'BillNo',
      sql.nvarchar(20),
      make.key.parent(6, (bill) => `B${String(bill).padStart(7, '0')}`),
    ),
    required(
      'ItemCode',
      sql.varchar(20),
      ({ sequence }) => `ITM${String((sequence % 900) + 1).padStart(6, '0')}`,
    ),
    required('LineNo', sql.smallint, make.key.child(6)),
    optional('Description', sql.nvarchar(150), make.oneOf(words.drugs)),
    required('Quantity', sql.numeric(9, 2), make.decimal(1, 40, 2)),
    optional('UnitPrice', sql.money, make.decimal(100, 90_000, 4)),
    defaulted('Taxed', sql.bit, make.flag, { sql: '0', value: false }),
  ],
);

export const payments = table(
  'Payments',
  8,
  ['PaymentId'],
  [
    required('PaymentId', sql.uniqueidentifier, make.key.guid('Payments')),
    required('BillNo', sql.nvarchar(20), ({ random }) => `B${random.digits(7)}`),
    required('Amount', sql.money, make.decimal(0, 900_000, 4)),
    defaulted('Method', sql.nvarchar(20), make.oneOf(['Cash', 'MTN MoMo', 'Airtel Money', 'Insurance']), {
      sql: "N'Cash'",
      value: 'Cash',
    }),
    optional('PaidAt', sql.datetimeoffset(7), make.zonedMoment(7)),
    optional('Receipt', sql.varchar(40), ({ random }) => `RCT/${random.digits(8)}`),
  ],
);

/** Scans and signatures. */
export const attachments = table(
  'Attachments',
  1,
  ['AttachmentId'],
  [
    identity('AttachmentId', sql.int),
    required(
      'FileName',
      sql.nvarchar(260),
      ({ random }) => `scan ${random.digits(4)} (${random.pick(words.surnames)}).pdf`,
    ),
    optional('Content', sql.varbinary(MAX), make.bytes(0, 3_000)),
    optional('Thumbnail', sql.image, make.bytes(0, 400)),
    optional('Digest', sql.binary(32), ({ random }) => random.bytes(32)),
    defaulted('Pages', sql.int, make.integer(1, 12), { sql: '1', value: 1 }),
  ],
);

/** A table without a primary key: the connector gets one by `message.key.columns`. */
export const auditLog: SampleTable = {
  ...table(
    'AuditLog',
    10,
    [],
    [
      required('EntryId', sql.uniqueidentifier, make.key.guid('AuditLog')),
      required('At', sql.datetime2(7), make.moment(7)),
      optional('Who', sql.nvarchar(60), make.fullName),
      required('Action', sql.varchar(20), make.oneOf(['INSERT', 'UPDATE', 'DELETE', 'LOGIN'])),
      optional('Detail', sql.nvarchar(1000), make.prose(1000)),
      defaulted('Severity', sql.tinyint, make.integer(0, 7), { sql: '3', value: 3 }),
    ],
  ),
  rowKey: ['EntryId'],
};
