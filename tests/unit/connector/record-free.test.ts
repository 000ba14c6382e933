import { describe, expect, it } from 'vitest';
import { withoutRecords } from '../../../src/connector/record-free.ts';

const PATIENT = ['Nakato', 'CM9001234', '0772-123456', 'HIV positive'];

describe('texts that quote rows', () => {
  it.each([
    [
      "Violation of PRIMARY KEY constraint 'PK_Patients'. Cannot insert duplicate key in object 'dbo.Patients'. The duplicate key value is (CM9001234, Nakato).",
    ],
    ["Conversion failed when converting the nvarchar value 'Nakato' to data type int."],
    ["String or binary data would be truncated in table 'dbo.P', column 'N'. Truncated value: 'Nakato'."],
    [
      'ERROR: duplicate key value violates unique constraint "p_pkey"\n  Detail: Key (patientno)=(CM9001234) already exists.',
    ],
    ['null value violates not-null constraint\n  Detail: Failing row contains (1, Nakato, 0772-123456).'],
    ['ERROR: invalid input syntax for type integer: "Nakato"'],
    ['ERROR: value "0772-123456" is out of range for type integer'],
    ['Batch entry 0 INSERT INTO "public"."patients" ("n") VALUES (\'Nakato\') was aborted'],
    [
      "Failed to properly convert data value for 'C.dbo.P.Born' of type datetime for row [CM9001234, Nakato]:",
    ],
    [
      "Error encountered in task x. where consumed record is {topic='t', partition=0, offset=4, key=CM9001234}",
    ],
    [
      "SourceRecord{sourcePartition={server=c}} ConnectRecord{topic='t', key=Struct{PatientNo=CM9001234}, value=Struct{FullName=Nakato}}",
    ],
    ['DataException: Struct{PatientNo=CM9001234,FullName=Nakato} is no map'],
    ['JsonParseException: Unexpected character: (byte[])"{"FullName":"Nakato"}"; line: 1'],
    ['{"schema":{},"payload":{"FullName":"Nakato"}}'],
    ["Failed to convert value 'Nakato' from column 'At datetime2(27, 7)' to 'Field{name=At}'"],
    ["Value '0772-123456' is outside the representable range for INT64 epoch nanoseconds"],
    ['java.lang.NumberFormatException: For input string: "CM9001234"'],
    ["DateTimeParseException: Text 'Nakato' could not be parsed at index 0"],
    ['ProducerRecord(topic=t, partition=null, headers=[], key=CM9001234, value=Nakato)'],
  ])('%s', (text) => {
    const left = withoutRecords(text);
    for (const value of PATIENT) expect(left).not.toContain(value);
    expect(left).toContain('(values left out)');
    // What happened can still be read.
    expect(left.length).toBeGreaterThan(15);
  });

  it('drops the lines on which a value goes on, and keeps the trace and the next entry', () => {
    const log = [
      '2026-11-24T07:00:00.123Z ERROR o.a.k.c.r.WorkerSourceTask: Task failed',
      'org.apache.kafka.connect.errors.DataException: cannot convert SourceRecord{value=Struct{Notes=HIV positive',
      'since 2019, phone 0772-123456',
      '  Nakato}}',
      '\tat org.apache.kafka.connect.Foo.bar(Foo.java:12)',
      'Caused by: java.sql.SQLException: Cannot insert. The duplicate key value is (CM9001234).',
      '\t... 12 more',
      '2026-11-24T07:00:01.000Z INFO  o.x.Y: goes on',
    ].join('\n');
    expect(withoutRecords(log).split('\n')).toEqual([
      '2026-11-24T07:00:00.123Z ERROR o.a.k.c.r.WorkerSourceTask: Task failed',
      'org.apache.kafka.connect.errors.DataException: cannot convert SourceRecord{ (values left out)',
      '\tat org.apache.kafka.connect.Foo.bar(Foo.java:12)',
      'Caused by: java.sql.SQLException: Cannot insert. The duplicate key value is (values left out)',
      '\t... 12 more',
      '2026-11-24T07:00:01.000Z INFO  o.x.Y: goes on',
    ]);
  });

  it.each([
    "Login failed for user 'cdc_reader'.",
    "The SELECT permission was denied on the object 'change_tables', database 'C', schema 'cdc'.",
    'TCP/IP connection to the host 10.1.1.5, port 1433 has failed.',
    'org.apache.kafka.common.errors.TopicAuthorizationException: Not authorized to access topics: [cdc.A.offsets]',
    'LSN 00000027:00000ac0:0003',
    'kafka-1.example.org:9093',
    'Invalid value: null used for required field: "PatientNo", schema type: INT32',
    "Invalid object name 'cdc.change_tables'.",
    'Could not find ${env:DB_PASS}',
  ])('leaves alone: %s', (text) => {
    expect(withoutRecords(text)).toBe(text);
  });
});
