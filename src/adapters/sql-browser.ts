import dgram from 'node:dgram';
import { dialled } from './network.ts';
import { networkFailure } from './network-failure.ts';
import type { NetworkAnswer, SqlInstance } from './network-port.ts';
import { limited } from './network-stream.ts';

const BROWSER_PORT = 1434;
/** CLNT_UCAST_EX of [MC-SQLR] 2.2.2: name every instance of this machine. */
const NAME_ALL = Buffer.from([0x03]);
const RESPONSE = 0x05;
const HEADER_BYTES = 3;
/** A datagram may be lost on a poor link: it is sent again while the answer is awaited. */
const REPEAT_MS = 1000;

/**
 * Asks SQL Server Browser (UDP 1434) which instances a machine has and at which TCP ports they listen.
 * @returns one entry for each instance that does not hide; a failure of kind `timeout` when nothing answers
 */
export async function sqlInstances(host: string, signal: AbortSignal): Promise<NetworkAnswer<SqlInstance[]>> {
  const socket = dgram.createSocket(dialled(host).includes(':') ? 'udp6' : 'udp4');
  let repeat: NodeJS.Timeout | undefined;
  try {
    const answered = new Promise<Buffer>((settle, reject) => {
      socket.on('error', reject);
      socket.on('message', settle);
      // Connected, so that "nobody listens" (an ICMP answer) is heard, and answers of strangers are not. Its callback would be
      // called for a failure too; the event is not.
      socket.connect(BROWSER_PORT, dialled(host));
      socket.once('connect', () => {
        const ask = () => socket.send(NAME_ALL);
        ask();
        repeat = setInterval(ask, REPEAT_MS);
      });
    });
    return { ok: true, value: readInstances(await limited(answered, signal)) };
  } catch (error) {
    return { ok: false, failure: networkFailure(error) };
  } finally {
    clearInterval(repeat);
    socket.close();
  }
}

/**
 * Reads an SVR_RESP of [MC-SQLR] 2.2.5: pairs `name;value;` with an empty one after each instance.
 * @throws Error when the datagram is something else
 */
export function readInstances(datagram: Buffer): SqlInstance[] {
  if (datagram.length < HEADER_BYTES || datagram[0] !== RESPONSE) {
    throw Object.assign(new Error('What answers at UDP 1434 is not SQL Server Browser.'), {
      code: 'ENOTBROWSER',
    });
  }
  const text = datagram.subarray(HEADER_BYTES, HEADER_BYTES + datagram.readUInt16LE(1)).toString('latin1');
  return text.split(';;').flatMap((part) => {
    const words = part.split(';');
    const value = (key: string) => {
      const at = words.findIndex((word, index) => index % 2 === 0 && word.toLowerCase() === key);
      return at < 0 ? undefined : words[at + 1];
    };
    const name = value('instancename');
    const port = Number(value('tcp'));
    if (name === undefined) return [];
    return [
      { name, version: value('version') ?? '', ...(Number.isInteger(port) && port > 0 ? { port } : {}) },
    ];
  });
}
