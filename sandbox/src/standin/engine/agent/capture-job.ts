import { setTimeout as wait } from 'node:timers/promises';
import type { Client } from 'pg';
import { TsqlError } from '../../types.ts';
import { type HarvestSource, harvest, markIdle } from '../cdc/harvest.ts';
import { recordError, recordScan } from './scan-record.ts';

/** Settings of one run of a capture job; changes of the job count from its next start. */
export interface CaptureSettings extends HarvestSource {
  maxTransactions: number;
  maxScans: number;
  pollSeconds: number;
  runNumber: number;
}

/** Between scans at a polling interval of 0, so that an idle database costs no processor. */
const BUSY_PAUSE_MILLISECONDS = 200;

/** The capture job of one database: up to `maxScans` scans, then a pause of the polling interval, and again. */
export class CaptureJob {
  readonly settings: CaptureSettings;
  readonly #connect: (purpose: string) => Promise<Client>;
  readonly #report: (error: unknown) => void;
  readonly #stop = new AbortController();
  #loop: Promise<void> = Promise.resolve();

  constructor(
    settings: CaptureSettings,
    connect: (purpose: string) => Promise<Client>,
    report: (error: unknown) => void,
  ) {
    this.settings = settings;
    this.#connect = connect;
    this.#report = report;
  }

  start(): void {
    this.#loop = this.#run();
  }

  /** Resolves when the scan under way has ended. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    let client: Client | undefined;
    while (!signal.aborted) {
      try {
        client ??= await this.#connect(`capture ${this.settings.database}`);
        await this.#cycle(client);
      } catch (error) {
        await this.#failed(client, error);
        await client?.end().catch(() => undefined);
        client = undefined;
      }
      const pause = this.settings.pollSeconds * 1000 || BUSY_PAUSE_MILLISECONDS;
      await wait(pause, undefined, { signal }).catch(() => undefined);
    }
    await client?.end().catch(() => undefined);
  }

  async #cycle(client: Client): Promise<void> {
    const { maxScans, maxTransactions } = this.settings;
    await this.#stumble(client);
    for (let scan = 0; scan < maxScans && !this.#stop.signal.aborted; scan += 1) {
      const started = new Date();
      const result = await harvest(client, this.settings, maxTransactions);
      await recordScan(client, this.settings, started, result);
      if (result.transactions < maxTransactions) break;
    }
    await markIdle(client, this.settings);
  }

  async #failed(client: Client | undefined, error: unknown): Promise<void> {
    if (this.#stop.signal.aborted || (client && (await this.#isOver(client)))) return;
    if (!(error instanceof TsqlError)) this.#report(error);
    if (client) await recordError(client, this.settings, error).catch(() => undefined);
  }

  /** @throws TsqlError the fault that a test has put in with `EXEC standin.break_job`. */
  async #stumble(client: Client): Promise<void> {
    const { rows } = await client.query<{ fault_number: number; fault_message: string }>(
      `SELECT fault_number, fault_message FROM standin.job
       WHERE database_id = $1 AND job_type = 'capture' AND fault_number IS NOT NULL`,
      [this.settings.databaseId],
    );
    if (rows[0]) throw new TsqlError(rows[0].fault_number, rows[0].fault_message);
  }

  /** CDC was switched off, or the database dropped, in the middle of a scan: the Agent is about to end this job. */
  async #isOver(client: Client): Promise<boolean> {
    const enabled = await client
      .query('SELECT FROM standin.database WHERE database_id = $1 AND is_cdc_enabled', [
        this.settings.databaseId,
      ])
      .catch(() => undefined);
    return enabled?.rowCount === 0;
  }
}
