import type { ResultColumn, TsqlValue } from '../types.ts';
import { ByteReader } from './byte-reader.ts';
import { readValue } from './codec/decode.ts';
import { readWireType, type WireType } from './codec/decode-type.ts';
import { WIRE } from './codec/wire-types.ts';
import { ProtocolError } from './protocol-error.ts';
import { TOKEN } from './tokens.ts';

const NULLABLE = 0x01;
const TYPES_WITH_TABLE_NAME: ReadonlySet<number> = new Set([WIRE.text, WIRE.ntext, WIRE.image]);
const INSERT_BULK = /^\s*insert\s+bulk\s/i;

export interface BulkLoad {
  columns: ResultColumn[];
  rows: TsqlValue[][];
}

/** Whether a batch announces a bulk load, whose data come as the next message. */
export function announcesBulkLoad(batch: string): boolean {
  return INSERT_BULK.test(batch);
}

/** Parses a bulk load message: COLMETADATA, ROWs, DONE. A column of an unknown type throws TsqlError. */
export function parseBulkLoad(body: Buffer): BulkLoad {
  const reader = new ByteReader(body);
  const load: BulkLoad = { columns: [], rows: [] };
  let types: WireType[] = [];
  while (!reader.ended) {
    const token = reader.u8();
    if (token === TOKEN.columns) {
      const read = Array.from({ length: reader.u16() }, () => readColumn(reader));
      load.columns = read.map(({ column }) => column);
      types = read.map(({ type }) => type);
    } else if (token === TOKEN.row) {
      load.rows.push(types.map((type) => readValue(reader, type, 'bulk-row')));
    } else if (token === TOKEN.done) {
      break;
    } else {
      throw new ProtocolError(`token ${token} in a bulk load`);
    }
  }
  return load;
}

function readColumn(reader: ByteReader): { column: ResultColumn; type: WireType } {
  reader.u32();
  const nullable = (reader.u16() & NULLABLE) !== 0;
  const type = readWireType(reader);
  // Unlike in the server's COLMETADATA, the table's name is one text here, not a list of parts.
  if (TYPES_WITH_TABLE_NAME.has(type.id)) reader.usVarchar();
  return { column: { name: reader.bVarchar(), type: type.type, nullable }, type };
}
