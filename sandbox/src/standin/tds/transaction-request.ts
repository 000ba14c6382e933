import { type Isolation, type ResponseSink, type Session, TsqlError } from '../types.ts';
import { afterAllHeaders } from './all-headers.ts';
import { ByteReader } from './byte-reader.ts';

/** Request types of the transaction manager (MS-TDS 2.2.6.9); only tedious sends them. */
const REQUEST = { begin: 5, commit: 7, rollback: 8, save: 9 } as const;

/** Isolation by its number in a begin request; 0 keeps the one in force. */
const ISOLATIONS: (Isolation | undefined)[] = [
  undefined,
  'read uncommitted',
  'read committed',
  'repeatable read',
  'serializable',
  'snapshot',
];

/** Flag of commit and rollback: begin another transaction at once. */
const BEGIN_AFTERWARDS = 0x01;

/** Carries out a transaction manager request. */
export async function runTransactionRequest(
  body: Buffer,
  session: Session,
  sink: ResponseSink,
): Promise<void> {
  const reader = new ByteReader(afterAllHeaders(body));
  const kind = reader.u16();
  switch (kind) {
    case REQUEST.begin:
      return session.begin(readIsolation(reader), sink);
    case REQUEST.commit:
      reader.bVarchar();
      await session.commit(sink);
      return beginAfterwards(reader, session, sink);
    case REQUEST.rollback: {
      const name = reader.bVarchar();
      await session.rollback(name === '' ? undefined : name, sink);
      return beginAfterwards(reader, session, sink);
    }
    case REQUEST.save:
      return session.save(reader.bVarchar(), sink);
    default:
      throw new TsqlError(40_515, `The stand-in has no transaction manager request ${kind}.`);
  }
}

async function beginAfterwards(reader: ByteReader, session: Session, sink: ResponseSink): Promise<void> {
  if (reader.ended || (reader.u8() & BEGIN_AFTERWARDS) === 0) return;
  await session.begin(readIsolation(reader), sink);
}

function readIsolation(reader: ByteReader): Isolation | undefined {
  const level = reader.u8();
  if (level >= ISOLATIONS.length) throw new TsqlError(40_515, `There is no isolation level ${level}.`);
  return ISOLATIONS[level];
}
