/** The client sent bytes that are no TDS 7.4: nothing sensible can be answered, so the connection is dropped. */
export class ProtocolError extends Error {
  constructor(message: string) {
    super(`TDS: ${message}`);
    this.name = 'ProtocolError';
  }
}
