import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import tar from 'tar-stream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { FACILITY_IMAGE } from '../../sandbox/src/images/recipes.ts';
import { docker } from '../../sandbox/src/provision/docker.ts';
import { type InstalledFacility, installFacility, jsonOf } from './support/installed-facility.ts';
import { compareLoad, type Load, startLoad } from './support/load.ts';

const CODE = 'UPGRADED';
const INSTANCE = 'upgraded';
const image = (what: string) => `clinicmaster-cdc/connect-facility:test-upgrade-${what}`;
const [ENDS, HANGS, NEWER] = [image('ends'), image('hangs'), image('newer')];

let facility: InstalledFacility;
let load: Load;
let first = 0;

beforeAll(async () => {
  await Promise.all([
    derive(ENDS, 'ENTRYPOINT ["/bin/busybox", "false"]'),
    derive(HANGS, 'ENTRYPOINT ["/bin/busybox", "sleep", "3600"]'),
    derive(NEWER, 'LABEL org.clinicmaster.cdc.test=newer'),
  ]);
  facility = await installFacility({
    code: CODE,
    instance: INSTANCE,
    restPort: 18700,
    storage: 'upgrade_real',
    patient: 'Achen',
    heartbeatMs: 1000,
  });
  const { user } = facility.hospital.database;
  await facility.hospital.paste([
    'USE msdb;',
    `CREATE USER [${user}] FOR LOGIN [${user}];`,
    `GRANT SELECT ON dbo.cdc_jobs TO [${user}];`,
  ]);
});

afterAll(async () => {
  const names = facility?.names.container;
  if (names !== undefined)
    await container(`${names}-before-upgrade`)
      .remove({ force: true })
      .catch(() => {});
  await facility?.remove();
  for (const tag of [ENDS, HANGS, NEWER])
    await docker
      .getImage(tag)
      .remove()
      .catch(() => {});
});

beforeEach(async () => {
  first += 100_000;
  load = await startLoad(facility.hospital, first);
});
afterEach(() => load.stop().catch(() => {}));

const container = (name: string) => docker.getContainer(name);
const inspect = () => container(facility.names.container).inspect();
const text = (name: string) => readFile(join(facility.dir, name), 'utf8');
const ours = async () => {
  const found = await docker.listContainers({
    all: true,
    filters: { label: [`org.clinicmaster.cdc.facility=${CODE}`] },
  });
  return found.map(({ Names, State }) => `${Names[0]} ${State}`);
};

/** Two lines of a Dockerfile over the real image. */
async function derive(tag: string, line: string): Promise<void> {
  const context = tar.pack();
  context.entry({ name: 'Dockerfile' }, `FROM ${FACILITY_IMAGE.tag}\n${line}\n`);
  context.finalize();
  const stream = await docker.buildImage(context as unknown as NodeJS.ReadableStream, { t: tag });
  await new Promise<void>((resolve, reject) =>
    docker.modem.followProgress(stream, (error, output: { error?: string }[]) => {
      const failed = error ?? output.find((one) => one.error !== undefined)?.error;
      failed == null ? resolve() : reject(new Error(String(failed)));
    }),
  );
}

/** Ends the load and compares what it wrote with what arrived. */
async function arrived(): Promise<{ lost: number; different: number; again: number; written: number }> {
  const versions = await load.stop();
  const { lost, different, again } = await compareLoad(facility.hospital, CODE, versions);
  return { lost: lost.length, different: different.length, again, written: versions.length };
}

/** Kills the program as soon as this stands on its stderr. */
async function killedAt(moment: string, ...argv: string[]): Promise<void> {
  const child = spawn(process.execPath, ['bin/clinicmaster-cdc.js', ...argv, '--dir', facility.dir], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let written = '';
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    written += part;
    if (written.includes(moment)) child.kill('SIGKILL');
  });
  await new Promise((resolve) => child.once('close', resolve));
  expect([child.signalCode, written]).toEqual(['SIGKILL', expect.stringContaining(moment)]);
}

describe('under load', () => {
  test('pause, resume and restart lose nothing', async () => {
    expect((await facility.ask('pause')).exitCode).toBe(0);
    expect(jsonOf(await facility.ask('pause', '--json'))).toMatchObject({
      changed: false,
      kept: { minutes: 20_160 },
    });
    expect((await facility.ask('resume')).exitCode).toBe(0);
    expect((await facility.ask('restart')).exitCode).toBe(0);
    expect(await arrived()).toMatchObject({ lost: 0, different: 0 });
  });

  test.each([
    ['ends', ENDS, 'it ends again and again'],
    ['never answers', HANGS, 'not healthy after 5 s'],
  ])('upgrade to an image whose worker %s: the old container is back, rows lost 0', async (_, tag, why) => {
    const before = await inspect();
    const env = await text('.env');
    const { exitCode, output } = await facility.ask('upgrade', '--yes', '--image', tag, '--patience', '5s');
    expect(exitCode, output).toBe(3);
    expect(output.replace(/\s+/g, ' ')).toContain('the former container is back and streams');
    expect(output.replace(/\s+/g, ' ')).toContain(why);
    const { Id, State, HostConfig } = await inspect();
    expect([Id, State.Running, HostConfig.RestartPolicy?.Name]).toEqual([before.Id, true, 'unless-stopped']);
    expect([await ours(), await text('.env')]).toEqual([[`/${facility.names.container} running`], env]);
    // It ended in order: its position was stored, so that nothing is sent twice either.
    expect(await arrived()).toMatchObject({ lost: 0, different: 0, again: 0 });
  });

  test('upgrade killed in the middle: start puts the old one back; again: the new one streams, rows lost 0', async () => {
    await killedAt('✔ Former container', 'upgrade', '--yes', '--image', NEWER);
    expect((await ours()).filter((one) => one.endsWith(' running')).length).toBeLessThanOrEqual(1);
    const started = await facility.ask('start');
    expect(started.exitCode, started.output).toBe(0);
    expect(started.output.replace(/\s+/g, ' ')).toContain('was cut off: the former container is put back');
    const { exitCode, output } = await facility.ask('upgrade', '--yes', '--image', NEWER);
    expect(exitCode, output).toBe(0);
    expect((await inspect()).Config.Image).toBe(NEWER);
    expect(await ours()).toEqual([`/${facility.names.container} running`]);
    expect(await readdir(facility.dir)).not.toContain('replacement.json');
    expect(await arrived()).toMatchObject({ lost: 0, different: 0 });
  });

  test('stop ends the worker in order, and Docker leaves it stopped', async () => {
    expect(jsonOf(await facility.ask('stop', '--json'))).toMatchObject({
      ok: true,
      changed: true,
      kept: { minutes: 20_160 },
    });
    const { State, HostConfig } = await inspect();
    const policy = HostConfig.RestartPolicy?.Name;
    expect([State.Running, State.ExitCode, policy]).toEqual([false, 143, 'unless-stopped']);
    expect(jsonOf(await facility.ask('stop', '--json'))).toMatchObject({ changed: false });
  });
});
