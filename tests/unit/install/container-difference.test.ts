import { describe, expect, it } from 'vitest';
import { containerDifferences } from '../../../src/install/container-difference.ts';

const wanted = {
  Image: 'i:1',
  Env: ['A=1', 'SECRET=two words'],
  Labels: { role: 'facility', 'com.docker.compose.project': 'mine' },
  HostConfig: { Memory: 5, PortBindings: { '8083/tcp': [{ HostIp: '127.0.0.1', HostPort: '8083' }] } },
};
const actual = {
  Image: 'i:1',
  Env: ['PATH=/bin', 'SECRET=two words', 'A=1'],
  Labels: { role: 'facility', maintainer: 'image', 'com.docker.compose.project': 'other' },
  HostConfig: {
    Memory: 5,
    CpuShares: 0,
    PortBindings: { '8083/tcp': [{ HostPort: '8083', HostIp: '127.0.0.1' }] },
  },
};

describe('what a container has otherwise than wanted', () => {
  it('is nothing where image, Engine and Compose only added their own', () => {
    expect(containerDifferences(wanted, actual)).toEqual([]);
  });

  it('is named by setting, never by value', () => {
    const changed = {
      ...actual,
      Env: ['A=1', 'SECRET=old'],
      HostConfig: { ...actual.HostConfig, Memory: 6 },
    };
    expect(containerDifferences(wanted, changed)).toEqual(['SECRET', 'HostConfig.Memory']);
  });

  it('finds a label, a port and an image', () => {
    const changed = {
      ...actual,
      Image: 'i:0',
      Labels: {},
      HostConfig: {
        ...actual.HostConfig,
        PortBindings: { '8083/tcp': [{ HostIp: '0.0.0.0', HostPort: '8083' }] },
      },
    };
    expect(containerDifferences(wanted, changed)).toEqual([
      'Image',
      'Labels.role',
      'HostConfig.PortBindings.8083/tcp',
    ]);
  });

  it('is everything where there is no container', () => {
    expect(containerDifferences(wanted, {})).toEqual(
      expect.arrayContaining(['Image', 'A', 'SECRET', 'Labels.role']),
    );
  });
});
