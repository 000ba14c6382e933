import type { ConnectPort } from '../../adapters/connect-port.ts';
import type { SqlServerPort } from '../../adapters/sqlserver-port.ts';
import { type CopyFacts, type CopyState, copyState } from '../../connector/copy-state.ts';
import { isOpen, lastChange, parseWindow } from '../../connector/copy-window.ts';
import { type FacilityNames, facilityNames } from '../../connector/names.ts';
import { parsedRequest } from '../../connector/signals.ts';
import type { Context } from '../../context.ts';
import { CliError } from '../../errors.ts';
import { readSignals, type SignalAccess, signalAccess } from '../../install/database/signals.ts';
import type { FacilitySettings } from '../../settings/facility.ts';

/** Debezium's own, where the connector's configuration does not say. */
const USUAL_CHUNK = 1024;

/** What it takes to ask for copies and to see how they go. */
export interface Copies {
  settings: FacilitySettings;
  names: FacilityNames;
  sql: SqlServerPort;
  connect: ConnectPort;
  access: SignalAccess;
  /** Rows that Debezium reads at a time. */
  chunkRows: number;
}

/**
 * Opens the ways to a facility's copies for the time of some work.
 * @throws CliError when there is no connector, or no way to ask it
 */
export async function withCopies<T>(
  settings: FacilitySettings,
  context: Context,
  work: (copies: Copies) => Promise<T>,
): Promise<T> {
  const names = facilityNames(settings.facilityId, settings.instance);
  const connect = await context.connect(settings.restPort);
  const config = await connect.config(names.connector);
  if (config?.['signal.data.collection'] === undefined) {
    throw new CliError('copy.no-connector', 'The connector of this facility cannot be asked for a copy.', {
      seen:
        config === undefined ? `no connector ${names.connector}` : 'its configuration names no signal table',
      needed: 'A facility that init has brought to this version.',
      commands: ['clinicmaster-cdc init'],
    });
  }
  const sql = await context.sqlServer(settings.database);
  try {
    const access = await signalAccess(sql, context.signal);
    const chunkRows = Number(config['incremental.snapshot.chunk.size'] ?? USUAL_CHUNK);
    return await work({ settings, names, sql, connect, access, chunkRows });
  } finally {
    await sql.close();
  }
}

/** How the last copy is doing now. */
export async function lookAtCopies(copies: Copies, context: Context): Promise<CopyState> {
  const { settings, sql, connect, access, names, chunkRows } = copies;
  const seen = await readSignals(sql, access, context.signal);
  const offsets = (await connect.offsets(names.connector)) ?? [];
  const window = parseWindow(settings.firstCopyWindow);
  const now = context.clock.now();
  const facts: CopyFacts = {
    request: seen.request === null ? null : (parsedRequest(seen.request) ?? null),
    control: seen.control,
    chunksRead: seen.chunksRead,
    captured: seen.captured,
    offset: offsets.find(({ offset }) => offset !== null)?.offset ?? null,
    runningSince: await runningSince(names.container, context),
    hours: window === undefined ? null : { open: isOpen(window, now), since: lastChange(window, now) },
  };
  return copyState(facts, chunkRows);
}

/** Docker is asked for a detail only: a worker that answers runs, whatever Docker says. */
async function runningSince(container: string, context: Context): Promise<number | null> {
  try {
    const state = await (await context.docker()).container(container);
    return state?.running === true ? Date.parse(state.startedAt) : null;
  } catch {
    return null;
  }
}

/** The connector and its task run. @throws CliError when they do not: a signal would lie there unread */
export async function mustRun({ connect, names }: Copies): Promise<void> {
  const status = await connect.status(names.connector);
  const states = status === undefined ? [] : [status.connector, ...status.tasks].map(({ state }) => state);
  if (states.length > 1 && states.every((state) => state === 'RUNNING')) return;
  throw new CliError('copy.not-running', 'The connector does not run, so it cannot copy.', {
    seen: states.length === 0 ? 'no connector' : states.join(', '),
    needed: 'A connector whose task is RUNNING.',
    commands: ['clinicmaster-cdc status', 'clinicmaster-cdc doctor'],
  });
}
