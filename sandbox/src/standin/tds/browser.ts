import { createSocket } from 'node:dgram';

/** The port of SQL Server Browser, which no setting changes. */
const BROWSER_PORT = 1434;
const NAME_ALL = 0x03;
const NAME_ONE = 0x04;
const RESPONSE = 0x05;

export interface BrowsedInstance {
  name: string;
  version: string;
  /** Undefined: TCP/IP is off. */
  port?: number;
}

/**
 * SQL Server Browser ([MC-SQLR] 2.2) on one address: answers the question for every instance and for one by name.
 * @returns how to end it
 */
export async function startBrowser(
  host: string,
  serverName: string,
  instances: readonly BrowsedInstance[],
): Promise<() => Promise<void>> {
  const socket = createSocket('udp4');
  socket.on('message', (message, from) => {
    const wanted = message.subarray(1).toString('latin1').replace(/\0$/, '').toLowerCase();
    const told = instances.filter(
      ({ name }) => message[0] === NAME_ALL || (message[0] === NAME_ONE && name.toLowerCase() === wanted),
    );
    // Silence, not an error, is how Browser answers what it does not know.
    if (told.length > 0) socket.send(response(serverName, told), from.port, from.address);
  });
  await new Promise<void>((settle, reject) => {
    socket.once('error', reject);
    socket.bind(BROWSER_PORT, host, settle);
  });
  return () => new Promise((settle) => socket.close(settle));
}

function response(serverName: string, instances: readonly BrowsedInstance[]): Buffer {
  const text = instances
    .map(({ name, version, port }) =>
      [
        ...['ServerName', serverName, 'InstanceName', name, 'IsClustered', 'No', 'Version', version],
        ...(port === undefined ? [] : ['tcp', String(port)]),
      ].join(';'),
    )
    .map((entry) => `${entry};;`)
    .join('');
  const header = Buffer.from([RESPONSE, 0, 0]);
  header.writeUInt16LE(text.length, 1);
  return Buffer.concat([header, Buffer.from(text, 'latin1')]);
}
