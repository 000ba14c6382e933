import type { ConnectPort } from '../../adapters/connect-port.ts';
import type { FacilityCheck } from '../context.ts';
import { fail, listed, pass, warn } from '../verdicts.ts';

const ID = 'connector-foreign';
const SOURCE = 'io.debezium.connector.sqlserver.SqlServerConnector';

/** Another connector of this worker. Its settings stay where they are: one made by hand may hold a password. */
type Other = {
  name: string;
  /** It reads SQL Server, as ours does. */
  source: boolean;
  halted: boolean;
};

export type ForeignFacts = { ours: string; url: string; others: Other[] };

/**
 * The worker runs no connector but ours. One that was made by hand, or under the facility's name by another installation, has a
 * position of its own: it copies the whole database once more, and every change arrives twice (domain: silent failure S12).
 */
export const connectorForeign: FacilityCheck<ForeignFacts> = {
  id: ID,
  title: 'The worker runs this connector alone',
  area: 'connect',
  when: ['after-install', 'daily'],
  needs: ['docker-connect-rest'],
  timeoutMs: 8000,

  async probe({ connect, names }) {
    const others = (await connect.connectors()).filter((name) => name !== names.connector);
    return {
      ours: names.connector,
      url: connect.url,
      others: await Promise.all(others.map((name) => seen(name, connect))),
    };
  },

  judge({ ours, url, others }) {
    if (others.length === 0) return pass(`${ours} alone`);
    const sources = others.filter(({ source }) => source);
    const told = sources.length > 0 ? sources : others;
    const current = listed(
      told.map(({ name, halted }) => (halted ? `${name} (halted)` : name)),
      5,
    );
    const required = `${ours} and no other`;
    const commands = told.map(({ name }) => `curl -X DELETE '${url}/connectors/${encoded(name)}'`);
    if (sources.length === 0) {
      return warn(`${ID}-other`, 'Somebody has made another connector in this worker.', {
        current,
        required,
        remedy: {
          text: 'It takes memory and the line from this one. Ask who made it; if nobody needs it, remove it.',
          commands,
          who: 'you',
        },
      });
    }
    return fail(`${ID}-source`, 'Another connector of this worker reads SQL Server too: rows arrive twice.', {
      current,
      required,
      remedy: {
        text:
          `Remove the other one. ${ours} is named by the facility’s code and goes on from its own position: nothing is copied ` +
          'again. What the other one has sent stays in the warehouse; tell the central team its name.',
        commands,
        who: 'you',
      },
    });
  },
};

async function seen(name: string, connect: ConnectPort): Promise<Other> {
  const [config, status] = await Promise.all([connect.config(name), connect.status(name)]);
  return {
    name,
    source: config?.['connector.class'] === SOURCE,
    halted: ['PAUSED', 'STOPPED'].includes(status?.connector.state ?? ''),
  };
}

/** A connector may be called by a facility’s name, with blanks and apostrophes; the address stands in single quotes. */
function encoded(name: string): string {
  return encodeURIComponent(name).replaceAll("'", '%27');
}
