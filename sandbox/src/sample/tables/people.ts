import { defaulted, identity, MAX, optional, required, sql, table } from '../columns.ts';
import * as make from '../makers.ts';
import * as words from '../vocabulary.ts';

/** Text key of the kind that ClinicMaster prints on cards; the photo makes some rows large. */
export const patients = table(
  'Patients',
  16,
  ['PatientNo'],
  [
    required('PatientNo', sql.nvarchar(20), make.key.patientNo),
    required('LastName', sql.nvarchar(60), make.oneOf(words.surnames)),
    required('FirstName', sql.nvarchar(60), make.oneOf(words.givenNames)),
    optional('BirthDate', sql.date, make.day(1930, 2026)),
    required('GenderID', sql.char(1), make.oneOf(['F', 'M'])),
    optional('NIN', sql.nchar(14), ({ random }) => `C${random.pick(['F', 'M'])}${random.digits(12)}`),
    optional('Phone', sql.varchar(30), make.phone),
    defaulted('Country', sql.nvarchar(50), make.oneOf(['Uganda', 'South Sudan', 'Kenya', 'Rwanda']), {
      sql: "N'Uganda'",
      value: 'Uganda',
    }),
    defaulted('Active', sql.bit, make.flag, { sql: '1', value: true }),
    defaulted('District', sql.varchar(40), make.oneOf(words.districts), {
      sql: "'Kampala'",
      value: 'Kampala',
    }),
    optional('Photo', sql.varbinary(MAX), make.bytes(0, 200)),
    optional('JoinDate', sql.datetime, make.legacyMoment),
  ],
);

export const staff = table(
  'Staff',
  3,
  ['StaffNo'],
  [
    required('StaffNo', sql.int, make.key.number),
    required('FullName', sql.nvarchar(120), make.fullName),
    optional('Department', sql.nvarchar(60), make.oneOf(words.departments)),
    optional('ShiftStart', sql.time(7), make.time(7)),
    optional('ShiftEnd', sql.time(0), make.time(0)),
    optional('Badge', sql.binary(16), ({ random }) => random.bytes(16)),
    defaulted('Salary', sql.money, make.decimal(400_000, 9_000_000, 4), { sql: '0', value: '0.0000' }),
    optional('HiredAt', sql.smalldatetime, make.minute),
  ],
);

/** A reserved word as a name, and columns that are reserved words too. */
export const users = table(
  'User',
  2,
  ['Login'],
  [
    required('Login', sql.varchar(40), ({ sequence }) =>
      // Some logins hold what JSON, SQL and topic names treat specially.
      sequence % 5 === 0 ? `o'brien "${sequence}" \\ a/b` : `user${sequence}`,
    ),
    optional('Group', sql.int, make.integer(1, 40)),
    optional('Order', sql.smallint, make.integer(-5, 500)),
    optional('Select', sql.nvarchar(200), make.prose(200)),
    defaulted('Enabled', sql.bit, make.flag, { sql: '0', value: false }),
    optional('LastSeen', sql.datetimeoffset(7), make.zonedMoment(7)),
  ],
);

export const groups = table(
  'Group',
  1,
  ['GroupNo'],
  [
    required('GroupNo', sql.smallint, make.key.number),
    optional('Name [short]', sql.nvarchar(80), make.oneOf(words.departments)),
    optional('Rights', sql.xml, make.xml),
    optional('Table', sql.char(8), make.oneOf(['READ', 'WRITE', 'ADMIN'])),
  ],
  30_000,
);

/** Numbered by the server. */
export const appointments = table(
  'Appointments',
  8,
  ['AppointmentId'],
  [
    identity('AppointmentId', sql.int),
    required('PatientNo', sql.nvarchar(20), make.somePatient),
    required('StartsAt', sql.datetimeoffset(3), make.zonedMoment(3)),
    optional('Slot', sql.time(3), make.time(3)),
    defaulted('Status', sql.varchar(12), make.oneOf(['booked', 'kept', 'missed', 'moved']), {
      sql: "'booked'",
      value: 'booked',
    }),
    defaulted('Reminders', sql.tinyint, make.integer(0, 5), { sql: '1', value: 1 }),
    optional('Reason', sql.nvarchar(300), make.prose(300)),
  ],
);
