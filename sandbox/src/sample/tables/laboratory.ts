import { defaulted, optional, required, sql, table } from '../columns.ts';
import * as make from '../makers.ts';
import * as words from '../vocabulary.ts';

export const labRequests = table(
  'LabRequests',
  6,
  ['RequestId'],
  [
    required('RequestId', sql.uniqueidentifier, make.key.guid('LabRequests')),
    required('PatientNo', sql.nvarchar(20), make.somePatient),
    required('RequestedAt', sql.datetime2(7), make.moment(7)),
    optional('RequestedBy', sql.int, make.integer(1, 300)),
    defaulted('Urgent', sql.bit, make.flag, { sql: '1', value: true }),
    defaulted('Sample', sql.varchar(30), make.oneOf(['Blood', 'Urine', 'Sputum', 'CSF']), {
      sql: "'Blood'",
      value: 'Blood',
    }),
  ],
);

/** A blank in the name; columns with blanks and brackets; a key of GUID and text. */
export const labResults = table(
  'Lab Results',
  8,
  ['RequestId', 'Test Code'],
  [
    required(
      'RequestId',
      sql.uniqueidentifier,
      make.key.parent(4, (parent) => make.sharedGuid('LabRequests', parent)),
    ),
    required('Test Code', sql.nvarchar(20), ({ sequence }) => words.tests[sequence % 11] ?? 'CBC'),
    optional('Result Value', sql.decimal(38, 10), make.decimal(0, 20_000, 10)),
    optional('Ref [Low]', sql.numeric(38, 0), make.decimal(0, 50, 0)),
    optional('Ref [High]', sql.numeric(38, 38), ({ random }) => `0.${random.digits(38)}`),
    defaulted('Unit', sql.nvarchar(20), make.oneOf(['g/dL', 'mmol/L', '10⁹/L', 'µmol/L']), {
      sql: "N'g/dL'",
      value: 'g/dL',
    }),
    optional('Remarks', sql.nvarchar(500), make.prose(500)),
    optional('ReadAt', sql.datetimeoffset(0), make.zonedMoment(0)),
  ],
);

/** Every type once more, each with a default: what an analyser writes, and where most NULLs hide. */
export const deviceReadings = table(
  'DeviceReadings',
  4,
  ['ReadingNo'],
  [
    required('ReadingNo', sql.varchar(24), make.key.text('RD', 8)),
    defaulted('CInt', sql.int, make.integer(-9, 9), { sql: '42', value: 42 }),
    defaulted('CBig', sql.bigint, make.bigInteger, { sql: '4200000000', value: 4_200_000_000n }),
    defaulted('CSmall', sql.smallint, make.integer(-9, 9), { sql: '7', value: 7 }),
    defaulted('CTiny', sql.tinyint, make.integer(0, 9), { sql: '7', value: 7 }),
    defaulted('CDec', sql.decimal(18, 6), make.decimal(0, 900, 6), { sql: '1.5', value: '1.500000' }),
    defaulted('CFloat', sql.float, make.float(-1, 1), { sql: '2.5', value: 2.5 }),
    defaulted('CReal', sql.real, make.real(-1, 1), { sql: '2.5', value: 2.5 }),
    defaulted('CDate', sql.date, make.day(1990, 2026), { sql: "'2019-02-03'", value: '2019-02-03' }),
    defaulted('CTime', sql.time(7), make.time(7), { sql: "'08:30:00'", value: '08:30:00.0000000' }),
    defaulted('CDateTime', sql.datetime, make.legacyMoment, {
      sql: "'2019-02-03T04:05:06'",
      value: '2019-02-03 04:05:06.000',
    }),
    defaulted('CMinute', sql.smalldatetime, make.minute, {
      sql: "'2019-02-03T04:05:00'",
      value: '2019-02-03 04:05:00',
    }),
    defaulted('COffset', sql.datetimeoffset(7), make.zonedMoment(7), {
      sql: "'2019-02-03 04:05:06 +03:00'",
      value: '2019-02-03 04:05:06.0000000 +03:00',
    }),
    defaulted('CBinary', sql.varbinary(64), make.bytes(0, 64), { sql: '0x01', value: Buffer.from([1]) }),
    defaulted('CMoney', sql.smallmoney, make.decimal(0, 900, 4), { sql: '3.25', value: '3.2500' }),
    defaulted('CText', sql.varchar(50), make.prose(50), { sql: "'abc'", value: 'abc' }),
    defaulted('CFixed', sql.nchar(10), make.oneOf(['ab', 'é', 'x y']), { sql: "N'n/a'", value: 'n/a' }),
    optional('Stamp', sql.rowversion, make.byServer),
  ],
);
