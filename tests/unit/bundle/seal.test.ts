import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SecretScan } from '../../../sandbox/src/demo/secrets.ts';
import { openBundle } from '../../../src/bundle/open.ts';
import { seal, sha256 } from '../../../src/bundle/seal.ts';
import { fail } from '../../../src/checks/verdicts.ts';
import { settingsWith, unsealed } from './support.ts';

const content = (files: { path: string; content: string }[], path: string) =>
  files.find((file) => file.path === path)?.content ?? '';

/** Ways in which a program may have written a secret somewhere. */
const WRITE: readonly ((secret: string) => string)[] = [
  (secret) => secret,
  (secret) => JSON.stringify({ password: secret }),
  (secret) => JSON.stringify(JSON.stringify({ x: secret })),
  (secret) => `https://host/?p=${encodeURIComponent(secret)}&q=1`,
  (secret) => new URLSearchParams({ p: secret }).toString(),
  (secret) => `Authorization: Basic ${Buffer.from(`user:${secret}`).toString('base64')}`,
  (secret) => Buffer.from(secret).toString('hex'),
  (secret) => `password="${secret.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`,
];

describe('a sealed bundle', () => {
  it('holds no secret, whatever its shape and wherever it was planted', () => {
    const secret = fc
      .string({ minLength: 6, maxLength: 30, unit: fc.constantFrom(...'aZ9 \'"\\$%&+/=<>#;:,.é日') })
      .filter((text) => text.trim() === text && /[aZ9é日].*[aZ9é日]/.test(text));
    fc.assert(
      fc.property(
        secret,
        secret,
        fc.array(fc.constantFrom(...WRITE), { minLength: 8, maxLength: 8 }),
        (db, kafka, write) => {
          const text = write.map((one, at) => `${at}: ${one(at % 2 ? db : kafka)} .`).join('\n');
          const settings = settingsWith(db, kafka);
          const files = seal(
            unsealed({
              settings,
              secrets: [
                { name: 'DB_PASS', value: db },
                { name: 'KAFKA_PASS', value: kafka },
              ],
              checks: [
                {
                  id: 'sql-login',
                  title: 'T',
                  area: 'sqlserver',
                  verdict: fail('sql-login-x', text, {
                    current: text,
                    required: text,
                    remedy: { text, commands: [text], sql: [text], who: 'dba' },
                  }),
                  facts: { message: text, list: [text], [text]: 1 },
                  ms: 1,
                },
              ],
              env: `X=${text}`,
              report: text,
              collected: [
                { path: 'container.log', what: 'log', content: text },
                {
                  path: 'connector.json',
                  what: 'connector',
                  content: JSON.stringify({ a: text, [text]: [text] }),
                },
              ],
              missing: [{ what: 'image', why: text }],
            }),
          );
          const scan = new SecretScan([
            { name: 'db', value: db },
            { name: 'kafka', value: kafka },
          ]);
          for (const { path, content: whole } of files) scan.look('file', path, whole);
          expect(scan.leaks).toEqual([]);
          // And it can still be read.
          expect(openBundle(files).checks[0]?.id).toBe('sql-login');
        },
      ),
      { numRuns: 150 },
    );
  });

  it('shows no row that a log quotes, no name of another machine, and the addresses', () => {
    const log = [
      '2026-11-24T07:00:00.123Z ERROR o.a.k.c.r.WorkerSourceTask: at records-office-pc (kafka-9.hosp.local:9093)',
      'Caused by: com.microsoft.sqlserver.jdbc.SQLServerException: The duplicate key value is (CM9001234, Nakato).',
      'and CM9001234 goes on, on a line of its own',
      '\tat org.apache.kafka.connect.Foo.bar(Foo.java:123)',
      '2026-11-24T07:00:01.000Z INFO  o.x.Y: SQLSRV01/10.1.1.3:1433 and kafka-1.example.org/10.8.0.1:9093, clinic-db:1433, 200 OK',
    ].join('\n');
    const files = seal(unsealed({ collected: [{ path: 'container.log', what: 'log', content: log }] }));
    expect(content(files, 'container.log').split('\n')).toEqual([
      '2026-11-24T07:00:00.123Z ERROR o.a.k.c.r.WorkerSourceTask: at (this machine) ((other host):9093)',
      'Caused by: com.microsoft.sqlserver.jdbc.SQLServerException: The duplicate key value is (values left out)',
      '\tat org.apache.kafka.connect.Foo.bar(Foo.java:123)',
      '2026-11-24T07:00:01.000Z INFO  o.x.Y: (other host)/10.1.1.3:1433 and kafka-1.example.org/10.8.0.1:9093, clinic-db:1433, 200 OK',
    ]);
  });

  it('keeps the names that the brokers advertise: a verdict is about them', () => {
    const facts = { ladders: [{ host: 'broker-2.internal', port: 9093 }] };
    const checks = [{ ...unsealed().checks[0]!, id: 'kafka-advertised', facts }];
    const log = 'o.a.k.c.NetworkClient: Connection to broker-2.internal:9093 and broker-3.internal:9093';
    const files = seal(
      unsealed({ checks, collected: [{ path: 'container.log', what: 'log', content: log }] }),
    );
    expect(content(files, 'container.log')).toContain('broker-2.internal:9093 and (other host):9093');
  });

  it('hides by name what no setting knows: another password in the compose file, a key beside a certificate', () => {
    const compose =
      'environment:\n  DB_PASS: ${DB_PASS:-}\n  PROXY_PASSWORD: hunter22\n  PROXY: http://u:pw@10.1.1.1:3128\n';
    const settings = settingsWith('s3cret-of-the-database', 's3cret-of-kafka');
    const pem = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
    const key = '-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n';
    const files = seal(
      unsealed({
        settings: { ...settings, kafka: { ...settings.kafka, ca: `${key}${pem}` } },
        collected: [
          { path: 'docker-compose.facility.yml', what: 'compose', content: compose },
          {
            path: 'connector.json',
            what: 'c',
            content: JSON.stringify({ 'x.password': 'hunter22', 'y.password': '${env:A}' }),
          },
        ],
      }),
    );
    expect(content(files, 'docker-compose.facility.yml')).toBe(
      'environment:\n  DB_PASS: ${DB_PASS:-}\n  PROXY_PASSWORD: (hidden)\n  PROXY: http://u:(hidden)@10.1.1.1:3128\n',
    );
    expect(JSON.parse(content(files, 'connector.json'))).toEqual({
      'x.password': '(hidden)',
      'y.password': '${env:A}',
    });
    expect(JSON.parse(content(files, 'settings.json')).kafka.ca).toBe(pem);
    expect(JSON.stringify(files)).not.toMatch(/hunter22|MIIE/);
  });
});

describe('reading a bundle', () => {
  const files = () => seal(unsealed());
  const refused = (code: string) => expect.objectContaining({ code, exitCode: 2 });

  it('gives back when, where, by which version, and what the checks saw', () => {
    const { manifest, settings, checks } = openBundle(files());
    expect(manifest).toMatchObject({
      version: '0.1.0',
      createdAt: '2026-11-24T08:00:00.000Z',
      facility: { code: 'A1' },
    });
    expect(settings).toMatchObject({
      facilityId: 'A1',
      database: { host: 'clinic-db', password: '(hidden)' },
    });
    expect(checks).toEqual(unsealed().checks);
  });

  it.each(['checks.json', 'settings.json', 'env.txt'])('refuses one that has lost %s', (path) => {
    expect(() => openBundle(files().filter((file) => file.path !== path))).toThrow(refused('bundle.damaged'));
  });

  it('refuses one in which somebody has changed a verdict', () => {
    const changed = files().map((file) =>
      file.path === 'checks.json' ? { ...file, content: file.content.replace('pass', 'fail') } : file,
    );
    expect(() => openBundle(changed)).toThrow(refused('bundle.damaged'));
  });

  it.each([
    ['nothing', []],
    ['other files', [{ path: 'package/package.json', content: '{}' }]],
    ['a manifest of something else', [{ path: 'manifest.json', content: '{"format":"other"}' }]],
    ['a manifest that is no JSON', [{ path: 'manifest.json', content: 'x' }]],
  ])('refuses a foreign archive: %s', (_, foreign) => {
    expect(() => openBundle(foreign)).toThrow(refused('bundle.foreign'));
  });

  it('refuses one of a newer format, and says which version reads it', () => {
    const newer = files().map((file) =>
      file.path === 'manifest.json'
        ? {
            ...file,
            content: file.content
              .replace('"formatVersion": 1', '"formatVersion": 2')
              .replace('0.1.0', '9.1.0'),
          }
        : file,
    );
    expect(() => openBundle(newer)).toThrow(
      expect.objectContaining({
        code: 'bundle.newer',
        commands: ['npx clinicmaster-cdc@9.1.0 doctor --from <file>'],
      }),
    );
  });

  it('refuses results of another shape, though the list says they are whole', () => {
    const odd = files().map((file) =>
      file.path === 'checks.json' ? { ...file, content: '[{"id":5}]' } : file,
    );
    const listed = odd.map((file) =>
      file.path === 'manifest.json'
        ? {
            ...file,
            content: file.content.replace(
              sha256(files().find(({ path }) => path === 'checks.json')!.content),
              sha256('[{"id":5}]'),
            ),
          }
        : file,
    );
    expect(() => openBundle(listed)).toThrow(refused('bundle.damaged'));
  });

  it('takes out what would steer a terminal', () => {
    const check = { ...unsealed().checks[0]!, title: 'T\u001b[2J\u0007' };
    expect(openBundle(seal(unsealed({ checks: [check] }))).checks[0]?.title).toBe('T[2J');
  });
});
