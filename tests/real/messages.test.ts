import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { CENTRAL_IMAGE, FACILITY_IMAGE } from '../../sandbox/src/images/recipes.ts';
import { MESSAGE_SAMPLES } from '../fakes/messages.ts';

/** Every class of the jars that write the messages, unpacked, one after the other. */
const UNPACK =
  'for jar in /opt/connect/plugins/*/*.jar /opt/connect/libs/connect-runtime*.jar /opt/connect/libs/kafka-clients*.jar; do' +
  ' /bin/busybox unzip -p $jar "*.class" 2>/dev/null; done';

async function classes(image: string): Promise<Buffer> {
  const argv = [
    'run',
    '--rm',
    '--network',
    'none',
    '--entrypoint',
    '/bin/busybox',
    image,
    'sh',
    '-c',
    UNPACK,
  ];
  const { stdout } = await promisify(execFile)('docker', argv, { encoding: 'buffer', maxBuffer: 2 ** 28 });
  return stdout;
}

describe('the wording of the messages that are known', () => {
  let code: Record<string, Buffer>;
  beforeAll(async () => {
    code = {
      'facility image': await classes(FACILITY_IMAGE.tag),
      'central image': await classes(CENTRAL_IMAGE.tag),
    };
  });

  const written = MESSAGE_SAMPLES.filter(({ literal }) => literal !== undefined);

  test.each(written.map(({ author, literal = '' }) => [author, literal] as const))(
    'the %s says: %s',
    (author, literal) => {
      expect(code[author]?.includes(literal)).toBe(true);
    },
  );

  test('a text that nobody writes is not found', () => {
    expect(code['facility image']?.includes('No such message is in it')).toBe(false);
    expect(written.length).toBeGreaterThan(45);
  });
});
