import * as child from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { bringUp, ensureConnectImages } from '../sandbox/src/up.ts';
import { facilityNames } from '../src/connector/names.ts';
import { type Benchmark, type Measurement, measurement } from './benchmark.ts';
import { machine } from './conditions.ts';
import { startFacility } from './facility.ts';

const execFile = promisify(child.execFile);
const BIN = join(import.meta.dirname, '..', 'bin/clinicmaster-cdc.js');
const RUNS = 11;
const REST_PORT = 18285;
/** What `status` may take when all is reachable. */
const BAR_MS = 1000;

/** How long a person, or cron, waits for `status`. */
export const status: Benchmark = {
  about:
    'ms of status on a facility that streams, beside node -e 0, one curl of the REST status, and the bar of 1 s',
  run: measure,
};

async function measure(): Promise<Measurement> {
  await bringUp();
  await ensureConnectImages();
  const facility = await startFacility('bench-status', REST_PORT);
  try {
    const url = `http://127.0.0.1:${REST_PORT}/connectors/${facilityNames(facility.settings.FACILITY_DHIS2_CODE ?? '').connector}/status`;
    const times = { status: [] as number[], node: [] as number[], curl: [] as number[] };
    // By turns, so that whatever else the machine does meets all alike; the first turn only warms the file cache.
    for (let turn = 0; turn <= RUNS; turn++) {
      const ours = await time(process.execPath, [BIN, 'status', '--json', '--dir', facility.dir]);
      const node = await time(process.execPath, ['-e', '0']);
      const curl = await time('curl', ['-sf', url]);
      if (turn === 0) continue;
      times.status.push(ours);
      times.node.push(node);
      times.curl.push(curl);
    }
    const beside = (name: string, usual: number[], what: string) =>
      measurement(name, 'ms', { ours: times.status, usual }, { usual: what });
    return {
      ...measurement(
        'status',
        'ms',
        { ours: times.status, usual: times.status.map(() => BAR_MS) },
        { ours: 'wall time of the process, healthy, --json', usual: 'the bar', ...machine() },
      ),
      also: [
        beside('status beside node', times.node, 'node -e 0'),
        beside('status beside curl', times.curl, 'curl of /connectors/…/status'),
      ],
    };
  } finally {
    await facility.remove();
  }
}

/** Not synchronous: the stand-in for SQL Server lives in this process and must go on answering. */
async function time(program: string, argv: readonly string[]): Promise<number> {
  const started = performance.now();
  await execFile(program, argv, {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, LANG: 'C.UTF-8' },
    maxBuffer: 1e8,
  });
  return performance.now() - started;
}
