import { X509Certificate } from 'node:crypto';
import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { init } from '../../src/commands/init.ts';
import { CERTIFICATES } from '../../src/commands/shared/wizard/state.ts';
import { STOPS } from '../../src/commands/shared/wizard/stops.ts';
import { envValues, parseEnv } from '../../src/settings/env-file.ts';
import { flagName } from '../../src/settings/field.ts';
import { facilityFields } from '../../src/settings/fields.ts';
import { CTRL_C, dialog, ESC, type Turn } from '../fakes/dialog.ts';
import { ANSWERS, type InstallWorld, installWorld } from '../fakes/install-world.ts';
import { CODE } from '../fakes/streaming-facility.ts';
import { wizardHospital } from '../fakes/wizard-hospital.ts';

let world: InstallWorld;
beforeEach(async () => {
  world = await installWorld();
  world.env = { REST_PORT: String(world.worker.port) };
  wizardHospital(world.world);
});
afterEach(() => world.close());

/** The plan at the end, agreed to; only where the talk gets that far. */
const AGREED: Turn = ['Do this now?', true];

/** A run of init in which exactly these questions come, in this order, and then the plan. */
async function talk(turns: readonly Turn[], ...more: string[]) {
  const it = dialog(...turns, AGREED);
  world.dialog = it;
  const ran = await world.cli('init', '--dir', world.dir, ...more);
  const [agreed] = AGREED;
  const asked = it.asked.filter((message) => message !== agreed);
  const left = it.turns.map(([asks]) => asks).filter((asks) => asks !== agreed);
  return { ...ran, asked, left, refused: it.refused };
}

const env = async () => envValues(parseEnv(await readFile(join(world.dir, '.env'), 'utf8')));

/** A certificate that is in date at the clock of the fakes for years. */
const CA =
  rootCertificates.find((pem) => Date.parse(new X509Certificate(pem).validTo) > Date.parse('2035-01-01')) ??
  '';

const flat = (text: string) => text.replace(/\s+/g, ' ');
const letIn = () => {
  world.world.sql.login = undefined;
};

const FACILITY: Turn[] = [
  ['Name of the facility', 'Kayunga Hospital'],
  ['DHIS2 code', CODE],
];
const SERVER: Turn[] = [
  ['SQL Server host', '192.168.1.100'],
  ['SQL Server port', ''],
];
const LOGIN: Turn[] = [
  ['SQL Server login', 'cdc_reader'],
  ['SQL Server password', 'secret one'],
];
const TABLES: Turn[] = [
  ['Database', ''],
  ['Tables to stream', ''],
  ['Key columns of dbo.AuditTrail', ['[At]', '[What]']],
];
const KAFKA: Turn[] = [
  ['Kafka brokers', 'kafka-1.example.org:9093'],
  ['Kafka user', 'facility-7'],
  ['Kafka password', 'secret two'],
];
const GO_ON: Turn = ['Is this right?', 'Yes, go on'];

describe('the wizard', () => {
  it('goes from the first question to a proven stream', async () => {
    const { exit, left, stderr } = await talk([...FACILITY, ...SERVER, ...LOGIN, ...TABLES, ...KAFKA, GO_ON]);
    expect([exit, left]).toEqual([0, []]);
    expect(await env()).toMatchObject({
      FACILITY_NAME: 'Kayunga Hospital',
      DB_NAME: 'ClinicMasterMOH',
      MESSAGE_KEY_COLUMNS: 'dbo\\.AuditTrail:At,What',
      KAFKA_USER: 'facility-7',
    });
    // What stayed as it was by default is no answer of this site.
    expect(Object.keys(await env())).not.toContain('TABLE_INCLUDE_LIST');
    expect(stderr.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(stderr).not.toMatch(/secret (one|two)/);
  });

  it('asks nothing where everything is given', async () => {
    world.env = { ...ANSWERS, REST_PORT: String(world.worker.port) };
    expect(
      await talk([], '--db-port', '1433', '--db-name', 'ClinicMasterMOH', '--tables', 'dbo\\.Visits'),
    ).toMatchObject({
      exit: 0,
      asked: [],
    });
  });

  it('shows what was given as answered, passwords as given, and tries them too', async () => {
    world.env = { ...world.env, DB_PASS: 'secret one', KAFKA_PASS: 'secret two' };
    const flags = [
      '--db-host',
      '192.168.1.100',
      '--db-user',
      'cdc_reader',
      '--kafka',
      'kafka-1.example.org:9093',
    ];
    const turns: Turn[] = [
      ...FACILITY,
      ['SQL Server port', ''],
      ...TABLES,
      ['Kafka user', 'facility-7'],
      GO_ON,
    ];
    const { exit, left, stderr } = await talk(turns, ...flags);
    expect([exit, left]).toEqual([0, []]);
    expect(stderr).toContain('  SQL Server host: 192.168.1.100 (flag)\n');
    expect(stderr).toContain('  SQL Server password: (given, environment)\n');
    expect(stderr).toContain('Log in to SQL Server: done, cdc_reader is let in');
    expect(stderr).not.toMatch(/secret (one|two)/);
  });

  it('lets a given answer be corrected when its try fails', async () => {
    world.world.broken['10.0.0.9:1433'] = { kind: 'timeout', code: 'ETIMEDOUT', message: 'no answer' };
    const turns: Turn[] = [
      ...FACILITY,
      ['SQL Server port', ''],
      ['What now?', 'Correct: SQL Server host'],
      ['SQL Server host', '192.168.1.100'],
      ...LOGIN,
      ...TABLES,
      ...KAFKA,
      GO_ON,
    ];
    const { exit, left } = await talk(turns, '--db-host', '10.0.0.9');
    expect([exit, left, (await env()).DB_HOST]).toEqual([0, [], '192.168.1.100']);
  });
});

describe('a mistake at a question', () => {
  /** All other answers are right: what is corrected is asked again, and nothing else. */
  const rest = (turns: Record<'facility' | 'server' | 'login' | 'tables' | 'kafka', Turn[]>) =>
    [turns.facility, turns.server, turns.login, turns.tables, turns.kafka, [GO_ON]].flat();
  const right = { facility: FACILITY, server: SERVER, login: LOGIN, tables: TABLES, kafka: KAFKA };

  it('in the code is refused at once', async () => {
    const facility: Turn[] = [FACILITY[0]!, ['DHIS2 code', '12345'], FACILITY[1]!];
    const { exit, left, refused } = await talk(rest({ ...right, facility }));
    expect([exit, left, refused]).toEqual([
      0,
      [],
      ['That is a sample, not a DHIS2 code. Ask the central team for the code of this facility.'],
    ]);
  });

  it('in the code that cannot name topics is asked about, with an id', async () => {
    const facility: Turn[] = [FACILITY[0]!, ['DHIS2 code', 'HC/12'], ['Facility id', 'HC-12']];
    const { left } = await talk(rest({ ...right, facility }));
    expect([left, (await env()).FACILITY_ID]).toEqual([[], 'HC-12']);
  });

  it('in the code is found by what Kafka allows, and then asked again alone', async () => {
    const member = { clientId: `cdc.${CODE}.worker.ffff00001111`, clientHost: '/10.1.1.1', memberId: 'm' };
    world.world.kafka.members = [member];
    const kafka: Turn[] = [
      ...KAFKA,
      ['What now?', 'Correct: DHIS2 code'],
      ['DHIS2 code', 'aB3', () => (world.world.kafka.members = [])],
    ];
    const { exit, left, stderr } = await talk([
      ...FACILITY,
      ...SERVER,
      ...LOGIN,
      ...TABLES,
      ...kafka,
      ['Is this right?', 'Leave'],
    ]);
    expect([exit, left]).toEqual([130, []]);
    expect(stderr).toContain('Ask Kafka about the DHIS2 code: done, facility-7 may send for it');
  });

  it('in the host or the port: refused and no answer are told apart', async () => {
    world.world.broken['10.0.0.9:1433'] = { kind: 'timeout', code: 'ETIMEDOUT', message: 'no answer' };
    world.world.broken['192.168.1.100:1444'] = { kind: 'refused', code: 'ECONNREFUSED', message: 'refused' };
    const server: Turn[] = [
      ['SQL Server host', '10.0.0.9'],
      ['SQL Server port', ''],
      ['What now?', 'Correct: SQL Server host'],
      ['SQL Server host', '192.168.1.100'],
    ];
    const { exit, left, stderr } = await talk(rest({ ...right, server }));
    expect([exit, left]).toEqual([0, []]);
    expect(stderr).toContain('Reach SQL Server: failed, Packets to 10.0.0.9:1433 get no answer.');
    expect(stderr).toContain('  Who:     the network administrator');
    await world.close();

    world = await installWorld();
    world.env = { REST_PORT: String(world.worker.port) };
    wizardHospital(world.world);
    world.world.broken['192.168.1.100:1444'] = { kind: 'refused', code: 'ECONNREFUSED', message: 'refused' };
    const port: Turn[] = [
      ['SQL Server host', '192.168.1.100'],
      ['SQL Server port', '1444'],
      // SQL Server Browser knows better.
      ['What now?', 'Port 1433, the instance MSSQLSERVER'],
    ];
    const second = await talk(rest({ ...right, server: port }));
    expect([second.exit, second.left, (await env()).DB_PORT]).toEqual([0, [], '1433']);
    // What init would do is offered, not printed for copying.
    expect(second.stderr).not.toContain('clinicmaster-cdc init');
    expect(flat(second.stderr)).toContain('SQL Server on 192.168.1.100 listens at another port than 1444.');
  });

  it('in the port is spared where SQL Server Browser tells of named instances', async () => {
    world.world.sql.instances = [
      { name: 'SQLEXPRESS', version: '15.0', port: 51433 },
      { name: 'CLINIC', version: '15.0', port: 14330 },
      { name: 'NOTCP', version: '15.0' },
    ];
    const server: Turn[] = [SERVER[0]!, ['which instance holds ClinicMaster?', 'CLINIC  port 14330']];
    const { exit, left } = await talk(rest({ ...right, server }));
    expect([exit, left, (await env()).DB_PORT]).toEqual([0, [], '14330']);
  });

  it('in the login is no mistake where it may not open master', async () => {
    const outside = () => {
      world.world.sql.login = { kind: 'sql', number: 916, numbers: [916], message: 'no user of master' };
    };
    const login: Turn[] = [LOGIN[0]!, ['SQL Server password', 'secret one', outside]];
    const tables: Turn[] = [['Database', '', letIn], ...TABLES.slice(1)];
    const { exit, left } = await talk(rest({ ...right, login, tables }));
    expect([exit, left]).toEqual([0, []]);
  });

  it('in the local port is cured by the next free one', async () => {
    const taken = Number(world.env.REST_PORT) - 2;
    world.taken = new Set([taken, taken + 1]);
    world.env = { REST_PORT: String(taken) };
    const kafka: Turn[] = [...KAFKA, ['What now?', `Use port ${taken + 2}, which is free`]];
    const { exit, left } = await talk(rest({ ...right, kafka }));
    expect([exit, left, (await env()).REST_PORT]).toEqual([0, [], String(taken + 2)]);
  });

  it('in the password is corrected without the login; the third refusal tells of the lock', async () => {
    const refuse = () => {
      world.world.sql.login = { kind: 'sql', number: 18456, numbers: [18456], message: 'Login failed' };
    };
    const login: Turn[] = [
      ['SQL Server login', 'cdc_reader'],
      ['SQL Server password', 'wrong', refuse],
      ['What now?', 'Correct: SQL Server password'],
      ['SQL Server password', 'wrong too'],
      ['What now?', 'Correct: SQL Server password'],
      ['SQL Server password', 'wrong again'],
      ['What now?', 'Correct: SQL Server password'],
      ['SQL Server password', 'secret one', letIn],
    ];
    const { exit, left, stderr } = await talk(rest({ ...right, login }));
    expect([exit, left]).toEqual([0, []]);
    expect(stderr).toContain('  Seen:    error 18456: Login failed');
    expect(flat(stderr).match(/SQL Server may lock the login/g)).toHaveLength(1);
    expect(stderr).not.toMatch(/wrong (too|again)/);
  });

  it('in the database is corrected from the same list', async () => {
    const refuse = () => {
      world.world.sql.login = { kind: 'sql', number: 4060, numbers: [4060, 18456], message: 'Cannot open' };
    };
    const tables: Turn[] = [
      ['Database', 'Laboratory', refuse],
      ['What now?', 'Correct: Database'],
      ['Database', 'ClinicMasterMOH', letIn],
      ...TABLES.slice(1),
    ];
    const { exit, left } = await talk(rest({ ...right, tables }));
    expect([exit, left, (await env()).DB_NAME]).toEqual([0, [], 'ClinicMasterMOH']);
  });

  it('in the brokers or in the password of Kafka', async () => {
    world.world.broken['kafka-9.example.org'] = {
      kind: 'name-unknown',
      code: 'ENOTFOUND',
      message: 'unknown',
    };
    const kafka: Turn[] = [
      ['Kafka brokers', 'kafka-9.example.org:9093'],
      ['What now?', 'Correct: Kafka brokers'],
      ['Kafka brokers', 'kafka-1.example.org:9093'],
      ['Kafka user', 'facility-7'],
      ['Kafka password', 'wrong', () => (world.world.kafka.login = 'refused')],
      ['What now?', 'Correct: Kafka password'],
      ['Kafka password', 'secret two', () => (world.world.kafka.login = 'ok')],
    ];
    const { exit, left, stderr } = await talk(rest({ ...right, kafka }));
    expect([exit, left]).toEqual([0, []]);
    expect(stderr).toContain('No address is known for kafka-9.example.org.');
    expect(stderr).toContain('Log in to Kafka: failed, Kafka refuses the user facility-7.');
  });

  it('in the tables: the one without a key is left out', async () => {
    const tables: Turn[] = [...TABLES.slice(0, 2), ['Key columns of dbo.AuditTrail', []]];
    const { exit, left } = await talk(rest({ ...right, tables }));
    expect([exit, left]).toEqual([0, []]);
    expect((await env()).TABLE_INCLUDE_LIST).toContain('AuditTrail');
    expect(Object.keys(await env())).not.toContain('MESSAGE_KEY_COLUMNS');
  });

  it('that cannot be mended now is kept; the checks before the installation find it, and it can still be changed', async () => {
    const kafka: Turn[] = [
      KAFKA[0]!,
      KAFKA[1]!,
      ['Kafka password', 'wrong', () => (world.world.kafka.login = 'refused')],
      ['What now?', 'Go on anyway'],
      GO_ON,
      ['What now?', 'Change an answer'],
      ['Which answer?', 'Kafka password'],
      ['Kafka password', 'secret two', () => (world.world.kafka.login = 'ok')],
    ];
    const { exit, left } = await talk([...FACILITY, ...SERVER, ...LOGIN, ...TABLES, ...kafka]);
    expect([exit, left, (await env()).KAFKA_PASS]).toEqual([0, [], 'secret two']);
  });
});

it('a code that is changed at the end is looked up on this machine as the first one was', async () => {
  const Labels = { 'org.clinicmaster.cdc.facility': 'aB3dEfGhI45', 'org.clinicmaster.cdc.role': 'facility' };
  await world.docker.createContainer('clinicmasterwarehouse-other', { Image: 'x', Labels });
  await world.docker.start('clinicmasterwarehouse-other');
  const turns: Turn[] = [
    ...FACILITY,
    ...SERVER,
    ...LOGIN,
    ...TABLES,
    KAFKA[0]!,
    KAFKA[1]!,
    ['Kafka password', 'wrong', () => (world.world.kafka.login = 'refused')],
    ['What now?', 'Go on anyway'],
    GO_ON,
    ['What now?', 'Change an answer'],
    ['Which answer?', 'DHIS2 code'],
    ['DHIS2 code', 'aB3dEfGhI45'],
  ];
  const { exit, left, stderr } = await talk(turns);
  expect([exit, left]).toEqual([3, []]);
  expect(stderr).toContain('This machine works for aB3dEfGhI45 already.');
});

describe('a certificate that nobody here has signed', () => {
  it('of SQL Server is asked about, and taken as it is where the user says so', async () => {
    world.world.sql.certificate = { chainError: 'SELF_SIGNED_CERT', selfSigned: true };
    const trust: Turn = ['Trust SQL Server?', 'Yes, as it is'];
    const { exit, left } = await talk([...FACILITY, ...SERVER, trust, ...LOGIN, ...TABLES, ...KAFKA, GO_ON]);
    expect([exit, left, (await env()).DB_TRUST_SERVER_CERTIFICATE]).toEqual([0, [], 'true']);
  });

  it('of Kafka leads to the question for its file, which must be a certificate', async () => {
    world.world.certificate = { ...world.world.certificate, chainError: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY' };
    const { chainError: _, ...good } = world.world.certificate;
    await writeFile(join(world.home, 'no.pem'), 'no certificate');
    await writeFile(join(world.home, 'ca.pem'), CA);
    const kafka: Turn[] = [
      KAFKA[0]!,
      ['CA certificate of Kafka', ''],
      ['What now?', 'Give the file of the CA certificate'],
      ['CA certificate of Kafka', 'no.pem'],
      ['CA certificate of Kafka', 'nowhere.pem'],
      ['CA certificate of Kafka', 'ca.pem', () => (world.world.certificate = good)],
      ...KAFKA.slice(1),
    ];
    const { exit, left, stderr } = await talk([...FACILITY, ...SERVER, ...LOGIN, ...TABLES, ...kafka, GO_ON]);
    expect([exit, left]).toEqual([0, []]);
    expect(flat(stderr)).toContain('nowhere.pem is no certificate. Seen: there is no such file');
    expect(await readFile(join(world.dir, 'ca/kafka-ca.pem'), 'utf8')).toBe(CA);
  });
});

describe('the way back', () => {
  it('leads to the question before, with its answer as default', async () => {
    const turns: Turn[] = [
      ['Name of the facility', ESC],
      ['Name of the facility', 'Kayunga'],
      ['DHIS2 code', ESC],
      ['Name of the facility', 'Kayunga Hospital'],
      ['DHIS2 code', CODE],
      ['SQL Server host', '192.168.1.101'],
      ['SQL Server port', ESC],
      ['SQL Server host', '192.168.1.100'],
      ['SQL Server port', ''],
      ['SQL Server login', ESC],
      ['SQL Server port', ''],
      ...LOGIN,
      ...TABLES,
      ...KAFKA,
      GO_ON,
    ];
    const { exit, left, stderr } = await talk(turns);
    expect([exit, left]).toEqual([0, []]);
    expect(await env()).toMatchObject({ FACILITY_NAME: 'Kayunga Hospital', DB_HOST: '192.168.1.100' });
    expect(stderr.match(/This is the first question/g)).toHaveLength(1);
  });

  it('from a correction keeps the answer and does not log in once more', async () => {
    let opened = 0;
    const refuse = () => {
      world.world.sql.login = {
        kind: 'sql',
        number: 18456,
        numbers: [18456],
        get message() {
          opened++;
          return 'Login failed';
        },
      };
    };
    const login: Turn[] = [
      ['SQL Server login', 'cdc_reader'],
      ['SQL Server password', 'wrong', refuse],
      ['What now?', 'Correct: SQL Server password', () => (opened = 0)],
      ['SQL Server password', ESC],
      ['What now?', 'Correct: SQL Server password', () => expect(opened).toBe(0)],
      ['SQL Server password', 'secret one', letIn],
    ];
    const { exit, left } = await talk([...FACILITY, ...SERVER, ...login, ...TABLES, ...KAFKA, GO_ON]);
    expect([exit, left]).toEqual([0, []]);
  });

  it('from the review changes any answer and tries again what hangs on it', async () => {
    const turns: Turn[] = [
      ...FACILITY,
      ...SERVER,
      ...LOGIN,
      ...TABLES,
      ...KAFKA,
      ['Is this right?', 'Change an answer'],
      ['Which answer?', 'SQL Server host'],
      ['SQL Server host', '192.168.1.102'],
      ['Is this right?', 'Change an answer'],
      ['Which answer?', ESC],
      GO_ON,
    ];
    const { exit, left, stderr } = await talk(turns);
    expect([exit, left, (await env()).DB_HOST]).toEqual([0, [], '192.168.1.102']);
    expect(stderr.match(/Log in to SQL Server: done/g)).toHaveLength(2);
    expect(stderr.match(/Log in to Kafka: done/g)).toHaveLength(1);
  });

  it('out of it all writes nothing and prints what was typed as flags, no password among it', async () => {
    world.world.broken['kafka-9.example.org'] = {
      kind: 'name-unknown',
      code: 'ENOTFOUND',
      message: 'unknown',
    };
    const turns: Turn[] = [
      ...FACILITY,
      ...SERVER,
      ...LOGIN,
      ...TABLES,
      ['Kafka brokers', 'kafka-9.example.org:9093'],
      ['What now?', 'Leave'],
    ];
    const { exit, left, stderr } = await talk(turns);
    expect([exit, left]).toEqual([130, []]);
    expect(stderr).toContain(
      `clinicmaster-cdc init --dir ${world.dir} \\\n    --name 'Kayunga Hospital' \\\n    --code xY9AbCdEf12 \\\n`,
    );
    expect(stderr).toContain('--kafka kafka-9.example.org:9093 \\\n');
    expect(stderr).not.toContain('secret one');
    await expect(stat(world.dir)).rejects.toThrow('ENOENT');
  });
});

it('tries from this machine alone: no container is started before the plan', async () => {
  await talk([...FACILITY, ...SERVER, ...LOGIN, ...TABLES, ...KAFKA, ['Is this right?', 'Leave']]);
  expect(world.looksInside).toBe(0);
});

it('Ctrl-C at a question leaves in the same way', async () => {
  const { exit, left, stderr } = await talk([FACILITY[0]!, ['DHIS2 code', CTRL_C]]);
  expect([exit, left]).toEqual([130, []]);
  expect(stderr).toContain("--name 'Kayunga Hospital'\n");
});

describe('an installed facility', () => {
  beforeEach(async () => {
    await talk([...FACILITY, ...SERVER, ...LOGIN, ...TABLES, ...KAFKA, GO_ON]);
  });

  it('is asked nothing the second time', async () => {
    expect(await talk([])).toMatchObject({ exit: 0, asked: [] });
  });

  it('has one setting changed by --change', async () => {
    const { exit, left, stderr } = await talk(
      [
        ['Is this right?', 'Change an answer'],
        ['Which answer?', 'Name of the facility'],
        ['Name of the facility', 'Kayunga Referral Hospital'],
        GO_ON,
      ],
      '--change',
    );
    expect([exit, left, (await env()).FACILITY_NAME]).toEqual([0, [], 'Kayunga Referral Hospital']);
    expect(stderr).toContain('made anew, because of FACILITY_NAME');
  });

  it('has nothing changed by --change where nobody can be asked', async () => {
    world.dialog = undefined;
    const { exit, stderr } = await world.cli('init', '--dir', world.dir, '--change');
    expect([exit, stderr.includes('There is no terminal to ask what to change.')]).toEqual([2, true]);
  });

  it('is what the bare program speaks of', async () => {
    world.env.INSTANCE = '';
    await rename(world.dir, join(world.home, 'clinicmaster-cdc'));
    world.dialog = dialog(['What do you want to do?', 'Is it healthy?']);
    const { exit, stdout, stderr } = await world.cli();
    expect([exit, world.dialog.turns]).toEqual([0, []]);
    expect(stderr).toContain(`Kayunga Hospital (${CODE}) is set up in`);
    expect(stdout).toContain('Connector  cdc-');
  });
});

describe('the bare program', () => {
  it('is the wizard where nothing is installed', async () => {
    world.dialog = dialog(...FACILITY, ...SERVER, ...LOGIN, ...TABLES, ...KAFKA, GO_ON, AGREED);
    const { exit, stderr } = await world.cli();
    expect([exit, world.dialog.turns]).toEqual([0, []]);
    expect(stderr).toContain('No facility is installed here yet, so this installs one.');
    expect(await stat(join(world.home, 'clinicmaster-cdc/.env'))).toBeTruthy();
  });

  it('never asks without a terminal', async () => {
    const { exit, stderr } = await world.cli();
    expect([exit, stderr.includes('A command is missing.')]).toEqual([2, true]);
  });
});

describe('every question', () => {
  const questions = STOPS.filter((stop) => stop.kind === 'question');

  it('can be answered without being asked: by a flag, a secret by the environment', async () => {
    const command = new Command();
    init.define(command);
    const flags = command.options.map(({ long }) => long);
    const fields = facilityFields('1');
    for (const { key } of questions) {
      const field = fields.find((one) => one.key === key);
      const flag = key in CERTIFICATES ? CERTIFICATES[key as 'dbCa'].flag : flagName(field!);
      if (field?.secret === true) expect([key, flag]).toEqual([key, undefined]);
      else expect(flags).toContain(flag);
    }
    expect(questions.filter(({ key }) => key.endsWith('_PASS')).map(({ key }) => key)).toEqual([
      'DB_PASS',
      'KAFKA_PASS',
    ]);
  });

  it('that has no default is named, with its flag or variable, where nobody can be asked', async () => {
    world.env = {};
    const { exit, stderr } = await world.cli('init', '--dir', world.dir);
    expect(exit).toBe(2);
    for (const field of facilityFields('1').filter(({ default: preset }) => preset === undefined)) {
      expect(stderr).toContain(field.secret ? `environment variable ${field.key}` : flagName(field));
    }
  });

  it('says in one sentence or two why it is asked', () => {
    for (const { why } of questions) expect(why.length).toBeLessThan(120);
    expect(new Set(questions.map(({ key }) => key)).size).toBe(questions.length);
  });

  it('belongs to a try, or is told to nobody but people', () => {
    const tried = STOPS.flatMap((stop) => (stop.kind === 'attempt' ? stop.of : []));
    const untried = questions.map(({ key }) => key).filter((key) => !tried.includes(key));
    expect(untried).toEqual(['FACILITY_NAME']);
  });
});
