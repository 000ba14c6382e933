import type { TsqlType, TsqlValue } from '../types.ts';
import { afterAllHeaders } from './all-headers.ts';
import { ByteReader } from './byte-reader.ts';
import { readValue } from './codec/decode.ts';
import { readWireType } from './codec/decode-type.ts';

/** Procedures that clients call by number (MS-TDS 2.2.6.6); a name is mapped to its number where it has one. */
export const PROCEDURE = {
  executesql: 10,
  prepare: 11,
  execute: 12,
  prepexec: 13,
  unprepare: 15,
} as const;

const SPECIAL_NAMES: Record<string, number> = {
  sp_cursor: 1,
  sp_cursoropen: 2,
  sp_cursorprepare: 3,
  sp_cursorexecute: 4,
  sp_cursorprepexec: 5,
  sp_cursorunprepare: 6,
  sp_cursorfetch: 7,
  sp_cursoroption: 8,
  sp_cursorclose: 9,
  sp_executesql: 10,
  sp_prepare: 11,
  sp_execute: 12,
  sp_prepexec: 13,
  sp_prepexecrpc: 14,
  sp_unprepare: 15,
};

/** Flags of a parameter. */
const BY_REFERENCE = 0x01;
const USE_DEFAULT = 0x02;

/** Bytes that separate several calls in one message: mssql-jdbc batches prepared statements this way. */
const SEPARATORS = new Set([0xff, 0x80]);

export interface RpcParameter {
  /** With its `@`; empty when positional. */
  name: string;
  output: boolean;
  type: TsqlType;
  value: TsqlValue;
}

/** One procedure call: a number from {@link PROCEDURE} and its kin, or the name of any other procedure. */
export interface RpcCall {
  procedure: number | string;
  parameters: RpcParameter[];
}

/** Parses an RPC message. A parameter of an unknown type throws TsqlError. */
export function parseRpc(body: Buffer): RpcCall[] {
  const reader = new ByteReader(afterAllHeaders(body));
  const calls: RpcCall[] = [];
  while (!reader.ended) {
    const procedure = readProcedure(reader);
    reader.u16();
    const parameters: RpcParameter[] = [];
    while (!reader.ended && !SEPARATORS.has(reader.peek())) {
      const parameter = readParameter(reader);
      if (parameter) parameters.push(parameter);
    }
    if (!reader.ended) reader.u8();
    calls.push({ procedure, parameters });
  }
  return calls;
}

function readProcedure(reader: ByteReader): number | string {
  const length = reader.u16();
  if (length === 0xffff) return reader.u16();
  const name = reader.ucs2(length);
  const bare = name.toLowerCase().replaceAll(/[[\]]/g, '').split('.').at(-1) ?? '';
  return SPECIAL_NAMES[bare] ?? name;
}

/** Undefined for a parameter that is to take its default: it counts as not given. */
function readParameter(reader: ByteReader): RpcParameter | undefined {
  const name = reader.bVarchar();
  const flags = reader.u8();
  const wire = readWireType(reader);
  const value = readValue(reader, wire, 'parameter');
  if ((flags & USE_DEFAULT) !== 0) return undefined;
  return { name, output: (flags & BY_REFERENCE) !== 0, type: wire.type, value };
}
