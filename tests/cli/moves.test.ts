import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { healthyCapture } from '../fakes/healthy-capture.ts';
import { ANSWERS, type InstallWorld, installWorld } from '../fakes/install-world.ts';
import { CODE } from '../fakes/streaming-facility.ts';

let world: InstallWorld;
beforeEach(async () => {
  world = await installWorld();
});
afterEach(() => world.close());

const init = (...more: string[]) => world.cli('init', '--yes', '--dir', world.dir, ...more);
const flat = (text: string) => text.replace(/\s+/g, ' ');
const nothingChanged = async () => {
  await expect(stat(world.dir)).rejects.toThrow('ENOENT');
  expect(world.docker.containers).toEqual({});
};
const OFFSET = { commit_lsn: '00000027:00000ac0:0003', change_lsn: null, event_serial_no: 0 };

/** What a worker elsewhere has left in Kafka. */
function streamedBefore(database = 'ClinicMasterMOH', minutesAgo = 180): void {
  const { kafka, nowMs } = world.world;
  const timestampMs = nowMs - minutesAgo * 60_000;
  const partition = { server: 'clinicmasterwarehouse-sqlserver', database };
  kafka.positions = [
    {
      offset: '9',
      timestampMs,
      key: JSON.stringify([`cdc-${CODE}`, partition]),
      value: JSON.stringify(OFFSET),
    },
  ];
  kafka.heartbeat = {
    offset: '77',
    timestampMs,
    key: JSON.stringify({ payload: { facility_dhis2_code: CODE } }),
    value: '{}',
  };
}

/** SQL Server has cleaned up past the position. */
function retentionPassed(): void {
  const { rows } = world.world.sql;
  world.world.sql.rows = (text, bound) => {
    const found = healthyCapture(text) ?? rows(text, bound);
    if (!Array.isArray(found)) return found;
    if (text.includes('AS max_lsn'))
      return found.map((row) => ({ ...row, max_lsn: '0x00000031000000010001' }));
    if (!text.includes('oldest_lsn')) return found;
    return found.map((row) => ({ ...row, oldest_lsn: '0x00000030000000100001' }));
  };
}

const elsewhere = { clientId: `cdc.${CODE}.worker.ffffffffffff`, clientHost: '/10.8.0.99', memberId: 'm' };

describe('a new machine with the same code', () => {
  it('goes on where the old one stopped, and says where that is', async () => {
    streamedBefore();
    const { exit, stderr } = await init();
    expect(exit).toBe(0);
    expect(flat(stderr)).toContain('goes on from LSN 0x0000002700000AC00003, last heartbeat 3 h ago');
  });

  it('is refused while the old worker lives, and nothing is changed', async () => {
    streamedBefore('ClinicMasterMOH', 0);
    const { kafka } = world.world;
    kafka.members = [elsewhere];
    const began = world.world.nowMs;
    const record = kafka.heartbeat;
    Object.defineProperty(kafka, 'heartbeat', {
      get: () => ({ ...record, offset: String(77 + Math.floor((world.world.nowMs - began) / 10_000)) }),
    });
    const { exit, stdout, stderr } = await init();
    expect(exit).toBe(3);
    expect(stderr).toContain('it lives: a new heartbeat came');
    expect(flat(stdout)).toContain('Another worker is running under the code');
    expect(world.world.nowMs - began).toBeLessThan(20_000);
    await nothingChanged();
  });

  it('waits until Kafka has let go of a worker that died', async () => {
    streamedBefore('ClinicMasterMOH', 0);
    const { kafka, nowMs: began } = world.world;
    Object.defineProperty(kafka, 'members', {
      get: () => (world.world.nowMs - began < 40_000 ? [elsewhere] : []),
    });
    const { exit, stderr } = await init();
    expect([exit, flat(stderr).includes('Worker of before: done, it is gone')]).toEqual([0, true]);
    // And two heartbeats long, at the default of 30 s.
    expect(world.world.nowMs - began).toBeGreaterThanOrEqual(60_000);
  });

  it('does not wait for ever for one that stays', async () => {
    streamedBefore();
    world.world.kafka.members = [elsewhere];
    const { nowMs: began } = world.world;
    expect((await init()).exit).toBe(3);
    expect(world.world.nowMs - began).toBeLessThan(90_000);
    await nothingChanged();
  });

  it('is refused when heartbeats come from nobody knows where', async () => {
    streamedBefore('ClinicMasterMOH', 0);
    const { kafka } = world.world;
    const began = world.world.nowMs;
    const record = kafka.heartbeat;
    Object.defineProperty(kafka, 'heartbeat', {
      get: () => ({
        ...record,
        timestampMs: world.world.nowMs,
        offset: String(77 + Math.floor((world.world.nowMs - began) / 10_000)),
      }),
    });
    const { exit, stderr } = await init();
    expect([exit, stderr.includes(`Somebody else streams under the code ${CODE}.`)]).toEqual([3, true]);
    await nothingChanged();
  });
});

describe('a position that SQL Server does not have any more', () => {
  it('stops init before anything is changed, with what it would cost and the ways out', async () => {
    streamedBefore();
    retentionPassed();
    const { exit, stderr } = await init();
    expect(exit).toBe(3);
    const said = flat(stderr);
    expect(said).toContain('Did not start the connector. A start would copy every table again');
    expect(said).toContain('Copying costs 60000 rows, about 9 MB (150 bytes a row, more with long texts)');
    expect(said).toContain('(measured now)');
    expect(said).toContain('--accept-risk resnapshot');
    expect(said).toContain('the central data team');
    expect(said).toContain('position 0x0000002700000AC00003; the change tables begin at');
    await nothingChanged();
  });

  it('answers the same in JSON', async () => {
    streamedBefore();
    retentionPassed();
    const { exit, stdout } = await init('--json');
    expect(exit).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({
      schemaVersion: 1,
      ok: false,
      error: { code: 'start.copies', exitCode: 3, who: 'central-team' },
    });
  });

  it('is copied over when that is accepted by name', async () => {
    streamedBefore();
    retentionPassed();
    // As the worker does: it stores the new position half a minute after the start.
    const began = world.world.nowMs;
    const partition = { server: 's', database: 'ClinicMasterMOH' };
    Object.defineProperty(world.worker, 'offsets', {
      get: () => {
        const renewed = world.world.nowMs - began > 30_000;
        const offset = renewed ? { ...OFFSET, commit_lsn: '00000031:00000001:0001' } : OFFSET;
        return [{ partition, offset }];
      },
    });
    const { exit, stderr } = await init('--accept-risk', 'resnapshot');
    expect([exit, stderr.includes('Accepted: resnapshot.')]).toEqual([0, true]);
    expect(stderr).toContain('✔ New position stored');
    expect(world.world.nowMs - began).toBeGreaterThan(30_000);
  });

  it('is not covered by another risk, and a risk has to have a name', async () => {
    streamedBefore();
    retentionPassed();
    expect((await init('--accept-risk', 'skip-changes')).exit).toBe(3);
    const { exit, stderr } = await init('--accept-risk', 'everything');
    expect([exit, stderr.includes('One of: resnapshot, skip-changes.')]).toEqual([2, true]);
    expect(stderr).not.toContain('Checks');
    await nothingChanged();
  });

  it('fails under the mode that never copies, and acceptance does not help', async () => {
    streamedBefore();
    retentionPassed();
    const { exit, stderr } = await init('--snapshot-mode', 'initial', '--accept-risk', 'resnapshot');
    expect([exit, flat(stderr).includes('A start would fail: the position is lost.')]).toEqual([3, true]);
    await nothingChanged();
  });

  it('does not stop an init that starts nothing', async () => {
    await init();
    world.worker.offsets = [{ partition: { server: 's', database: 'ClinicMasterMOH' }, offset: OFFSET }];
    retentionPassed();
    const again = await init();
    // The check after the installation says it all the same.
    expect([again.exit, again.stdout.includes('SQL Server has deleted changes')]).toEqual([3, true]);
    expect(again.stderr).not.toContain('Did not start the connector');
    // A changed setting means a restart.
    const changed = await init('--memory', '1g');
    expect([changed.exit, changed.stderr.includes('Did not start the connector')]).toEqual([3, true]);
    expect(await readFile(join(world.dir, '.env'), 'utf8')).not.toContain('1g');
  });
});

describe('changed settings', () => {
  it('another database begins anew: refused, and the old name is told', async () => {
    streamedBefore();
    const { exit, stderr } = await init('--db-name', 'ClinicMaster2');
    expect(exit).toBe(3);
    expect(flat(stderr)).toContain('positions of ClinicMasterMOH, none of ClinicMaster2');
    await nothingChanged();
    expect((await init('--db-name', 'ClinicMaster2', '--accept-risk', 'resnapshot')).exit).toBe(0);
  });

  it('a position that was deleted from Kafka is no first copy', async () => {
    streamedBefore();
    world.world.kafka.positions = [];
    const { exit, stderr } = await init();
    expect([exit, flat(stderr).includes('its position is gone from Kafka')]).toEqual([3, true]);
  });

  it('each change says what it means', async () => {
    await init();
    const { exit, stderr } = await init('--snapshot-mode', 'initial');
    expect(exit).toBe(0);
    expect(flat(stderr)).toContain('SNAPSHOT_MODE when_needed → initial: the stream goes on;');
  });

  it('another code is explained', async () => {
    await init();
    const { exit, stderr } = await init('--code', 'aB3dE6gH9jK');
    expect([exit, flat(stderr)]).toEqual([2, expect.stringContaining('docs/playbooks/changed-code.md')]);
    expect(flat(stderr)).toContain('--carry-from');
  });
});

describe('a renamed facility', () => {
  it('streams on, and what becomes of the old name is said and offered', async () => {
    world.env.FACILITY_NAME = 'Old Name';
    await init();
    world.env.FACILITY_NAME = `St. Mary's`;
    const { exit, stdout } = await init();
    expect(exit).toBe(0);
    expect(flat(stdout)).toContain("The facility was called “Old Name” and is called “St. Mary's” now.");
    expect(stdout).toContain(
      `    UPDATE public."Patients" SET facility_name = 'St. Mary''s' WHERE facility_dhis2_code = '${CODE}' AND facility_name IS DISTINCT FROM 'St. Mary''s';\n`,
    );
    expect((await init()).stdout).not.toContain('UPDATE public');
  });

  it('in JSON too', async () => {
    await init();
    const { stdout } = await init('--name', 'New', '--json');
    const { renamed } = JSON.parse(stdout);
    expect(renamed).toMatchObject({ was: ANSWERS.FACILITY_NAME, is: 'New' });
    expect(renamed.sql).toHaveLength(2);
  });
});

describe('two containers for one facility on one machine', () => {
  const second = () =>
    world.cli('init', '--yes', '--dir', join(world.home, 'second'), '--instance', 'second');

  it('are refused while one runs', async () => {
    await init();
    const { exit, stderr } = await second();
    expect(exit).toBe(3);
    expect(stderr).toContain(`This machine works for ${CODE} already.`);
    expect(stderr).toContain('docker rm -f clinicmasterwarehouse');
    expect(Object.keys(world.docker.containers)).toEqual(['clinicmasterwarehouse']);
  });

  it('a container that stands still is told', async () => {
    await init();
    Object.assign(world.docker.containers.clinicmasterwarehouse!.state, { running: false, status: 'exited' });
    world.worker.healthy = false;
    world.worker.connectors = {};
    streamedBefore();
    const { exit, stderr } = await second();
    expect([exit, flat(stderr).includes('Remove it: docker rm clinicmasterwarehouse')]).toEqual([0, true]);
  });

  it('an instance that gets another name leaves its old container to be removed first', async () => {
    await init();
    const { exit, stderr } = await init('--instance', 'lab');
    expect(exit).toBe(3);
    expect(flat(stderr)).toContain('the old container has to go first');
  });
});
