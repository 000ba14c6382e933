import { beforeEach, describe, expect, it } from 'vitest';
import type { World } from '../fakes/check-ports.ts';
import { DIR, runCli } from '../fakes/run-cli.ts';
import { CODE, streamingFacility } from '../fakes/streaming-facility.ts';

let world: World;
beforeEach(() => {
  world = streamingFacility();
});

const doctor = (...flags: string[]) => runCli(world, 'doctor', '--dir', DIR, ...flags);
const json = async (...flags: string[]) => JSON.parse((await doctor('--json', ...flags)).stdout);
const outcomes = (answer: { fixes: { code: string; outcome: string }[] }) =>
  answer.fixes.map(({ code, outcome }) => `${code} ${outcome}`);

function breakThings() {
  world.configuration.HostConfig.RestartPolicy.Name = 'no';
  world.connect.config['poll.interval.ms'] = '750';
  world.connect.states = { connector: 'RUNNING', task: 'FAILED', trace: 'x.Y: deadlocked on lock resources' };
}

describe('doctor --fix', () => {
  it('names each cure, applies it, checks again and gives the results of afterwards', async () => {
    breakThings();
    const { exit, stdout, stderr } = await doctor('--fix', '--yes');
    expect(world.writes).toEqual([
      'restart policy of clinicmasterwarehouse: unless-stopped',
      `config of cdc-${CODE}`,
      `restart cdc-${CODE}`,
    ]);
    expect(stdout.slice(stdout.indexOf('Cures'))).toMatchInlineSnapshot(`
      "Cures
      ✔ Set the restart policy of clinicmasterwarehouse to unless-stopped; it goes on
        running. Cured. unless-stopped
      ✔ Bring back poll.interval.ms of cdc-xY9AbCdEf12, after Connect has checked it;
        it goes on from its position. Cured. as it should be
      ✔ Restart what has failed of cdc-xY9AbCdEf12; it goes on from its position.
        Cured. connector RUNNING, task 0 RUNNING
      "
    `);
    expect(stdout).toContain('✔ Docker restarts the container: ok.');
    expect(stderr).toContain('✔ Set the restart policy of clinicmasterwarehouse to unless-stopped');
    expect(exit).toBe(0);
  });

  it('goes on to what a cure has brought to light', async () => {
    Object.assign(world.docker!.containers[0]!, { status: 'exited', running: false, exitCode: 143 });
    world.connect.health = 'unreachable';
    world.connect.states = {
      connector: 'RUNNING',
      task: 'FAILED',
      trace: 'x.Y: deadlocked on lock resources',
    };
    expect(outcomes(await json('--fix', '--yes'))).toEqual([
      'docker-container-state-stopped cured',
      'connector-state-deadlock cured',
    ]);
  });

  it('says so when a cure does not help, and fails', async () => {
    breakThings();
    world.connect.stuck = true;
    world.connect.problems = [{ setting: 'poll.interval.ms', errors: ['is not allowed'] }];
    const answer = await json('--fix', '--yes');
    expect(outcomes(answer)).toEqual([
      'docker-restart-policy-no cured',
      'connector-config-differs failed',
      'connector-state-deadlock not-cured',
    ]);
    expect(answer.fixes[1].after).toContain('poll.interval.ms: is not allowed');
    expect(answer.ok).toBe(false);
    expect(world.writes).not.toContain(`config of cdc-${CODE}`);
  });

  it('does nothing where nobody can be asked and nobody has said yes', async () => {
    breakThings();
    expect(outcomes(await json('--fix'))).toEqual([
      'docker-restart-policy-no not-confirmed',
      'connector-config-differs not-confirmed',
      'connector-state-deadlock not-confirmed',
    ]);
    expect(world.writes).toEqual([]);
  });

  it('asks before each cure at a terminal, and heeds a no', async () => {
    breakThings();
    world.answers = [true, false, true];
    const { stdout } = await doctor('--fix');
    expect(world.asked.map((question) => question.split(' ').slice(0, 2).join(' '))).toEqual([
      'Set the',
      'Bring back',
      'Restart what',
    ]);
    expect(world.writes).toEqual([
      'restart policy of clinicmasterwarehouse: unless-stopped',
      `restart cdc-${CODE}`,
    ]);
    expect(stdout.replace(/\s+/g, ' ')).toContain('it goes on from its position. Not done: declined.');
  });

  it('takes a risk only by its name', async () => {
    world.connect.states = {
      connector: 'RUNNING',
      task: 'FAILED',
      trace: 'x.Y: no longer available on the server',
    };
    expect(outcomes(await json('--fix', '--yes'))).toEqual([
      'connector-state-position-lost risk-not-accepted',
    ]);
    expect(world.writes).toEqual([]);
    expect((await doctor('--fix', '--yes')).stdout).toContain('--accept-risk resnapshot');
    expect(outcomes(await json('--fix', '--yes', '--accept-risk', 'resnapshot'))).toEqual([
      'connector-state-position-lost cured',
    ]);
  });

  it.each([
    [['--fix', '--accept-risk', 'anything'], 'There is no risk called anything.'],
    [['--accept-risk', 'resnapshot'], 'Without --fix nothing is changed.'],
    [['--yes'], 'Without --fix nothing is changed.'],
  ])('refuses %s', async (flags, message) => {
    const { exit, stderr } = await doctor(...flags);
    expect(stderr).toContain(message);
    expect(exit).toBe(2);
  });

  it('says nothing of cures where there is nothing to cure', async () => {
    const { exit, stdout } = await doctor('--fix', '--yes');
    expect(stdout).not.toContain('Cures');
    expect([exit, world.writes]).toEqual([0, []]);
  });
});

describe('doctor without --fix', () => {
  it('writes nothing, and says what it could do', async () => {
    breakThings();
    const { stdout, exit } = await doctor();
    expect(world.writes).toEqual([]);
    expect(stdout.slice(stdout.indexOf('This program'))).toMatchInlineSnapshot(`
      "This program can do:
        - Set the restart policy of clinicmasterwarehouse to unless-stopped; it goes
          on running.
        - Bring back poll.interval.ms of cdc-xY9AbCdEf12, after Connect has checked
          it; it goes on from its position.
        - Restart what has failed of cdc-xY9AbCdEf12; it goes on from its position.
        clinicmaster-cdc doctor --fix
      "
    `);
    expect(exit).toBe(3);
    expect((await json()).fixable.map(({ code }: { code: string }) => code)).toEqual([
      'docker-restart-policy-no',
      'connector-config-differs',
      'connector-state-deadlock',
    ]);
  });
});
