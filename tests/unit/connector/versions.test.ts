import { describe, expect, it } from 'vitest';
import { versionNotice } from '../../../src/connector/versions.ts';

describe('versionNotice', () => {
  it.each([
    [{}, undefined],
    [{ container: '0.2.0', image: '0.2.0', compose: '0.2.0', connectorAsWanted: true }, undefined],
    [{ container: undefined, image: undefined }, undefined],
  ])('says nothing of %j', (parts, notice) => {
    expect(versionNotice('0.2.0', parts)).toBe(notice);
  });

  it('sends an older installation to upgrade', () => {
    expect(versionNotice('0.10.0', { container: '0.9.1', image: '0.10.0', compose: '0.9.1' })).toBe(
      'This program is 0.10.0, but the container is 0.9.1, the compose file is 0.9.1. To bring it along: clinicmaster-cdc upgrade',
    );
  });

  it('sends an older program to the newest version that is there', () => {
    expect(versionNotice('0.9.9', { container: '0.9.9', image: '0.10.1', compose: '0.10.0' })).toBe(
      'This program is 0.9.9, but its image is 0.10.1, the compose file is 0.10.0. Use: npx clinicmaster-cdc@0.10.1',
    );
  });

  it('takes a version that is none for another one, never for a newer one', () => {
    expect(versionNotice('0.1.0', { image: 'built-by-hand' })).toContain('clinicmaster-cdc upgrade');
  });

  it('tells of a connector with another configuration where all versions fit', () => {
    expect(versionNotice('0.1.0', { container: '0.1.0', connectorAsWanted: false })).toContain(
      'clinicmaster-cdc init --dry-run',
    );
  });
});
