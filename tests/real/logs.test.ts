import { execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { docker } from '../../sandbox/src/provision/docker.ts';
import { type InstalledFacility, installFacility } from './support/installed-facility.ts';

const BIN = join(import.meta.dirname, '../../bin/clinicmaster-cdc.js');
const POLL_MS = 2000;

let facility: InstalledFacility;

beforeAll(async () => {
  facility = await installFacility({
    code: 'LOGGED',
    instance: 'logged',
    restPort: 18680,
    storage: 'logged',
    patient: 'Achen',
    heartbeatMs: 2000,
    verified: true,
  });
});

afterAll(() => facility?.remove());

/** Asks again until the answer holds a text. */
async function until(text: string, ...argv: string[]): Promise<string> {
  let output = '';
  for (const end = Date.now() + 120_000; !output.includes(text) && Date.now() < end; await wait(POLL_MS))
    ({ output } = await facility.ask(...argv));
  return output;
}

/** The program beside the tests, as somebody leaves it running. */
function following(...argv: string[]) {
  const child = spawn(process.execPath, [BIN, 'logs', '--follow', ...argv, '--dir', facility.dir]);
  let shown = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (shown += text));
  const ended = new Promise<number | null>((settle) => child.once('close', settle));
  return {
    // Lines are wrapped, and names decide where.
    until: (text: string) =>
      expect.poll(() => shown.replace(/\s+/g, ' '), { timeout: 60_000, interval: 200 }).toContain(text),
    shown: () => shown.replace(/\s+/g, ' '),
    interrupt: () => child.kill('SIGINT'),
    ended,
  };
}

describe('the log of a real worker', () => {
  test('tells, explains and folds that SQL Server is gone', async () => {
    await facility.hospital.standin.stop();
    const output = await until(
      ' times in ',
      ...['logs', '--since', '1h', '--level', 'ERROR', '--grep', 'producer failure'],
    );
    expect(output).toContain('ERROR ErrorHandler: Producer failure');
    expect(output).toContain('    = SQL Server cannot be reached from the container.');
    expect(output).toMatch(/\(\d+ lines of a Java trace: --verbose\)\n {4}… \d+ times in \d+ s, the last at/);
    expect(output).not.toContain('\tat ');

    const all = await facility.ask('logs', '--tail', 'all');
    expect(all.exitCode).toBe(0);
    expect(Math.max(...all.output.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(all.output).toContain('= Harmless: the login may not look at the capture job');
    const raw = await facility.ask('logs', '--raw', '--tail', 'all');
    for (const { output: text } of [all, raw])
      expect(text).not.toContain(facility.hospital.database.password);
    expect(raw.output).toContain('\tat io.debezium.');
  });

  test('can be cut short by whoever reads it', async () => {
    const command = `set -o pipefail; '${process.execPath}' '${BIN}' logs --tail all --raw --dir '${facility.dir}' | head -n 1`;
    const { stdout, stderr } = await promisify(execFile)('bash', ['-c', command]);
    expect(stdout.split('\n')).toHaveLength(2);
    expect(stderr).toBe('');
  });

  test('is followed through a stop and a start of the container, until Ctrl-C', async () => {
    const run = following('--tail', '0');
    const container = docker.getContainer(facility.names.container);
    await wait(POLL_MS);
    // A stop in order takes a minute while SQL Server is away.
    await container.kill();
    await run.until('Waiting for');
    await container.start();
    await run.until('runs again.');
    await run.until('Kafka Connect worker initializing');
    run.interrupt();
    expect(await run.ended).toBe(130);
    expect(run.shown().match(/worker initializing/g)).toHaveLength(1);
    expect(run.shown()).not.toContain('Cancelled');
  });

  test('is there when the container is stopped', async () => {
    await docker.getContainer(facility.names.container).kill();
    const { exitCode, output } = await facility.ask('logs', '--tail', '1', '--json');
    expect(exitCode).toBe(0);
    expect(JSON.parse(output)).toMatchObject({ schemaVersion: 1, level: expect.any(String) });
  });
});
