import type { ConnectorOffset, ConnectPort } from '../../adapters/connect-port.ts';
import { lsnHex } from '../../connector/lsn.ts';
import { CliError } from '../../errors.ts';
import type { InstallPorts } from '../deployment.ts';
import type { Step } from '../step.ts';

/**
 * The stored position lies where SQL Server's change tables begin, or behind.
 * @param target where it is to be moved, asked once the connector is stopped: what it had read it has stored by then; undefined
 * where SQL Server has everything that comes after it
 */
export function movedStep(
  connector: string,
  target: () => Promise<ConnectorOffset | undefined>,
  { connect }: InstallPorts,
): Step {
  return {
    id: 'position',
    title: 'Stored position moved on',
    done: async () =>
      (await target()) === undefined ? 'SQL Server has everything that comes after it' : undefined,
    run: async () => {
      const wanted = await target();
      if (wanted === undefined) return 'SQL Server has everything that comes after it';
      await connect.alterOffsets(connector, [wanted]);
      const lsn = String(wanted.offset?.commit_lsn);
      if (!(await holds(connect, connector, lsn))) throw notTaken(connector, `it is not at ${lsn}`);
      return `to ${lsnHex(lsn) ?? lsn}: SQL Server has everything that comes after it`;
    },
  };
}

async function holds(connect: ConnectPort, connector: string, lsn: string): Promise<boolean> {
  const offsets = (await connect.offsets(connector)) ?? [];
  return offsets.some(({ offset }) => offset?.commit_lsn === lsn);
}

/** No position is stored: the connector begins anew. */
export function resetStep(connector: string, { connect }: InstallPorts): Step {
  const none = async () => ((await connect.offsets(connector)) ?? []).length === 0;
  return {
    id: 'position',
    title: 'Stored position taken away',
    done: async () => ((await none()) ? 'none is stored' : undefined),
    run: async () => {
      await connect.resetOffsets(connector);
      if (!(await none())) throw notTaken(connector, 'one is still there');
      return 'taken away';
    },
  };
}

function notTaken(connector: string, seen: string): CliError {
  return new CliError('recover.position', `Connect did not take the position of ${connector}.`, {
    seen,
    needed:
      'The connector is stopped, and its former position is in the file that was written. Run this again.',
    commands: ['clinicmaster-cdc logs --tail 50'],
  });
}
