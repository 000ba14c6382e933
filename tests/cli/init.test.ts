import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { envValues, parseEnv } from '../../src/settings/env-file.ts';
import { decodeTwins } from '../../src/settings/env-write.ts';
import { dialog } from '../fakes/dialog.ts';
import { ANSWERS, IMAGE, type InstallWorld, installWorld } from '../fakes/install-world.ts';
import { CODE } from '../fakes/streaming-facility.ts';

let world: InstallWorld;
beforeEach(async () => {
  world = await installWorld();
});
afterEach(() => world.close());

const init = (...more: string[]) => world.cli('init', '--yes', '--dir', world.dir, ...more);
/** What the wizard asks of a new facility although there is a default. */
const ASKED_EVERYWHERE = ['--db-port', '1433', '--db-name', 'ClinicMasterMOH', '--tables', 'dbo\\..*'];
const nothingChanged = async () => {
  await expect(stat(world.dir)).rejects.toThrow('ENOENT');
  expect(world.docker.containers).toEqual({});
  expect(world.docker.networks).toEqual({});
};

describe('init with all answers given', () => {
  it('goes from nothing to a proven stream', async () => {
    const { exit, stdout, stderr } = await init();
    expect([exit, stderr.includes('failed')]).toEqual([0, false]);
    expect(stdout.replace(/\s+/g, ' ')).toContain(`${ANSWERS.FACILITY_NAME} (${CODE}) streams.`);
    expect(stderr).toContain(
      '✔ Stream proven in Kafka: done, heartbeat read back; 2 topics with 103000\n  records',
    );
    expect(world.docker.containers.clinicmasterwarehouse?.state.running).toBe(true);
    expect(Object.keys(world.worker.connectors)).toEqual([`cdc-${CODE}`]);
  });

  it('writes .env for its owner alone, with every value readable again', async () => {
    await init();
    const path = join(world.dir, '.env');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(decodeTwins(envValues(parseEnv(await readFile(path, 'utf8'))))).toMatchObject(ANSWERS);
  });

  it('leaves defaults out of .env, so that a later version may have better ones', async () => {
    await init();
    const keys = Object.keys(envValues(parseEnv(await readFile(join(world.dir, '.env'), 'utf8'))));
    expect(keys).toEqual(expect.arrayContaining(['DB_PORT', 'REST_PORT']));
    expect(
      keys.filter((key) => ['IMAGE', 'MEMORY_LIMIT', 'HEAP_OPTS', 'SNAPSHOT_MODE'].includes(key)),
    ).toEqual([]);
  });

  it('takes answers from a file, flags first', async () => {
    await writeFile(join(world.home, 'site.conf'), "DB_HOST=from-file\nDB_NAME='from $file'\n");
    delete world.env.DB_HOST;
    expect((await init('--config', 'site.conf', '--db-host', 'from-flag')).exit).toBe(0);
    const values = envValues(parseEnv(await readFile(join(world.dir, '.env'), 'utf8')));
    expect(values).toMatchObject({ DB_HOST: 'from-flag', DB_NAME: 'from $file' });
    expect((await init('--config', 'no.conf')).exit).toBe(2);
  });

  it('pulls an image whose name has a registry', async () => {
    world.docker.images = {};
    expect((await init('--image', 'registry.example.org:5000/cdc:1')).exit).toBe(0);
    expect([Object.keys(world.docker.images), world.docker.builds]).toEqual([
      ['registry.example.org:5000/cdc:1'],
      [],
    ]);
  });

  it('puts no secret into labels, the connector, the journal or the output', async () => {
    const { stdout, stderr } = await init('--verbose', '--json');
    const options = world.docker.containers.clinicmasterwarehouse?.options ?? {};
    const journal = await readFile(join(world.dir, 'journal.json'), 'utf8');
    const seen = [
      stdout,
      stderr,
      journal,
      JSON.stringify(options.Labels),
      JSON.stringify(world.worker.connectors),
    ].join('\n');
    for (const secret of [ANSWERS.DB_PASS, ANSWERS.KAFKA_PASS]) {
      for (const form of [
        secret,
        Buffer.from(secret).toString('base64'),
        JSON.stringify(secret).slice(1, -1),
        encodeURIComponent(secret),
      ]) {
        expect(seen).not.toContain(form);
      }
    }
  });

  it('changes nothing the second time and says so', async () => {
    await init();
    const before = await readFile(join(world.dir, '.env'), 'utf8');
    const id = world.docker.containers.clinicmasterwarehouse?.state.id;
    world.worker.calls.length = 0;
    const { exit, stdout } = await init();
    expect(exit).toBe(0);
    expect(stdout).toContain('streams already; nothing was changed.');
    expect(await readFile(join(world.dir, '.env'), 'utf8')).toBe(before);
    expect(world.docker.containers.clinicmasterwarehouse?.state.id).toBe(id);
    expect(world.worker.calls.filter((call) => !call.startsWith('GET'))).toEqual([]);
  });

  it('needs no answers the second time', async () => {
    await init();
    world.env = {};
    expect((await init()).exit).toBe(0);
  });

  it('replaces the container when a setting changed, and names the setting', async () => {
    await init();
    world.env.KAFKA_PASS = 'another';
    const { exit, stderr } = await init();
    expect(exit).toBe(0);
    expect(stderr).toContain('made anew, because of KAFKA_PASS');
    expect(stderr).not.toContain('another ');
  });

  it('answers in JSON on stdout alone', async () => {
    const { stdout } = await init('--json');
    const answer = JSON.parse(stdout);
    expect(answer).toMatchObject({
      schemaVersion: 1,
      ok: true,
      command: 'init',
      changed: true,
      dir: world.dir,
    });
    expect(answer.steps.map((step: { id: string }) => step.id)).toEqual([
      'folder',
      'image',
      'image-pin',
      'network',
      'container',
      'worker',
      'connector',
      'running',
      'stream',
    ]);
  });

  it('builds the image where it is absent, from the package alone', async () => {
    world.docker.images = {};
    expect((await init('--base-image', 'local/base:1')).exit).toBe(0);
    const [build] = world.docker.builds;
    expect(build).toMatchObject({
      tag: IMAGE,
      target: 'facility',
      args: { BASE_IMAGE: 'local/base:1' },
      networkMode: 'host',
    });
    expect(build?.include).toEqual(['Dockerfile.connect', 'connect', 'templates/connector']);
  });

  it('takes passwords from standard input, as they are', async () => {
    const { DB_PASS: _, KAFKA_PASS: __, ...rest } = world.env;
    world.env = rest;
    world.stdin = `DB_PASS= a=b "c" \nKAFKA_PASS=#1\n`;
    expect((await init('--passwords-stdin')).exit).toBe(0);
    const values = decodeTwins(envValues(parseEnv(await readFile(join(world.dir, '.env'), 'utf8'))));
    expect(values).toMatchObject({ DB_PASS: ' a=b "c" ', KAFKA_PASS: '#1' });
  });

  it('keeps a second instance apart: container, network and project', async () => {
    const { exit } = await init('--instance', 'two');
    expect([exit, Object.keys(world.docker.containers), Object.keys(world.docker.networks)]).toEqual([
      0,
      ['clinicmasterwarehouse-two'],
      ['clinicmasterwarehouse-two'],
    ]);
    const values = envValues(parseEnv(await readFile(join(world.dir, '.env'), 'utf8')));
    expect(values).toMatchObject({ INSTANCE: '-two', COMPOSE_PROJECT_NAME: 'clinicmaster-cdc-two' });
  });

  it('does not take the port of the first instance', async () => {
    await init();
    world.env.FACILITY_DHIS2_CODE = 'zZ9';
    const second = join(world.home, 'second');
    const { exit, stdout } = await world.cli('init', '--yes', '--dir', second, '--instance', 'two');
    expect([exit, Object.keys(world.docker.containers)]).toEqual([3, ['clinicmasterwarehouse']]);
    expect(stdout.replace(/\s+/g, ' ')).toContain('is held by the container clinicmasterwarehouse.');
  });
});

describe('init that cannot go on', () => {
  it('names what is missing, and how to give it, without asking', async () => {
    world.env = { ...ANSWERS, DB_HOST: '', DB_PASS: '' };
    const { exit, stderr } = await init();
    expect(exit).toBe(2);
    expect(stderr).toMatchInlineSnapshot(`
      "
      ✖ failed: No terminal to ask for: DB_HOST, DB_PASS.

        Seen:    Neither a flag, nor the environment, nor --config, nor an existing
                 .env gives a value.
        Needed:  SQL Server host: --db-host, or environment variable DB_HOST
                 SQL Server password: environment variable DB_PASS, or a line
                 DB_PASS=… with --passwords-stdin
      "
    `);
    await nothingChanged();
  });

  it('refuses a wrong answer before anything else', async () => {
    world.env.FACILITY_DHIS2_CODE = '12345';
    const { exit, stderr } = await init();
    expect(exit).toBe(2);
    expect(stderr).toContain('That is a sample, not a DHIS2 code.');
    await nothingChanged();
  });

  it('stops before it changes anything when a check fails', async () => {
    world.world.kafka.login = 'refused';
    const { exit, stdout } = await init();
    expect(exit).toBe(3);
    expect(stdout).toContain('Kafka accepts the user: failed');
    expect(stdout).toContain('Nothing was changed. Cure this, then run init again.');
    await nothingChanged();
  });

  it('stops when another worker uses the code', async () => {
    world.world.kafka.members = [
      { clientId: `cdc.${CODE}.worker.ffff00001111`, clientHost: '/10.1.1.1', memberId: 'm' },
    ];
    const { exit, stdout } = await init('--json');
    expect(exit).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, changed: false });
    await nothingChanged();
  });

  it('shows why Connect refuses a configuration', async () => {
    world.worker.refuses = {
      'database.hostname': [
        "Unable to connect. Check this and other connection properties. Error: Login failed for user 'cdc'.",
      ],
    };
    const { exit, stderr } = await init();
    expect(exit).toBe(3);
    expect(stderr).toContain('database.hostname: Unable to connect.');
    expect(world.worker.connectors).toEqual({});
  });

  it('shows the end of the log when the worker does not come up', async () => {
    world.docker.onStart = (name) => {
      const container = world.docker.containers[name];
      if (container !== undefined)
        Object.assign(container.state, { running: false, status: 'exited', exitCode: 2 });
    };
    world.docker.log = '2026-11-24T08:00:00Z ERROR entrypoint: Not started, because settings are missing\n';
    const { exit, stderr } = await init();
    expect(exit).toBe(3);
    expect(stderr).toContain('it ended with exit code 2');
    expect(stderr).toContain('Not started, because settings');
  });

  it('shows the cause of a failed task, and the next run restarts it', async () => {
    world.worker.nextTask = 'FAILED';
    world.worker.nextTrace =
      'org.apache.kafka.connect.errors.ConnectException: x\n\tat a.b\nCaused by: java.lang.IllegalStateException: the innermost reason\n\tat c.d';
    const failed = await init();
    expect(failed.exit).toBe(3);
    expect(failed.stderr).toContain('the innermost reason');
    world.worker.nextTask = 'RUNNING';
    const { exit, stderr } = await init();
    expect(exit).toBe(0);
    expect(stderr).toContain('– Connector');
    expect(world.worker.calls.some((call) => call.startsWith('POST') && call.includes('restart'))).toBe(true);
  });

  it('is not taken in by RUNNING when nothing arrives, and finds the reason in the log', async () => {
    world.silent = true;
    world.docker.log = [
      '2026-11-24T05:05:05.951Z ERROR i.d.p.ErrorHandler: Producer failure',
      'io.debezium.DebeziumException: com.microsoft.sqlserver.jdbc.SQLServerException: the reason',
      'Caused by: com.microsoft.sqlserver.jdbc.SQLServerException: the reason',
      '2026-11-24T05:05:06.573Z WARN  o.a.k.c.r.AbstractWorkerSourceTask: Will retry operation.',
    ].join('\n');
    const { exit, stderr } = await init();
    expect(exit).toBe(3);
    expect(stderr).toContain('The connector runs, but nothing arrives in Kafka.');
    expect(stderr).toContain('in the log: SQLServerException: the reason');
  });

  it('takes no older heartbeat for proof once something was restarted', async () => {
    await init();
    world.silent = true;
    const { exit, stderr } = await init('--memory', '1g');
    expect([exit, stderr.includes('nothing arrives in Kafka')]).toEqual([3, true]);
  });

  it('takes no growing topics for proof: other facilities write to them too', async () => {
    world.silent = true;
    world.endOffsets = (ends) => ({ ...ends, more: world.world.nowMs });
    expect((await init()).exit).toBe(3);
  });

  it('does not wait for the end of a first copy that is under way', async () => {
    world.silent = true;
    world.worker.offsets = [{ partition: {}, offset: { snapshot: 'INITIAL', snapshot_completed: false } }];
    const { endOffsets } = world;
    world.endOffsets = (ends) => endOffsets({ ...ends, more: world.world.nowMs });
    const { exit, stderr } = await init();
    expect([exit, stderr.includes('the first copy is under way')]).toEqual([0, true]);
  });

  it('leaves a foreign container alone', async () => {
    await world.docker.createContainer('clinicmasterwarehouse', { Image: 'other', Labels: {} });
    const { exit, stderr } = await init();
    expect(exit).toBe(3);
    expect(stderr).toContain('it is not ours');
    expect(world.docker.containers.clinicmasterwarehouse?.options.Image).toBe('other');
  });

  it('keeps a folder for its facility', async () => {
    await init();
    world.env.FACILITY_DHIS2_CODE = 'aB1';
    const { exit, stderr } = await init();
    expect(exit).toBe(2);
    expect(stderr).toContain('belongs to another facility');
  });
});

describe('Ctrl-C', () => {
  it('at any step leaves what the next run completes', async () => {
    for (const step of ['docker', 'worker', 'connector']) {
      const cancel = new AbortController();
      const { cancelled } = await import('../../src/ui/cancelled.ts');
      const abort = () => cancel.abort(cancelled());
      const fresh = await installWorld();
      fresh.signal = cancel.signal;
      const { createNetwork } = fresh.docker;
      if (step === 'docker') fresh.docker.createNetwork = (network) => createNetwork(network).then(abort);
      if (step === 'worker') fresh.docker.onStart = abort;
      if (step === 'connector') {
        fresh.docker.onStart = () => {
          fresh.worker.healthy = true;
          fresh.worker.nextTask = 'UNASSIGNED';
          setTimeout(abort, 50);
        };
      }
      const first = await fresh.cli('init', '--yes', '--dir', fresh.dir);
      expect([step, first.exit]).toEqual([step, 130]);
      expect(first.stderr).toContain('Start the same command again');
      const journal = JSON.parse(await readFile(join(fresh.dir, 'journal.json'), 'utf8'));
      expect([journal.finishedAt, journal.steps[0].id]).toEqual([undefined, 'folder']);

      fresh.signal = new AbortController().signal;
      fresh.docker.createNetwork = createNetwork;
      fresh.worker.healthy = true;
      for (const connector of Object.values(fresh.worker.connectors)) connector.task = 'RUNNING';
      fresh.worker.nextTask = 'RUNNING';
      fresh.env = { REST_PORT: fresh.env.REST_PORT ?? '' };
      expect([step, (await fresh.cli('init', '--yes', '--dir', fresh.dir)).exit]).toEqual([step, 0]);
      await fresh.close();
    }
  });
});

describe('init at a terminal', () => {
  it('shows what fails with its remedy, and checks again when it is cured', async () => {
    world.world.sql.login = { kind: 'sql', number: 18456, numbers: [18456], message: 'Login failed' };
    world.dialog = dialog(
      ['What now?', 'Check again'],
      [
        'What now?',
        'Check again',
        () => {
          world.world.sql.login = undefined;
        },
      ],
      ['Do this now?', true],
    );
    const { exit, stderr } = await world.cli('init', '--dir', world.dir, ...ASKED_EVERYWHERE);
    expect([exit, world.dialog.turns]).toEqual([0, []]);
    expect(stderr.match(/^ {2}Who: /gm) ?? []).toHaveLength(2);
    expect(stderr).toContain('Nothing was changed so far.');
    expect(stderr).toContain('Checks, again');
    expect(world.docker.containers.clinicmasterwarehouse?.state.running).toBe(true);
  });

  it('changes nothing when the user leaves, and does not ask with --yes', async () => {
    world.world.sql.login = { kind: 'sql', number: 18456, numbers: [18456], message: 'Login failed' };
    world.dialog = dialog(['What now?', 'Leave']);
    const { exit, stdout } = await world.cli('init', '--dir', world.dir, ...ASKED_EVERYWHERE);
    expect([exit, stdout.trim()]).toEqual([3, 'Nothing was changed. Cure this, then run init again.']);
    world.dialog = dialog(['What now?', 'Check again']);
    expect((await init()).exit).toBe(3);
    expect(world.dialog.turns).toHaveLength(1);
    await nothingChanged();
  });
});
