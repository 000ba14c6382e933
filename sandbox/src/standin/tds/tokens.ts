import type { ResultColumn, StatementKind, TsqlError, TsqlType, TsqlValue } from '../types.ts';
import type { ByteWriter } from './byte-writer.ts';
import { wireColumn } from './codec/encode.ts';
import type { WireColumn } from './codec/wire-column.ts';

/** Token bytes (MS-TDS 2.2.7). */
export const TOKEN = {
  returnStatus: 0x79,
  columns: 0x81,
  error: 0xaa,
  info: 0xab,
  returnValue: 0xac,
  loginAck: 0xad,
  featureExtAck: 0xae,
  row: 0xd1,
  envChange: 0xe3,
  done: 0xfd,
  doneProc: 0xfe,
  doneInProc: 0xff,
} as const;

/** Status bits of DONE, DONEPROC and DONEINPROC. */
export const DONE = { more: 0x01, error: 0x02, count: 0x10, attention: 0x20 } as const;

/** Kinds of ENVCHANGE. */
export const ENV = {
  database: 1,
  language: 2,
  packetSize: 4,
  collation: 7,
  begin: 8,
  commit: 9,
  rollback: 10,
  reset: 18,
} as const;

/** curCmd of DONE. mssql-jdbc reports an update count only for the codes of DML and DDL. */
export const CURRENT_COMMAND: Record<StatementKind | 'bulk', number> = {
  select: 0xc1,
  insert: 0xc3,
  delete: 0xc4,
  update: 0xc5,
  ddl: 0xc6,
  bulk: 0xf0,
  other: 0,
};

const FLAG = { nullable: 0x01, updateableUnknown: 0x08, identity: 0x10 } as const;

/** A message longer than this is cut, so that its token stays within 65,535 bytes. */
const LONGEST_MESSAGE = 4000;

/** The numbers of a DONE token; `rowCount` undefined leaves the count out. */
export interface Done {
  status: number;
  currentCommand: number;
  rowCount?: number | undefined;
}

export function writeDone(writer: ByteWriter, token: number, done: Done): void {
  const counted = done.rowCount === undefined ? 0 : DONE.count;
  writer
    .u8(token)
    .u16(done.status | counted)
    .u16(done.currentCommand)
    .u64(BigInt(done.rowCount ?? 0));
}

/** COLMETADATA; returns how each column's values travel. */
export function writeColumns(writer: ByteWriter, columns: ResultColumn[]): WireColumn[] {
  const wires = columns.map((column) => wireColumn(column.type));
  wholly(writer, () => {
    writer.u8(TOKEN.columns).u16(columns.length);
    columns.forEach((column, index) => {
      const wire = wires[index]!;
      const nullable = column.nullable ? FLAG.nullable : 0;
      const identity = column.identity ? FLAG.identity : 0;
      writer.u32(wire.userType ?? 0).u16(FLAG.updateableUnknown | nullable | identity);
      wire.typeInfo(writer);
      if (wire.namesTable) writer.u8(1).usVarchar('');
      writer.bVarchar(column.name);
    });
  });
  return wires;
}

/** ROW. A value that does not fit its column throws. */
export function writeRow(writer: ByteWriter, wires: WireColumn[], values: TsqlValue[]): void {
  if (values.length !== wires.length) {
    throw new RangeError(`a row of ${values.length} values for ${wires.length} columns`);
  }
  wholly(writer, () => {
    writer.u8(TOKEN.row);
    for (let index = 0; index < wires.length; index++) wires[index]!.value(writer, values[index]!);
  });
}

export function writeReturnStatus(writer: ByteWriter, status: number): void {
  writer.u8(TOKEN.returnStatus).i32(status);
}

/** RETURNVALUE. `ordinal`: position of the parameter in the request, which mssql-jdbc goes by. */
export function writeReturnValue(
  writer: ByteWriter,
  output: { ordinal: number; name: string; type: TsqlType; value: TsqlValue },
): void {
  const wire = wireColumn(output.type);
  wholly(writer, () => {
    writer.u8(TOKEN.returnValue).u16(output.ordinal).bVarchar(output.name);
    writer
      .u8(1)
      .u32(wire.userType ?? 0)
      .u16(0);
    wire.typeInfo(writer);
    wire.value(writer, output.value);
  });
}

export function writeError(writer: ByteWriter, error: TsqlError, serverName: string): void {
  const { number, state, severity, message } = error;
  writeMessage(writer, TOKEN.error, { number, state, severity, message }, serverName);
}

export function writeInfo(
  writer: ByteWriter,
  info: { number: number; state: number; message: string },
  serverName: string,
): void {
  writeMessage(writer, TOKEN.info, { ...info, severity: 0 }, serverName);
}

function writeMessage(
  writer: ByteWriter,
  token: number,
  message: { number: number; state: number; severity: number; message: string },
  serverName: string,
): void {
  withLength(writer, token, () => {
    writer.i32(message.number).u8(message.state).u8(message.severity);
    writer.usVarchar(message.message.slice(0, LONGEST_MESSAGE)).bVarchar(serverName).bVarchar('').u32(1);
  });
}

/** ENVCHANGE of a text kind: database, language, packet size. */
export function writeEnvText(writer: ByteWriter, kind: number, next: string, previous: string): void {
  withLength(writer, TOKEN.envChange, () => writer.u8(kind).bVarchar(next).bVarchar(previous));
}

/** ENVCHANGE of a binary kind: collation, transaction, reset. */
export function writeEnvBytes(writer: ByteWriter, kind: number, next: Buffer, previous: Buffer): void {
  withLength(writer, TOKEN.envChange, () => {
    writer.u8(kind).u8(next.length).bytes(next).u8(previous.length).bytes(previous);
  });
}

/** ENVCHANGE 8, 9 or 10; the descriptor is the new value of begin and the old one of the others. */
export function writeTransaction(
  writer: ByteWriter,
  event: 'begin' | 'commit' | 'rollback',
  descriptor: bigint,
): void {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(descriptor);
  const none = Buffer.alloc(0);
  if (event === 'begin') writeEnvBytes(writer, ENV.begin, bytes, none);
  else writeEnvBytes(writer, ENV[event], none, bytes);
}

/** ENVCHANGE 1 and INFO 5701, which SQL Server always sends together. */
export function writeDatabaseChange(
  writer: ByteWriter,
  next: string,
  previous: string,
  serverName: string,
): void {
  writeEnvText(writer, ENV.database, next, previous);
  writeInfo(
    writer,
    { number: 5701, state: 2, message: `Changed database context to '${next}'.` },
    serverName,
  );
}

/** A token that begins with the length of what follows. */
export function withLength(writer: ByteWriter, token: number, write: () => void): void {
  writer.u8(token).u16(0);
  const start = writer.length;
  write();
  writer.patchU16(start - 2, writer.length - start);
}

/** Writes a token completely or, when it throws, not at all: the connection stays usable for the error that follows. */
function wholly(writer: ByteWriter, write: () => void): void {
  const start = writer.length;
  try {
    write();
  } catch (error) {
    writer.truncate(start);
    throw error;
  }
}
