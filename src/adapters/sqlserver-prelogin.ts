import net from 'node:net';
import { unlessAborted } from './abort.ts';
import { dialled } from './network.ts';

/** PRELOGIN as in [MS-TDS] 2.2.6.5: options VERSION (6 bytes, zero) and ENCRYPTION (1 = wanted), end mark, data. */
const OPTIONS = Buffer.from([0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xff, 0, 0, 0, 0, 0, 0, 1]);
const HEADER_BYTES = 8;
const PRELOGIN = 0x12;
const RESPONSE = 0x04;
const ENCRYPTION_OPTION = 1;
const LAST_OPTION = 0xff;
/** The server's words: 1 on, 3 required. 0 (off) and 2 (not supported) mean that the password would go in the open. */
const ENCRYPTING = new Set([1, 3]);

/**
 * Asks SQL Server whether it will encrypt, before a driver is given the password: the driver goes on without encryption
 * when the server declines it, and would send the password over a plain line.
 * @throws an error with code `ENOENCRYPT` when the server declines, `ENOTTDS` when it is no SQL Server, or the system's
 */
export async function requireEncryption(host: string, port: number, signal: AbortSignal): Promise<void> {
  const socket = net.connect({ host: dialled(host), port });
  try {
    await unlessAborted(preloginEncryption(socket), signal);
  } finally {
    socket.destroy();
  }
}

/**
 * Sends PRELOGIN over a connection that is being opened and waits for a server that will encrypt. The socket is then where
 * the TLS handshake begins.
 * @throws as {@link requireEncryption}
 */
export async function preloginEncryption(socket: net.Socket): Promise<void> {
  const answer = await exchange(socket);
  // What comes after this answer is for someone else to read.
  socket.removeAllListeners('data');
  if (!ENCRYPTING.has(encryptionByte(answer))) {
    throw coded('ENOENCRYPT', 'The server declines to encrypt the connection.');
  }
}

function exchange(socket: net.Socket): Promise<Buffer> {
  return new Promise((settle, reject) => {
    let received = Buffer.alloc(0);
    socket.on('error', reject);
    socket.once('close', () => reject(coded('ECONNRESET', 'The connection was closed.')));
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (received[0] !== RESPONSE) reject(coded('ENOTTDS', 'What answers at this port is not SQL Server.'));
      else if (received.length >= HEADER_BYTES && received.length >= received.readUInt16BE(2))
        settle(received);
    });
    socket.once('connect', () => {
      const header = Buffer.from([PRELOGIN, 1, 0, HEADER_BYTES + OPTIONS.length, 0, 0, 1, 0]);
      socket.write(Buffer.concat([header, OPTIONS]));
    });
  });
}

/** The value of the ENCRYPTION option; 2 (not supported) where the server does not mention it. */
function encryptionByte(packet: Buffer): number {
  const body = packet.subarray(HEADER_BYTES);
  for (let at = 0; at + 5 <= body.length && body[at] !== LAST_OPTION; at += 5) {
    if (body[at] === ENCRYPTION_OPTION) return body[body.readUInt16BE(at + 1)] ?? 2;
  }
  return 2;
}

function coded(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
