import { describe, expect, it } from 'vitest';
import { readCompose } from '../../../src/install/compose-file.ts';
import { interpolate } from '../../../src/install/compose-interpolate.ts';
import { bytes, nanoseconds, portBinding } from '../../../src/install/compose-units.ts';

describe('references in a compose file', () => {
  const values = { A: 'a', EMPTY: '', ODD: '$A ${A} $$ \\' };

  it.each([
    ['$A-$B', 'a-'],
    ['${A}${B}', 'a'],
    ['${B:-d}${EMPTY:-d}${EMPTY-d}${B-d}', 'ddd'],
    ['${B:--1}', '-1'],
    ['${A:?needed}${A?needed}', 'aa'],
    ['$$A', '$A'],
    ['${ODD}', '$A ${A} $$ \\'],
    ['clinicmasterwarehouse${EMPTY:-}', 'clinicmasterwarehouse'],
  ])('%s becomes %s', (text, expected) => {
    expect(interpolate(text, values)).toBe(expected);
  });

  it.each([
    ['${B:?say why}', 'say why'],
    ['${EMPTY:?}', 'EMPTY has no value'],
    ['100 $', 'no reference'],
    ['${A!}', 'no reference'],
  ])('%s is refused', (text, reason) => {
    expect(() => interpolate(text, values)).toThrowError(
      expect.objectContaining({ seen: expect.stringContaining(reason) }),
    );
  });
});

describe('units', () => {
  it.each([
    ['768m', 805306368],
    ['1g', 1073741824],
    ['1.5G', 1610612736],
    ['64mb', 67108864],
    ['512', 512],
    ['2b', 2],
  ])('%s is %i bytes', (text, expected) => {
    expect(bytes(text)).toBe(expected);
  });

  it.each([
    ['60s', 60e9],
    ['1m30s', 90e9],
    ['500ms', 5e8],
  ])('%s is %i ns', (text, expected) => {
    expect(nanoseconds(text)).toBe(expected);
  });

  it('refuses what it does not know', () => {
    expect(() => bytes('lots')).toThrowError();
    expect(() => nanoseconds('10 minutes')).toThrowError();
    expect(() => portBinding('8083')).toThrowError();
  });

  it('keeps a port on the address it is given', () => {
    expect(portBinding('127.0.0.1:18083:8083')).toEqual({
      key: '8083/tcp',
      hostIp: '127.0.0.1',
      hostPort: '18083',
    });
    expect(portBinding('53:53/udp')).toEqual({ key: '53/udp', hostIp: '', hostPort: '53' });
  });
});

describe('a compose file', () => {
  const file = (service: string) => `services:\n  connect:\n    image: i\n    container_name: c\n${service}`;
  const read = (text: string) => readCompose(text, {}, '/f', 'compose.yml');

  it('with a key that is not known is refused by name, never half followed', () => {
    expect(() => read(file('    devices: [/dev/null]\n'))).toThrowError(
      expect.objectContaining({ seen: expect.stringContaining('devices') }),
    );
    expect(() => read(file('    privileged: true\n'))).toThrowError();
  });

  it('holds one service', () => {
    expect(() => read(`${file('')}  other:\n    image: i\n`)).toThrowError(
      expect.objectContaining({ seen: expect.stringContaining('one service') }),
    );
  });

  it('mounts what is relative from its own folder', () => {
    const { options } = read(file('    volumes: ["./ca:/ca:ro", "/etc/x:/x"]\n'));
    expect(options.HostConfig).toMatchObject({ Binds: ['/f/ca:/ca:ro', '/etc/x:/x:rw'] });
  });

  it('mounts from a folder of Windows as Compose does there', () => {
    const text = file('    volumes: ["./ca:/ca:ro", "D:/data:/x"]\n');
    const binds = (dir: string) =>
      (readCompose(text, {}, dir, 'compose.yml').options.HostConfig as { Binds: string[] }).Binds;
    expect(binds('C:\\ProgramData\\clinicmaster-cdc')).toEqual([
      'C:\\ProgramData\\clinicmaster-cdc\\ca:/ca:ro',
      'D:/data:/x:rw',
    ]);
    expect(binds('\\\\server\\share')[0]).toBe('\\\\server\\share\\ca:/ca:ro');
  });

  it('takes a variable without a value from .env', () => {
    const text = file('    environment:\n      GIVEN:\n      ABSENT:\n      FIXED: x\n');
    expect(readCompose(text, { GIVEN: 'g' }, '/f', 'compose.yml').options.Env).toEqual([
      'GIVEN=g',
      'FIXED=x',
    ]);
  });

  it('names its network after the project where it has no name', () => {
    const text = `${file('    networks: [back]\n')}networks:\n  back:\n`;
    expect(read(text).networks).toEqual([
      {
        name: 'clinicmaster-cdc_back',
        driver: 'bridge',
        options: {},
        labels: { 'com.docker.compose.network': 'back', 'com.docker.compose.project': 'clinicmaster-cdc' },
      },
    ]);
  });
});
