import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const RUNNER = fileURLToPath(new URL('../../sandbox/run.mjs', import.meta.url));
const DEMO_TIMEOUT_MS = 1_500_000;

interface Run {
  exitCode: number;
  lines: string[];
}

/** `npm run demo -- …`, as a user calls it; its lines go to the test's own output, so that a hang can be seen. */
function demo(...args: string[]): Promise<Run> {
  const child = spawn(process.execPath, [RUNNER, 'demo', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      process.stdout.write(text);
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ exitCode: code ?? -1, lines: output.trimEnd().split('\n') }));
  });
}

describe('the demo, end to end', { timeout: DEMO_TIMEOUT_MS }, () => {
  test('two facilities through kill, broker restart and a new column: no difference, no password, no stray record', async () => {
    const { exitCode, lines } = await demo('--rows', '8000');
    expect(lines.at(-1)).toMatch(/^demo: 2 facilities, 24 tables, \d+ rows, 0 differences$/);
    expect(exitCode).toBe(0);
    const rows = Number(/(\d+) rows/.exec(lines.at(-1) ?? '')?.[1]);
    expect(rows).toBeGreaterThanOrEqual(8_000);
    const text = lines.join('\n');
    expect(text).toMatch(/✓ Every record in Kafka carries its facility/);
    expect(text).toMatch(/✓ No password in topics, REST answers, logs, labels or process arguments/);
    expect(text).toMatch(/SIGKILL to clinicmasterwarehouse-demo-lacor/);
    expect(text).toMatch(/Broker restarted/);
  });

  test('again, with other data and one value altered: exactly one difference, and it is told', async () => {
    const { exitCode, lines } = await demo('--rows', '2000', '--seed', 'other', '--break');
    expect(lines.at(-1)).toMatch(/^demo: 2 facilities, 24 tables, \d+ rows, 1 difference$/);
    expect(exitCode).toBe(3);
    expect(lines.join('\n')).toMatch(
      /UG4521 Staff\.FullName \["\d+"\]: ledger .+, SQL Server .+, PostgreSQL ".*!"/,
    );
  });
});
