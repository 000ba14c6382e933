import { ProtocolError } from './protocol-error.ts';

/**
 * Skips ALL_HEADERS, which begin every batch, RPC and transaction manager request, and returns what follows.
 * Their transaction descriptor is not needed: without MARS a connection has one transaction at most.
 */
export function afterAllHeaders(body: Buffer): Buffer {
  if (body.length < 4) throw new ProtocolError('request without ALL_HEADERS');
  const length = body.readUInt32LE(0);
  if (length < 4 || length > body.length) throw new ProtocolError(`ALL_HEADERS of ${length} bytes`);
  return body.subarray(length);
}
