import { defaulted, identity, MAX, optional, required, sql, table } from '../columns.ts';
import * as make from '../makers.ts';
import * as words from '../vocabulary.ts';

export const visits = table(
  'Visits',
  16,
  ['VisitId'],
  [
    identity('VisitId', sql.int),
    required('PatientNo', sql.nvarchar(20), make.somePatient),
    required('VisitDate', sql.datetime, make.legacyMoment),
    optional('Complaint', sql.nvarchar(400), make.prose(400)),
    defaulted('Category', sql.nvarchar(20), make.oneOf(['OPD', 'IPD', 'ANC', 'ART']), {
      sql: "N'OPD'",
      value: 'OPD',
    }),
    defaulted('Insured', sql.bit, make.flag, { sql: '0', value: false }),
    defaulted('FollowUp', sql.date, make.day(2024, 2027), { sql: "'2019-02-03'", value: '2019-02-03' }),
    optional('Referral', sql.uniqueidentifier, make.guid),
    optional('Version', sql.rowversion, make.byServer),
  ],
);

/** Numbers of every size. */
export const triage = table(
  'Triage',
  10,
  ['TriageNo'],
  [
    required('TriageNo', sql.bigint, make.key.number),
    required('VisitId', sql.int, make.integer(1, 5_000)),
    optional('Weight', sql.decimal(5, 2), make.decimal(2, 140, 2)),
    optional('Height', sql.numeric(5, 1), make.decimal(40, 210, 1)),
    optional('Temperature', sql.decimal(4, 1), make.decimal(34, 41, 1)),
    optional('Pulse', sql.smallint, make.integer(40, 180)),
    optional('Respiration', sql.tinyint, make.integer(8, 60)),
    defaulted('SpO2', sql.tinyint, make.integer(70, 100), { sql: '98', value: 98 }),
    optional('BMI', sql.float, make.float(12, 45)),
    optional('MUAC', sql.real, make.real(8, 40)),
    optional('TakenAt', sql.datetime2(7), make.moment(7)),
  ],
);

/** Composite key of a number and a text. */
export const diagnoses = table(
  'Diagnoses',
  10,
  ['VisitId', 'DiseaseCode'],
  [
    required(
      'VisitId',
      sql.int,
      make.key.parent(3, (visit) => visit),
    ),
    required('DiseaseCode', sql.nvarchar(12), ({ sequence }) => words.diseases[sequence % 12]?.[0] ?? 'B54'),
    required('Disease', sql.nvarchar(200), ({ random }) => random.pick(words.diseases)[1]),
    defaulted('Certainty', sql.tinyint, make.integer(1, 3), { sql: '2', value: 2 }),
    defaulted('Score', sql.int, make.integer(0, 99), { sql: '42', value: 42 }),
    optional('DiagnosedAt', sql.datetime2(3), make.moment(3)),
    optional('Remarks', sql.nvarchar(200), make.prose(200)),
  ],
);

export const wards = table(
  'Wards',
  1,
  ['WardNo'],
  [
    required('WardNo', sql.tinyint, make.key.number),
    required('WardName', sql.nvarchar(60), make.oneOf(words.wards)),
    optional('Beds', sql.smallint, make.integer(4, 60)),
    defaulted('DailyRate', sql.smallmoney, make.decimal(0, 90_000, 4), { sql: '5000', value: '5000.0000' }),
  ],
  250,
);

export const admissions = table(
  'Admissions',
  4,
  ['AdmissionId'],
  [
    required('AdmissionId', sql.uniqueidentifier, make.key.guid('Admissions')),
    required('PatientNo', sql.nvarchar(20), make.somePatient),
    optional('WardNo', sql.tinyint, make.integer(1, 40)),
    required('AdmittedAt', sql.datetime2(0), make.moment(0)),
    optional('DischargedAt', sql.datetime2(7), make.moment(7)),
    defaulted('Deposit', sql.money, make.decimal(0, 2_000_000, 4), { sql: '100000.5', value: '100000.5000' }),
    defaulted('Until', sql.datetime2(3), make.moment(3), {
      sql: "'9999-12-31T00:00:00.000'",
      value: '9999-12-31 00:00:00.000',
    }),
    optional('Bed', sql.nchar(6), make.oneOf(['A1', 'A2', 'B1', 'ICU-1'])),
  ],
);

/** Wide text: some notes are 100 KB. */
export const clinicalNotes = table(
  'ClinicalNotes',
  2,
  ['NoteId'],
  [
    identity('NoteId', sql.bigint),
    required('PatientNo', sql.nvarchar(20), make.somePatient),
    optional('Note', sql.nvarchar(MAX), make.prose(2_000)),
    optional('Summary', sql.ntext, make.prose(300)),
    optional('Legacy', sql.text, make.prose(300)),
    optional('Plain', sql.varchar(MAX), make.prose(300)),
    optional('Vitals', sql.xml, make.xml),
    defaulted('Language', sql.char(5), make.oneOf(['en-UG', 'lg-UG']), { sql: "'en-UG'", value: 'en-UG' }),
  ],
);
