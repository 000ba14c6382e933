import { parseArgs } from 'node:util';
import { SandboxError } from '../sandbox-error.ts';

export interface DemoOptions {
  /** Leave everything running and tell how to look around. */
  keep: boolean;
  /** Alter one value in PostgreSQL before comparing. */
  spoil: boolean;
  /** Remove everything that demo and sandbox made, and do nothing else. */
  down: boolean;
  help: boolean;
  /** Rows in both databases together before the changes begin. */
  rows: number;
  seed: string;
  /** Look for passwords wherever others can read. */
  scan: boolean;
}

export const DEFAULT_ROWS = 100_000;
/** Below this, some tables would run dry under the deletes. */
const FEWEST_ROWS = 2_000;

export const USAGE = `Usage: npm run demo -- [options]

Two hospitals on different releases stream their databases into one warehouse, while a container is killed, the broker
restarts and a column is added. At the end every value is compared.

  --keep        leave everything running and say how to look around
  --break       alter one value in PostgreSQL before comparing: must end with 1 difference and exit code 3
  --down        remove everything that the demo and its sandbox made
  --rows N      rows in both databases at the start (default ${DEFAULT_ROWS}, at least ${FEWEST_ROWS})
  --seed TEXT   another seed makes other data (default 1)
  --no-scan     do not look for passwords in topics, logs, labels, REST answers and process arguments
  --help        this text

Exit codes: 0 no differences, 1 could not run, 2 wrong option, 3 differences, 130 cancelled.
To run against real SQL Servers see docs/demo.md.`;

/** @throws SandboxError for an option that does not exist or a number that is none */
export function parseOptions(argv: readonly string[]): DemoOptions {
  let values: Record<string, string | boolean | undefined>;
  try {
    ({ values } = parseArgs({
      args: [...argv],
      allowNegative: true,
      options: {
        keep: { type: 'boolean' },
        break: { type: 'boolean' },
        down: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        rows: { type: 'string' },
        seed: { type: 'string' },
        scan: { type: 'boolean' },
      },
    }));
  } catch (error) {
    throw new SandboxError(`${(error as Error).message}\n\n${USAGE}`);
  }
  const rows = Number(values.rows ?? DEFAULT_ROWS);
  if (!Number.isInteger(rows) || rows < FEWEST_ROWS) {
    throw new SandboxError(`--rows is "${values.rows}". Needed: a whole number, at least ${FEWEST_ROWS}.`);
  }
  return {
    keep: values.keep === true,
    spoil: values.break === true,
    down: values.down === true,
    help: values.help === true,
    rows,
    seed: String(values.seed ?? '1'),
    scan: values.scan !== false,
  };
}
