import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type InstallWorld, installWorld } from '../fakes/install-world.ts';
import { DIR, runCli } from '../fakes/run-cli.ts';
import { streamingFacility } from '../fakes/streaming-facility.ts';

const LABEL = 'org.clinicmaster.cdc.version';
const older = () => {
  const world = streamingFacility();
  world.docker!.containers[0]!.labels[LABEL] = '0.0.9';
  return world;
};

describe('another version of the container', () => {
  it.each([['status'], ['doctor'], ['tables'], ['bundle', '--yes', '--out', '/dev/null/x']])(
    'is noticed by %s, in one line on stderr',
    async (...argv) => {
      const { stdout, stderr } = await runCli(older(), ...argv, '--dir', DIR, '--json');
      const line =
        'This program is 0.1.0, but the container is 0.0.9. To bring it along: clinicmaster-cdc upgrade';
      expect(stderr.replace(/\s+/g, ' ').split(line)).toHaveLength(2);
      expect(stdout).not.toContain('To bring it along');
    },
  );

  it('that is newer than the program names the program to use', async () => {
    const world = older();
    world.docker!.containers[0]!.labels[LABEL] = '0.2.0';
    const { stderr } = await runCli(world, 'status', '--dir', DIR);
    expect(stderr.replace(/\s+/g, ' ')).toContain('npx clinicmaster-cdc@0.2.0');
  });

  it('is not looked for longer than a moment, and Docker may be absent', async () => {
    const absent = streamingFacility();
    absent.docker = undefined;
    expect((await runCli(absent, 'status', '--dir', DIR)).stderr).toBe('');
    expect((await runCli(streamingFacility(), 'status', '--dir', DIR)).stderr).toBe('');
  });

  it('is told of a connector whose configuration was changed by hand', async () => {
    const world = streamingFacility();
    world.connect.config = { ...world.connect.config, 'poll.interval.ms': '9999' };
    const { stderr } = await runCli(world, 'status', '--dir', DIR);
    expect(stderr.replace(/\s+/g, ' ')).toContain(
      "The connector's configuration is not the one of version 0.1.0",
    );
  });
});

describe('an installed facility', () => {
  let world: InstallWorld;
  beforeEach(async () => {
    world = await installWorld();
    await world.cli('init', '--yes', '--dir', world.dir);
    world.docker.containers.clinicmasterwarehouse!.state.labels[LABEL] = '0.0.9';
  });
  afterEach(() => world.close());

  it.each([['init', '--dry-run', '--yes'], ['init', '--yes'], ['sql', 'enable'], ['uninstall']])(
    '%s %s notices it too',
    async (...argv) => {
      const { stderr } = await world.cli(...argv, '--dir', world.dir);
      expect(stderr.replace(/\s+/g, ' ')).toContain('the container is 0.0.9');
    },
  );

  it('notices the image by its name where it carries no label', async () => {
    const { state } = world.docker.containers.clinicmasterwarehouse!;
    state.labels[LABEL] = '0.1.0';
    state.image = 'clinicmaster-cdc/connect-facility:0.0.8';
    const { stderr } = await world.cli('status', '--dir', world.dir);
    expect(stderr.replace(/\s+/g, ' ')).toContain('This program is 0.1.0, but its image is 0.0.8.');
  });
});
