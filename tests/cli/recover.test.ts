import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { healthyCapture } from '../fakes/healthy-capture.ts';
import { type InstallWorld, installWorld } from '../fakes/install-world.ts';
import { CODE } from '../fakes/streaming-facility.ts';

const CONTAINER = 'clinicmasterwarehouse';
const CONNECTOR = `cdc-${CODE}`;
const POSITION = '0x0000002700000AC00003';
const OLDEST = '0x00000030000000100001';

let world: InstallWorld;
beforeEach(async () => {
  world = await installWorld();
  expect((await world.cli('init', '--yes', '--dir', world.dir)).exit).toBe(0);
  world.worker.calls.length = 0;
});
afterEach(() => world.close());

const recover = (...argv: string[]) => world.cli('recover', ...argv, '--dir', world.dir);
const flat = (text: string) => text.replace(/\s+/g, ' ');
const writes = () => world.worker.calls.filter((call) => !/^(GET|PUT .*\/validate$)/.test(call));
const saved = async () => (await readdir(world.dir)).filter((name) => name.startsWith('offsets-'));

/** SQL Server has cleaned up past the position. */
function retentionPassed(): void {
  const { rows } = world.world.sql;
  world.world.sql.rows = (text, bound) => {
    if (text.includes('MIN(start_lsn), 1) AS oldest,'))
      return [{ oldest: OLDEST, newest: '0x00000031000000010001', changes: 1 }];
    if (text.includes('COUNT(*) AS n FROM cdc.lsn_time_mapping')) return [{ n: 1 }];
    const found = healthyCapture(text) ?? rows(text, bound);
    if (!Array.isArray(found)) return found;
    if (text.includes('AS max_lsn'))
      return found.map((row) => ({ ...row, max_lsn: '0x00000031000000010001' }));
    if (!text.includes('oldest_lsn')) return found;
    return found.map((row) => ({ ...row, oldest_lsn: OLDEST, newest_lsn: '0x00000031000000010001' }));
  };
}

/** An earlier look has seen that nothing came after the position. */
async function provenIdle(): Promise<void> {
  const path = join(world.dir, 'seen.json');
  const seen = JSON.parse(await readFile(path, 'utf8'));
  const value = { position: POSITION, upTo: OLDEST };
  seen.seen['idle stretch of ClinicMasterMOH'] = { at: '2026-11-23T08:00:00.000Z', value };
  await writeFile(path, JSON.stringify(seen));
}

describe('recover', () => {
  it('says that there is nothing to recover, and changes nothing', async () => {
    const { exit, stdout } = await recover();
    expect([exit, stdout.trim()]).toEqual([0, '✔ There is nothing to recover.']);
    expect(JSON.parse((await recover('--json')).stdout)).toMatchObject({
      schemaVersion: 1,
      ok: true,
      command: 'recover',
      found: [],
    });
    expect(writes()).toEqual([]);
  });

  it('names the recovery, the finding and the command, within 80 columns', async () => {
    retentionPassed();
    const { exit, stdout } = await recover();
    expect(exit).toBe(3);
    expect(flat(stdout)).toContain(
      'SQL Server has deleted changes that the connector has not read. (sql-offset-window-lost)',
    );
    expect(stdout).toContain(`    clinicmaster-cdc recover gap --dir ${world.dir}\n`);
    const prose = stdout.split('\n').filter((line) => !line.includes('clinicmaster-cdc'));
    expect(Math.max(...prose.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(JSON.parse((await recover('--json')).stdout).found[0]).toMatchObject({
      playbook: 'retention',
      code: 'sql-offset-window-lost',
      seen: expect.stringContaining(POSITION),
    });
  });

  it('refuses a recovery that is not the one, and names the one', async () => {
    const nothing = await recover('history', '--yes');
    expect([nothing.exit, flat(nothing.stderr)]).toEqual([
      3,
      expect.stringContaining('nothing of this kind'),
    ]);
    retentionPassed();
    const other = await recover('restored', '--yes', '--accept-risk', 'resnapshot');
    expect([other.exit, flat(other.stderr)]).toEqual([
      3,
      expect.stringContaining(`recover gap --dir ${world.dir}`),
    ]);
    expect([writes(), await saved()]).toEqual([[], []]);
  });

  it('understands a folder that is named before the kind of recovery', async () => {
    const { stderr } = await world.cli('recover', '--dir', world.dir, 'history', '--yes');
    expect(flat(stderr)).toContain('nothing of this kind');
  });
});

describe('a loss that was noted', () => {
  const looked = async () => {
    const { stdout } = await world.cli('doctor', '--only', 'sql-offset-window', '--json', '--dir', world.dir);
    const { checks } = JSON.parse(stdout) as { checks: { id: string; verdict: { code: string } }[] };
    return checks.find(({ id }) => id === 'sql-offset-window')?.verdict.code;
  };
  const goOn = () => {
    const partition = { server: 'clinicmasterwarehouse-sqlserver', database: 'ClinicMasterMOH' };
    world.worker.offsets = [{ partition, offset: { commit_lsn: '00000031:00000001:0001' } }];
  };

  it('is not forgotten when the stream goes on behind it', async () => {
    retentionPassed();
    expect(await looked()).toBe('sql-offset-window-lost');
    goOn();
    expect(await looked()).toBe('sql-offset-window-passed');
    const { exit, stdout } = await recover();
    expect([exit, flat(stdout)]).toEqual([3, expect.stringContaining('the stream has gone on without them')]);
  });

  it('is settled by a start that copies all, once that is accepted', async () => {
    retentionPassed();
    expect(await looked()).toBe('sql-offset-window-lost');
    const restart = await world.cli('restart', '--accept-risk', 'resnapshot', '--dir', world.dir);
    expect(restart.exit, restart.stderr).toBe(0);
    // Before Connect has stored the new position.
    expect(await looked()).toBe('sql-offset-window-lost');
    goOn();
    expect(await looked()).toBe('ok');
  });
});

describe('recover gap, where nothing was changed', () => {
  it('wants the risk by name, and shows the plan before', async () => {
    retentionPassed();
    const { exit, stderr } = await recover('gap', '--nothing-changed', '--yes');
    expect(exit).toBe(2);
    expect(flat(stderr)).toContain('1. Stop the connector, and save its stored position to a file.');
    expect(flat(stderr)).toContain(
      '2. Move the position to where SQL Server still has everything that comes after it.',
    );
    expect(flat(stderr)).toContain('--nothing-changed --yes --accept-risk skip-changes');
    expect([writes(), await saved()]).toEqual([[], []]);
  });

  it('asks nobody who is not there', async () => {
    retentionPassed();
    await provenIdle();
    const { exit, stderr } = await recover('gap');
    expect([exit, flat(stderr)]).toEqual([2, expect.stringContaining('nobody can be asked')]);
    expect(writes()).toEqual([]);
  });

  it('ends with a no', async () => {
    retentionPassed();
    await provenIdle();
    world.decisions = [() => false];
    expect((await recover('gap')).exit).toBe(130);
    expect(writes()).toEqual([]);
  });

  it('stops, saves, moves on and resumes, where it is proven without a price', async () => {
    retentionPassed();
    await provenIdle();
    const { exit, stdout } = await recover('gap', '--yes', '--json');
    expect(exit, stdout).toBe(0);
    expect(writes()).toEqual([
      `PUT /connectors/${CONNECTOR}/stop`,
      `PATCH /connectors/${CONNECTOR}/offsets`,
      `PUT /connectors/${CONNECTOR}/resume`,
    ]);
    expect(world.worker.offsets).toEqual([
      {
        partition: { server: 'clinicmasterwarehouse-sqlserver', database: 'ClinicMasterMOH' },
        offset: { commit_lsn: '00000030:00000010:0001', change_lsn: null, event_serial_no: 0 },
      },
    ]);
    const [file] = await saved();
    const path = join(world.dir, file ?? '');
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      command: 'recover gap',
      changed: true,
      copied: [],
      saved: path,
    });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({
      connector: CONNECTOR,
      offsets: [{ offset: { commit_lsn: '00000027:00000ac0:0003' } }],
    });
    const journal = JSON.parse(await readFile(join(world.dir, 'journal.json'), 'utf8'));
    expect([journal.command, typeof journal.finishedAt]).toEqual(['recover gap', 'string']);
  });

  it('keeps the connector of a stopped container from starting before the position is right', async () => {
    await world.cli('stop', '--dir', world.dir);
    retentionPassed();
    await provenIdle();
    const { exit, stderr } = await recover('gap', '--yes');
    expect(exit, stderr).toBe(0);
    expect(world.world.writes).toEqual([
      `cdc.${CODE}.configs: target-state-${CONNECTOR} = {"state":"PAUSED","state.v2":"STOPPED"}`,
      `cdc.${CODE}.configs: commit-${CONNECTOR} = {"tasks":0}`,
    ]);
    expect(world.docker.containers[CONTAINER]?.state.running).toBe(true);
    expect(world.worker.connectors[CONNECTOR]).toMatchObject({ state: 'RUNNING', task: 'RUNNING' });
  });

  it('leaves a worker elsewhere alone', async () => {
    await world.cli('stop', '--dir', world.dir);
    retentionPassed();
    await provenIdle();
    world.world.kafka.members = [{ clientId: 'other', clientHost: '/10.8.0.99', memberId: 'm' }];
    const { exit, stderr } = await recover('gap', '--yes');
    expect([exit, flat(stderr)]).toEqual([
      3,
      expect.stringContaining('A worker of this facility runs elsewhere'),
    ]);
    expect([world.world.writes, world.docker.containers[CONTAINER]?.state.running]).toEqual([[], false]);
  });

  it('is not for tables that are named', async () => {
    retentionPassed();
    const { exit, stderr } = await recover(
      'gap',
      'dbo.Visits',
      '--nothing-changed',
      '--accept-risk',
      'skip-changes',
    );
    expect([exit, flat(stderr)]).toEqual([2, expect.stringContaining('goes with no table names')]);
  });
});
