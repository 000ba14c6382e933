import { describe, expect, test } from 'vitest';
import {
  decideEngine,
  FIRST_ATTEMPT,
  type MachineFacts,
  nextAttempt,
} from '../../../sandbox/src/provision/decide.ts';

const BARE_DEBIAN: MachineFacts = {
  engine: 'no',
  dockerHost: '',
  platform: 'linux',
  root: true,
  distribution: 'debian',
  dockerdInstalled: false,
};

describe('how the sandbox comes to a Docker Engine', () => {
  test('uses the one that answers, whoever runs it and wherever', () => {
    const facts = { ...BARE_DEBIAN, engine: 'yes', platform: 'darwin', root: false } as const;
    expect(decideEngine(facts)).toEqual({ do: 'use' });
  });

  test('starts one that is installed instead of installing another', () => {
    expect(decideEngine({ ...BARE_DEBIAN, dockerdInstalled: true })).toEqual({ do: 'start' });
  });

  test.each(['debian', 'ubuntu debian', 'linuxmint ubuntu debian'])('installs one on %s', (distribution) => {
    const plan = decideEngine({ ...BARE_DEBIAN, distribution });
    expect(plan).toMatchObject({ do: 'install' });
    expect(plan).toHaveProperty('packages', expect.arrayContaining(['docker.io', 'debootstrap']));
  });

  test.each<[string, Partial<MachineFacts>, RegExp]>([
    ['a user who may not use the socket', { engine: 'denied', root: false }, /usermod -aG docker/],
    [
      'a DOCKER_HOST that is dead',
      { dockerHost: 'tcp://10.0.0.9:2375' },
      /tcp:\/\/10\.0\.0\.9:2375.*Unset DOCKER_HOST/,
    ],
    ['another user than root', { root: false }, /only root.*Install Docker Engine/],
    ['a distribution whose packages are unknown', { distribution: 'fedora' }, /Install Docker Engine/],
    ['another operating system', { platform: 'darwin' }, /needs a Docker Engine on Linux/],
  ])('refuses %s in one sentence that says what to do', (_, facts, sentence) => {
    const plan = decideEngine({ ...BARE_DEBIAN, ...facts });
    expect(plan.do).toBe('refuse');
    expect(plan).toHaveProperty('because', expect.stringMatching(sentence));
  });
});

describe('how a daemon that did not start is tried again', () => {
  const OVERLAY =
    'level=info msg="Starting up"\nfailed to start daemon: error initializing graphdriver: overlay2: ...\n';
  const NFT =
    'failed to start daemon: Error initializing network controller: iptables failed: iptables -t nat -N DOCKER: ' +
    'iptables v1.8.9 (nf_tables): Could not fetch rule set generation id: Protocol not supported\n';

  test('without overlay: on vfs', () => {
    expect(nextAttempt(FIRST_ATTEMPT, OVERLAY)).toEqual({ storageDriver: 'vfs', legacyIptables: false });
  });

  test('without nftables: with the older iptables, on the same storage', () => {
    expect(nextAttempt(FIRST_ATTEMPT, NFT)).toEqual({ storageDriver: 'own choice', legacyIptables: true });
  });

  test('without both: one after the other, and then no more', () => {
    const second = nextAttempt(FIRST_ATTEMPT, NFT)!;
    const third = nextAttempt(second, OVERLAY)!;
    expect(third).toEqual({ storageDriver: 'vfs', legacyIptables: true });
    expect(nextAttempt(third, OVERLAY)).toBeUndefined();
    expect(nextAttempt(third, NFT)).toBeUndefined();
  });

  test('for a cause that is not known: not at all', () => {
    const log = `msg="overlay2 is fine"\n${'x\n'.repeat(5)}failed to start daemon: Devices cgroup isn't mounted\n`;
    expect(nextAttempt(FIRST_ATTEMPT, log)).toBeUndefined();
  });
});
