import { setTimeout as wait } from 'node:timers/promises';
import type { Client } from 'pg';
import { cleanUp } from '../cdc/cleanup.ts';
import type { SharedClient } from '../postgres/shared-client.ts';
import { CaptureJob, type CaptureSettings } from './capture-job.ts';

const POLL_MILLISECONDS = 500;
const CLEANUP_HOUR = 2;

interface JobRow {
  job_id: string;
  database_id: number;
  database: string;
  job_type: 'capture' | 'cleanup';
  maxtrans: number;
  maxscans: number;
  pollinginterval: string;
  retention: string;
  run_number: number;
  is_started: boolean;
  /** A disabled job goes on while it runs; the Agent does not start it. */
  enabled: boolean;
  fault_number: number | null;
  fault_message: string | null;
  /** The nightly hour has passed since it last ran. */
  cleanup_due: boolean;
}

/**
 * SQL Server Agent: runs the capture job of every database with CDC and, at two in the morning, the cleanup jobs. Stopped,
 * it runs nothing, and changes wait in the log. Its state lives in PostgreSQL, so it stays stopped over a restart.
 */
export class Agent {
  readonly #connect: (purpose: string) => Promise<Client>;
  readonly #control: SharedClient;
  readonly #report: (error: unknown) => void;
  readonly #captures = new Map<number, CaptureJob>();
  readonly #cleanupsWanted = new Set<number>();
  readonly #stop = new AbortController();
  #loop: Promise<void> = Promise.resolve();

  /** @param control a connection of its own for reading the jobs. */
  constructor(
    connect: (purpose: string) => Promise<Client>,
    control: SharedClient,
    report: (error: unknown) => void,
  ) {
    this.#connect = connect;
    this.#control = control;
    this.#report = report;
  }

  start(): void {
    this.#loop = this.#run();
  }

  /** Ends the jobs; what they have not finished is rolled back and done at the next start. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#loop;
    await Promise.all([...this.#captures.values()].map((job) => job.stop()));
  }

  async isRunning(): Promise<boolean> {
    const { rows } = await this.#control.query<{ value: string }>(
      "SELECT value FROM standin.knob WHERE name = 'agent'",
    );
    return rows[0]?.value === 'running';
  }

  /** The service itself: nothing is harvested or cleaned up while it is stopped. */
  async setRunning(running: boolean): Promise<void> {
    await this.#control.query("UPDATE standin.knob SET value = $1 WHERE name = 'agent'", [
      running ? 'running' : 'stopped',
    ]);
    await this.#control.query("UPDATE standin.knob SET value = now()::text WHERE name = 'agent_since'");
    if (running) return;
    await Promise.all([...this.#captures.values()].map((job) => job.stop()));
    this.#captures.clear();
  }

  isCapturing(databaseId: number): boolean {
    return this.#captures.has(databaseId);
  }

  /** Has the cleanup job of a database run soon. */
  startCleanup(databaseId: number): void {
    this.#cleanupsWanted.add(databaseId);
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        await this.#tick();
      } catch (error) {
        this.#report(error);
      }
      await wait(POLL_MILLISECONDS, undefined, { signal: this.#stop.signal }).catch(() => undefined);
    }
  }

  async #tick(): Promise<void> {
    const jobs = (await this.isRunning()) ? await this.#jobs() : [];
    const captures = jobs.filter((job) => job.job_type === 'capture' && job.is_started);
    for (const [databaseId, running] of this.#captures) {
      const wanted = captures.find((job) => job.database_id === databaseId);
      if (wanted?.run_number === running.settings.runNumber) continue;
      await running.stop();
      this.#captures.delete(databaseId);
    }
    for (const job of captures) {
      if (this.#captures.has(job.database_id) || !job.enabled) continue;
      const capture = new CaptureJob(toSettings(job), this.#connect, this.#report);
      this.#captures.set(job.database_id, capture);
      capture.start();
    }
    for (const job of jobs.filter((one) => one.job_type === 'cleanup')) {
      const asked = this.#cleanupsWanted.delete(job.database_id);
      if (asked || job.cleanup_due) await this.#cleanUp(job);
    }
  }

  async #jobs(): Promise<JobRow[]> {
    const { rows } = await this.#control.query<JobRow>(
      `SELECT j.*, d.name AS database,
         date_trunc('day', local) + interval '${CLEANUP_HOUR} hours' BETWEEN j.last_run + shift AND local AS cleanup_due
       FROM standin.job j JOIN standin.database d USING (database_id),
         LATERAL (SELECT tsql.server_minutes(now()) * interval '1 minute' AS shift) s,
         LATERAL (SELECT now() + shift AS local) l
       WHERE d.is_cdc_enabled`,
    );
    return rows;
  }

  async #cleanUp(job: JobRow): Promise<void> {
    const source = { databaseId: job.database_id, database: job.database };
    if (job.fault_number === null) {
      await this.#control.alone((client) => cleanUp(client, source, Number(job.retention)));
    }
    await this.#control.query(
      `INSERT INTO standin.job_history (job_id, run_status, message) SELECT job_id, $2, $3 FROM standin.job WHERE job_id = $1`,
      job.fault_number === null
        ? [job.job_id, 1, 'The job succeeded.']
        : [
            job.job_id,
            0,
            `The job failed. ${job.fault_message} [SQLSTATE 42000] (Error ${job.fault_number})`,
          ],
    );
    await this.#control.query(
      "UPDATE standin.job SET last_run = now() WHERE database_id = $1 AND job_type = 'cleanup'",
      [job.database_id],
    );
  }
}

function toSettings(job: JobRow): CaptureSettings {
  return {
    databaseId: job.database_id,
    database: job.database,
    maxTransactions: job.maxtrans,
    maxScans: job.maxscans,
    pollSeconds: Number(job.pollinginterval),
    runNumber: job.run_number,
  };
}
