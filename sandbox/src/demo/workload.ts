import { apply } from './apply.ts';
import type { Hospital } from './hospital.ts';
import {
  type Counts,
  dealOut,
  KINDS,
  noCounts,
  type PlannedTransaction,
  Planner,
  split,
} from './operations.ts';

/** What a running workload has done so far. */
export interface Progress {
  committed: Counts;
  transactions: number;
  rolledBack: number;
}

/** The application of one hospital at work: several writers, each the only one to change its tables. */
export class Workload {
  readonly progress: Progress = { committed: noCounts(), transactions: 0, rolledBack: 0 };
  private readonly hospital: Hospital;
  private readonly planners: Planner[];

  constructor(hospital: Hospital) {
    this.hospital = hospital;
    this.planners = dealOut([...hospital.tables.values()], hospital.writers).map(
      (tables, i) => new Planner(tables, hospital.random.fork(`writer ${i}`)),
    );
  }

  /** Changes so far, in rows. */
  get changes(): number {
    return KINDS.reduce((sum, kind) => sum + this.progress.committed[kind], 0);
  }

  /**
   * Commits this many more rows of each kind. Everything waits for the pace, so that a phase lasts long enough to be hit
   * by what happens meanwhile.
   * @param pauseMs between two transactions of a writer
   */
  async run(counts: Counts, pauseMs: number): Promise<void> {
    await Promise.all(
      this.planners.map(async (planner, i) => {
        for (const transaction of planner.transactions(split(counts, this.planners.length, i))) {
          await this.execute(transaction);
          if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
        }
      }),
    );
  }

  private async execute({ operations, rollback }: PlannedTransaction): Promise<void> {
    const transaction = await this.hospital.source.begin();
    try {
      for (const operation of operations) await apply(operation, transaction.request());
    } catch (error) {
      // The first error is the one to tell; a rollback that fails after it says nothing new.
      await transaction.rollback().catch(() => undefined);
      throw error;
    }
    if (rollback) {
      await transaction.rollback();
      this.progress.rolledBack += 1;
      return;
    }
    await transaction.commit();
    this.progress.transactions += 1;
    for (const operation of operations) {
      this.progress.committed[operation.kind] += operation.kind === 'insert' ? operation.rows.length : 1;
    }
  }
}
