import { describe, expect, it } from 'vitest';
import { ByteWriter } from '../../../../sandbox/src/standin/tds/byte-writer.ts';
import { COLLATION } from '../../../../sandbox/src/standin/tds/codec/wire-types.ts';
import { writeLoginAck, writeUtf8Ack } from '../../../../sandbox/src/standin/tds/login-answer.ts';
import {
  CURRENT_COMMAND,
  ENV,
  TOKEN,
  writeColumns,
  writeDone,
  writeEnvBytes,
  writeEnvText,
  writeReturnStatus,
  writeReturnValue,
  writeRow,
  writeTransaction,
} from '../../../../sandbox/src/standin/tds/tokens.ts';

/** Bytes that mssql-jdbc 12.4.2 and tedious 19.2 were seen to accept. */
function expectBytes(write: (writer: ByteWriter) => void, ...lines: string[]): void {
  const writer = new ByteWriter();
  write(writer);
  expect(writer.view().toString('hex')).toBe(lines.join('').replaceAll(' ', ''));
}

const collation = COLLATION.toString('hex');

describe('tokens', () => {
  it('announces a database', () => {
    expectBytes(
      (writer) => writeEnvText(writer, ENV.database, 'sandbox', 'master'),
      'e3 1d 00 01 07 73 00 61 00 6e 00 64 00 62 00 6f 00 78 00 06 6d 00 61 00 73 00 74 00 65 00 72 00',
    );
  });

  it('announces a collation', () => {
    const latin = Buffer.from('0904d00034', 'hex');
    expectBytes(
      (writer) => writeEnvBytes(writer, ENV.collation, latin, Buffer.alloc(0)),
      'e3 08 00 07 05 09 04 d0 00 34 00',
    );
  });

  it('announces a packet size', () => {
    expectBytes(
      (writer) => writeEnvText(writer, ENV.packetSize, '8000', '4096'),
      'e3 13 00 04 04 38 00 30 00 30 00 30 00 04 34 00 30 00 39 00 36 00',
    );
  });

  it('begins and commits a transaction', () => {
    expectBytes(
      (writer) => writeTransaction(writer, 'begin', 0x300000001n),
      'e3 0b 00 08 08 01 00 00 00 03 00 00 00 00',
    );
    expectBytes(
      (writer) => writeTransaction(writer, 'commit', 0x300000001n),
      'e3 0b 00 09 00 08 01 00 00 00 03 00 00 00',
    );
  });

  it('acknowledges a login', () => {
    expectBytes(
      (writer) => writeLoginAck(writer, [16, 0, 4111]),
      'ad 32 00 01 74 00 00 04 14',
      Buffer.from('Microsoft SQL Server', 'utf16le').toString('hex'),
      '10 00 10 0f',
    );
    expectBytes(writeUtf8Ack, 'ae 0a 01 00 00 00 01 ff');
  });

  it('ends a statement without a result', () => {
    expectBytes(
      (writer) => writeDone(writer, TOKEN.done, { status: 0, currentCommand: 0 }),
      'fd 00 00 00 00 00 00 00 00 00 00 00 00',
    );
  });

  it('answers SELECT 1', () => {
    expectBytes(
      (writer) => {
        const wires = writeColumns(writer, [{ name: '', type: { name: 'int' }, nullable: false }]);
        writeRow(writer, wires, [1]);
        writeDone(writer, TOKEN.done, { status: 0, currentCommand: CURRENT_COMMAND.select, rowCount: 1 });
      },
      '81 01 00 00 00 00 00 08 00 26 04 00',
      'd1 04 01 00 00 00',
      'fd 10 00 c1 00 01 00 00 00 00 00 00 00',
    );
  });

  it('answers one LSN to a procedure call, and NULL', () => {
    expectBytes(
      (writer) => {
        const type = { name: 'binary', length: 10 } as const;
        const wires = writeColumns(writer, [{ name: '', type, nullable: true }]);
        writeRow(writer, wires, [Buffer.from('00000020000000100001', 'hex')]);
        writeDone(writer, TOKEN.doneInProc, {
          status: 1,
          currentCommand: CURRENT_COMMAND.select,
          rowCount: 1,
        });
        writeReturnStatus(writer, 0);
        writeDone(writer, TOKEN.doneProc, { status: 0, currentCommand: 0 });
        writeRow(writer, wires, [null]);
      },
      '81 01 00 00 00 00 00 09 00 ad 0a 00 00',
      'd1 0a 00 00 00 00 20 00 00 00 10 00 01',
      'ff 11 00 c1 00 01 00 00 00 00 00 00 00',
      '79 00 00 00 00',
      'fe 00 00 00 00 00 00 00 00 00 00 00 00',
      'd1 ff ff',
    );
  });

  it('returns a handle', () => {
    expectBytes(
      (writer) => writeReturnValue(writer, { ordinal: 0, name: '', type: { name: 'int' }, value: 1 }),
      'ac 00 00 00 01 00 00 00 00 00 00 26 04 04 01 00 00 00',
    );
  });

  it('describes and sends text, decimal, datetime2 and datetimeoffset', () => {
    expectBytes(
      (writer) => {
        const wires = writeColumns(writer, [
          { name: 'a', type: { name: 'nvarchar', length: -1 }, nullable: true },
          { name: 'b', type: { name: 'decimal', precision: 10, scale: 2 }, nullable: true },
          { name: 'c', type: { name: 'datetime2', scale: 3 }, nullable: true },
          { name: 'd', type: { name: 'datetimeoffset', scale: 7 }, nullable: true },
        ]);
        writeRow(writer, wires, [
          'hi',
          '-3.25',
          '2024-02-29 12:34:56.123',
          '2024-02-29 14:34:56.1234567 +02:00',
        ]);
      },
      '81 04 00',
      `00 00 00 00 09 00 e7 ff ff ${collation} 01 61 00`,
      '00 00 00 00 09 00 6a 11 0a 02 01 62 00',
      '00 00 00 00 09 00 2a 03 01 63 00',
      '00 00 00 00 09 00 2b 07 01 64 00',
      'd1',
      'fe ff ff ff ff ff ff ff 04 00 00 00 68 00 69 00 00 00 00 00',
      '09 00 45 01 00 00 00 00 00 00',
      '07 fb 29 b3 02 80 46 0b',
      '0a 87 ee 97 76 69 80 46 0b 78 00',
    );
  });

  it('writes nothing of a row whose last value does not fit', () => {
    const writer = new ByteWriter();
    const wires = writeColumns(writer, [
      { name: 'a', type: { name: 'int' }, nullable: true },
      { name: 'b', type: { name: 'decimal', precision: 3, scale: 0 }, nullable: true },
    ]);
    const before = writer.length;
    expect(() => writeRow(writer, wires, [1, '1000'])).toThrow(RangeError);
    expect(() => writeRow(writer, wires, [1])).toThrow(RangeError);
    expect(() => writeRow(writer, wires, ['1', '1'])).toThrow(TypeError);
    expect(writer.length).toBe(before);
  });
});
