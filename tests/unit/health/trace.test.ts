import { describe, expect, it } from 'vitest';
import { explainTrace, lastError } from '../../../src/connector/trace.ts';

const frames = '\n\tat org.apache.kafka.connect.runtime.WorkerTask.run(WorkerTask.java:243)\n\t... 7 more';

/** A trace as Connect nests it. */
function trace(...messages: string[]): string {
  return messages.map((message, at) => `${at === 0 ? '' : 'Caused by: '}${message}${frames}`).join('\n');
}

const WRAP =
  'org.apache.kafka.connect.errors.ConnectException: An exception occurred in the change event producer. This connector will be stopped.';

describe('explainTrace', () => {
  it.each([
    [
      'position-lost',
      'io.debezium.DebeziumException: The connector is trying to read change stream starting at SqlServerOffsetContext […], but this is no longer available on the server. Reconfigure the connector to use a snapshot mode when needed.',
    ],
    [
      'history-missing',
      'io.debezium.DebeziumException: The db history topic is missing. You may attempt to recover it by reconfiguring the connector to recovery.',
    ],
    [
      'cdc-off',
      "com.microsoft.sqlserver.jdbc.SQLServerException: Invalid object name 'ClinicMasterMOH.cdc.change_tables'.",
    ],
    [
      'cdc-no-access',
      'io.debezium.DebeziumException: User cdc does not have access to CDC schema in the following databases: X.',
    ],
    [
      'snapshot-isolation-off',
      "com.microsoft.sqlserver.jdbc.SQLServerException: Snapshot isolation transaction failed accessing database 'X' because snapshot isolation is not allowed in this database.",
    ],
    ['sql-login', "com.microsoft.sqlserver.jdbc.SQLServerException: Login failed for user 'cdc'."],
    [
      'sql-unreachable',
      'com.microsoft.sqlserver.jdbc.SQLServerException: The TCP/IP connection to the host 10.0.0.1, port 1433 has failed. Error: "Connection refused".',
    ],
    [
      'sql-tls',
      'com.microsoft.sqlserver.jdbc.SQLServerException: "encrypt" property is set to "true" but the driver could not establish a secure connection to SQL Server by using Secure Sockets Layer (SSL) encryption: Error: PKIX path building failed',
    ],
    [
      'deadlock',
      'com.microsoft.sqlserver.jdbc.SQLServerException: Transaction (Process ID 67) was deadlocked on lock resources with another process and has been chosen as the deadlock victim.',
    ],
    [
      'kafka-not-allowed',
      'org.apache.kafka.common.errors.TopicAuthorizationException: Not authorized to access topics: [cdc.X.offsets]',
    ],
    [
      'kafka-not-allowed-group',
      'org.apache.kafka.common.errors.GroupAuthorizationException: Not authorized to access group: cdc.X.history',
    ],
    [
      'kafka-sasl-auth',
      'org.apache.kafka.common.errors.SaslAuthenticationException: Authentication failed during authentication due to invalid credentials with SASL mechanism SCRAM-SHA-256',
    ],
    [
      'kafka-tls-handshake',
      'org.apache.kafka.common.errors.SslAuthenticationException: SSL handshake failed',
    ],
    [
      'record-too-large',
      'org.apache.kafka.common.errors.RecordTooLargeException: The message is 2000000 bytes when serialized which is larger than 1048576, which is the value of the max.request.size configuration.',
    ],
    [
      'sink-schema-conflict',
      'org.postgresql.util.PSQLException: ERROR: null value in column "extra" of relation "Visits" violates not-null constraint',
    ],
    ['out-of-memory', 'java.lang.OutOfMemoryError: Java heap space'],
    [
      'unresolved-reference',
      'com.microsoft.sqlserver.jdbc.SQLServerException: cannot resolve host ${env:DB_HOST}',
    ],
  ])('%s', (code, message) => {
    const explanation = explainTrace(trace(WRAP, message));
    expect(explanation.code).toBe(code);
    expect(explanation.remedy).not.toBe('');
    expect(message).toContain(explanation.evidence.replace(/^[\w$]+: /, ''));
  });

  it('looks at the innermost cause first', () => {
    const explanation = explainTrace(trace('a.B: SSL handshake failed', "c.D: Login failed for user 'x'."));
    expect(explanation.code).toBe('sql-login');
  });

  it('falls back to an outer cause that it knows', () => {
    expect(explainTrace(trace("a.B: Login failed for user 'x'.", 'c.D: something new')).code).toBe(
      'sql-login',
    );
  });

  it('names the innermost line where it knows nothing but the wrapper', () => {
    const wrapper = 'org.apache.kafka.connect.errors.ConnectException: Tolerance exceeded in error handler';
    expect(explainTrace(trace(wrapper, 'x.Y: something new'))).toMatchObject({
      code: 'task-stopped',
      evidence: 'Y: something new',
    });
  });

  it('says so when it knows none, and keeps the innermost line', () => {
    expect(explainTrace(trace(WRAP, 'x.Y: something new'))).toMatchObject({
      code: 'unrecognised',
      evidence: 'Y: something new',
    });
    expect(explainTrace('')).toMatchObject({ code: 'unrecognised', evidence: 'no trace' });
    expect(explainTrace('java.io.EOFException\n\tat x').evidence).toBe('EOFException');
  });
});

describe('lastError', () => {
  const entry = (level: string, message: string) =>
    `2026-11-24T05:05:05.927Z ${level.padEnd(5)} i.d.p.ErrorHandler: ${message}`;
  const failure = (message: string) => `${entry('ERROR', 'Producer failure')}\n${trace(WRAP, message)}`;
  const quiet = entry('INFO', 'Caused by: nothing at all');

  it('finds none where there is none', () => {
    expect(lastError('')).toBeUndefined();
    expect(lastError(quiet)).toBeUndefined();
  });
  it('takes the last one, and no further than its own lines', () => {
    const message = "x.Y: Login failed for user 'cdc'.";
    const log = [failure('x.Y: Java heap space'), quiet, failure(message), quiet].join('\n');
    expect(lastError(log)).toBe(`Producer failure\n${trace(WRAP, message)}`);
    expect(explainTrace(lastError(log) ?? '').code).toBe('sql-login');
  });
  it('takes the message itself where there is no trace', () => {
    const log = `${entry('ERROR', 'Not authorized to access group: x')}\n${quiet}`;
    expect(lastError(log)).toBe('Not authorized to access group: x');
  });
});
