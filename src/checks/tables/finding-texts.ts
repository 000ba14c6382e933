import type { Who } from '../../errors.ts';
import type { FindingCode } from './judged.ts';

/** What a finding means for a hospital's data, and what to do about it. */
export interface FindingText {
  /** One line. */
  title: string;
  meaning: string;
  todo: string;
  commands?: readonly string[];
  who: Who;
}

const HANDOVER = 'clinicmaster-cdc sql handover TABLE';
const LEAVE_OUT_COLUMNS = 'clinicmaster-cdc tables --leave-out-columns TABLE:COLUMN';

/** Sources: domain catalogue 2.3 (column types, drift, keys), Microsoft's pages on change data capture. */
export const FINDING_TEXTS: Readonly<Record<FindingCode, FindingText>> = {
  'no-key': {
    title: 'No key',
    meaning:
      'A record without a key cannot carry the facility code in it, and the warehouse cannot tell rows apart.',
    todo: 'Name the columns that identify a row, or leave the table out. A primary key is for the ClinicMaster vendor to add.',
    commands: [
      'clinicmaster-cdc tables --key TABLE:COLUMN,COLUMN',
      'clinicmaster-cdc tables --leave-out TABLE',
    ],
    who: 'you',
  },
  'key-not-captured': {
    title: 'A column of the key is not captured',
    meaning: 'Changes arrive without it, so the warehouse cannot find their rows.',
    todo: 'Have a second capture instance made, which takes the columns of today; then end the old one.',
    commands: [HANDOVER],
    who: 'dba',
  },
  'key-left-out': {
    title: 'A column of the key is left out',
    meaning: 'It still travels in the key of each record: leaving it out hides nothing.',
    todo: 'Let it stream again, or leave the whole table out.',
    commands: [
      'clinicmaster-cdc tables --stream-columns TABLE:COLUMN',
      'clinicmaster-cdc tables --leave-out TABLE',
    ],
    who: 'you',
  },
  'not-captured': {
    title: 'Chosen to stream, but SQL Server does not capture it',
    meaning:
      'The first copy brings its rows once; after that they never change again in the warehouse, without an error.',
    todo: 'Have the DBA capture it, or leave it out.',
    commands: ['clinicmaster-cdc sql enable', 'clinicmaster-cdc tables --leave-out TABLE'],
    who: 'dba',
  },
  ending: {
    title: 'Its capture is being removed',
    meaning: 'SQL Server is about to drop the capture instance: changes will stop.',
    todo: 'Ask the DBA who removed it, and have it captured anew.',
    commands: ['clinicmaster-cdc sql enable'],
    who: 'dba',
  },
  'other-schema': {
    title: 'Not in schema dbo',
    meaning: 'Only tables of schema dbo reach the warehouse. This one would cost traffic and arrive nowhere.',
    todo: 'Leave it out.',
    commands: ['clinicmaster-cdc tables --leave-out TABLE'],
    who: 'you',
  },
  drift: {
    title: 'The table has changed since it is captured',
    meaning:
      'A capture instance keeps the columns of the day on which it was made: new columns do not arrive at all.',
    todo: 'Have a second capture instance made, which takes the columns of today; the connector goes over to it. Then end the old one. Or leave a column out that nobody needs.',
    commands: [HANDOVER, LEAVE_OUT_COLUMNS],
    who: 'dba',
  },
  'no-such-type': {
    title: 'Type that cannot stream',
    meaning:
      'Debezium has no form for sql_variant and for CLR types (geography, geometry, hierarchyid); the latter can stop the capture after a change of the table.',
    todo: 'Leave the column out.',
    commands: [LEAVE_OUT_COLUMNS],
    who: 'you',
  },
  'huge-change': {
    title: 'Changes too large to send',
    meaning:
      'A row of the sample is larger than the 16 MB that the worker sends; such a change stops the connector.',
    todo: 'Leave out the column that holds the scans or files.',
    commands: [LEAVE_OUT_COLUMNS],
    who: 'you',
  },
  'unique-index': {
    title: 'A unique index stands in for the primary key',
    meaning: 'It works as long as the index stays as it is.',
    todo: 'Name its columns as the key, to be independent of it.',
    commands: ['clinicmaster-cdc tables --key TABLE:COLUMN'],
    who: 'you',
  },
  'nullable-key': {
    title: 'A column of the key may be NULL',
    meaning: 'The warehouse refuses a row that has NULL there.',
    todo: 'Choose columns that always hold a value, if there are any.',
    commands: ['clinicmaster-cdc tables --key TABLE:COLUMN'],
    who: 'you',
  },
  'two-instances': {
    title: 'Two capture instances',
    meaning:
      'That is the most SQL Server allows: each change is written twice, and the next change of the table cannot be followed.',
    todo: 'End the older one, once the connector has gone over to the newer one: the command sees to it.',
    commands: ['clinicmaster-cdc sql handover --finish TABLE'],
    who: 'dba',
  },
  'captured-for-nothing': {
    title: 'Captured, but left out',
    meaning: 'SQL Server writes each of its changes a second time for nobody.',
    todo: 'Let it stream, or have its capture ended.',
    commands: ['clinicmaster-cdc tables --stream TABLE'],
    who: 'dba',
  },
  computed: {
    title: 'Computed columns',
    meaning: 'Capture holds no value for them: the first copy brings one, the first change makes it NULL.',
    todo: 'Leave them out; the warehouse can compute them.',
    commands: [LEAVE_OUT_COLUMNS],
    who: 'you',
  },
  masked: {
    title: 'Masked columns',
    meaning: 'The login sees masked values unless it has UNMASK: the warehouse gets the masks.',
    todo: 'Decide it with the central team: leave them out, or have UNMASK granted.',
    commands: [LEAVE_OUT_COLUMNS],
    who: 'central-team',
  },
  encrypted: {
    title: 'Encrypted columns',
    meaning: 'They arrive as ciphertext, which nobody at the warehouse can read.',
    todo: 'Leave them out.',
    commands: [LEAVE_OUT_COLUMNS],
    who: 'you',
  },
  rowversion: {
    title: 'rowversion columns',
    meaning: 'They change with every update and say nothing outside this server.',
    todo: 'Leave them out to save traffic.',
    commands: [LEAVE_OUT_COLUMNS],
    who: 'you',
  },
  'old-large': {
    title: 'Columns of old large types (text, ntext, image)',
    meaning:
      'They stream. SQL Server does not keep their old value in deletes and before updates; the warehouse needs neither.',
    todo: 'Nothing; leave out what holds scans or signatures that nobody needs.',
    commands: [LEAVE_OUT_COLUMNS],
    who: 'you',
  },
  large: {
    title: 'Columns without a limit (max, xml)',
    meaning: 'Each change carries the whole value over the line.',
    todo: 'Leave out what holds files or scans that nobody needs.',
    commands: [LEAVE_OUT_COLUMNS],
    who: 'you',
  },
};
