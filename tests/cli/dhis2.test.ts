import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Dhis2Server, dhis2Server, KAYUNGA, TOKEN } from '../fakes/dhis2-server.ts';
import { type InstallWorld, installWorld } from '../fakes/install-world.ts';

let world: InstallWorld;
let server: Dhis2Server;
beforeEach(async () => {
  world = await installWorld();
  world.env.FACILITY_NAME = 'Kayunga RRH';
  // Nothing is left to ask for but what these tests are about.
  Object.assign(world.env, { DHIS2_TOKEN: TOKEN, DB_PORT: '1433', DB_NAME: 'ClinicMasterMOH' });
  server = await dhis2Server();
});
afterEach(async () => {
  await world.close();
  await server.close();
});

const init = (...more: string[]) => world.cli('init', '--dir', world.dir, '--dhis2-url', server.url, ...more);
/** To the question, and to what else may be asked before the installation. */
const yes = () => true;
const flat = (text: string) => text.replace(/\s+/g, ' ');

describe('the look-up at a DHIS2 server', () => {
  it('shows name and district of a UID, and asks with --yes nobody', async () => {
    const { exit, stderr } = await init('--yes');
    expect(exit).toBe(0);
    expect(flat(stderr)).toContain(
      'DHIS2 knows xY9AbCdEf12: Kayunga Regional Referral Hospital, in Kayunga District, Central, Uganda',
    );
    expect(stderr).not.toContain('DHIS2 calls it');
    expect(server.asked).toEqual([
      `GET /hmis/api/organisationUnits/xY9AbCdEf12.json?fields=id,code,name,level,closedDate,ancestors[id,name,level] ApiToken ${TOKEN}`,
    ]);
  });

  it('keeps the address and never the token, and asks once', async () => {
    await init('--yes');
    const env = await readFile(join(world.dir, '.env'), 'utf8');
    const journal = await readFile(join(world.dir, 'journal.json'), 'utf8');
    expect(env).toContain(`DHIS2_URL=${server.url}`);
    const container = JSON.stringify(world.docker.containers);
    expect(env + journal + container).not.toContain(TOKEN);
    expect(container).not.toContain('DHIS2_URL');
    await world.cli('init', '--yes', '--dir', world.dir);
    expect(server.asked).toHaveLength(1);
  });

  it('finds the code of a registry', async () => {
    world.env.FACILITY_DHIS2_CODE = 'UG/0007 a'.replace(' ', '');
    server.units = [{ ...KAYUNGA, code: 'UG/0007a' }];
    const { stderr } = await init('--yes', '--facility-id', 'UG-7');
    expect(stderr).toContain('DHIS2 knows UG/0007a: Kayunga');
    expect(server.asked[0]).toContain('filter=code:eq:UG%2F0007a&');
    expect(server.asked[0]).toContain('&paging=false');
  });

  it('looks for a code that looks like a UID and is none', async () => {
    server.units = [{ ...KAYUNGA, id: 'anotherUid1', code: 'xY9AbCdEf12' }];
    expect((await init('--yes')).stderr).toContain('DHIS2 knows xY9AbCdEf12');
    expect(server.asked).toHaveLength(2);
  });

  it.each([
    ['closed', { closedDate: '2024-06-30T00:00:00.000' }, 'In DHIS2 it is closed since 2024-06-30.'],
    [
      'of another name',
      { name: 'Mulago' },
      'DHIS2 calls it "Mulago", and the name given here is "Kayunga RRH".',
    ],
  ])('warns of one that is %s, and goes on', async (_, change, telling) => {
    server.units = [{ ...KAYUNGA, ...change }];
    const { exit, stderr } = await init('--yes');
    expect(exit).toBe(0);
    expect(flat(stderr)).toContain(telling);
  });

  it.each([
    ['none', [], 'knows no facility with the code xY9AbCdEf12'],
    [
      'several',
      [
        { ...KAYUNGA, id: 'a', code: 'xY9AbCdEf12' },
        { ...KAYUNGA, id: 'b', code: 'xY9AbCdEf12', name: 'Other' },
      ],
      'knows 2 facilities with the code xY9AbCdEf12',
    ],
  ])('%s is an error where nobody can be asked', async (_, units, telling) => {
    server.units = units;
    const { exit, stderr } = await init('--yes');
    expect(exit).toBe(2);
    expect(flat(stderr)).toContain(telling);
    expect(world.docker.containers).toEqual({});
    // At a terminal the person may know better.
    world.decisions = [yes, yes];
    expect((await init()).exit).toBe(0);
  });

  it('asks "is this your facility?" at a terminal, and goes by the answer', async () => {
    world.decisions = [() => false];
    const no = await init();
    expect(no.exit).toBe(2);
    expect(flat(no.stderr)).toContain('xY9AbCdEf12 is not the facility that was meant.');
    expect(world.docker.containers).toEqual({});
    world.decisions = [yes, yes];
    expect((await init()).exit).toBe(0);
  });

  it.each([
    ['refuses the token', { status: 401, body: '{}' }, 'HTTP 401'],
    [
      'sends to a login',
      { status: 302, body: '', headers: { location: '/dhis-web-login/' } },
      'it asks for a login',
    ],
    [
      'has moved',
      { status: 301, body: '', headers: { location: 'https://new.example.org/' } },
      'it moved to https',
    ],
    ['is in trouble', { status: 503, body: 'busy' }, 'HTTP 503'],
    ['is no DHIS2', { status: 200, body: '<html>' }, 'its answer is no JSON'],
    ['is another API', { status: 200, body: '{"items":[]}' }, 'it answers, and not with organisation units'],
    ['has no such page', { status: 404, body: '<html>' }, 'HTTP 404'],
  ])('goes on without a server that %s', async (_, instead, telling) => {
    server.instead = instead;
    const { exit, stderr } = await init('--yes');
    expect(exit).toBe(0);
    expect(flat(stderr)).toContain(`was not asked for xY9AbCdEf12: ${telling}`);
    expect(stderr).not.toContain(TOKEN);
  });

  it('goes on without a server that is not there, and names the token that is missing', async () => {
    delete world.env.DHIS2_TOKEN;
    expect(flat((await init('--yes')).stderr)).toContain('a personal access token goes into DHIS2_TOKEN');
    expect(server.asked[0]).toMatch(/ $/);
    await server.close();
    const away = await init('--yes', '--dir', join(world.home, 'other'));
    expect(away.exit).toBe(0);
    expect(flat(away.stderr)).toContain('was not asked for xY9AbCdEf12: ECONNREFUSED. Going on without it.');
  });

  it.each(['hmis.example.org', 'https://user:pass@hmis.example.org', 'ftp://x', 'https://x?y=z'])(
    'refuses %s as its address',
    async (url) => {
      const { exit, stderr } = await world.cli('init', '--yes', '--dir', world.dir, '--dhis2-url', url);
      expect(exit).toBe(2);
      expect(stderr).toContain('without a user, a password or a query');
    },
  );
});

describe('hints on a code', () => {
  const hints = async (code: string) => {
    world.env.FACILITY_DHIS2_CODE = code;
    return flat((await world.cli('init', '--yes', '--dir', join(world.home, code))).stderr);
  };

  it('come once, for a code that was typed', async () => {
    expect(await hints('DiszpKrYNg')).toContain('DiszpKrYNg has 10 characters; a DHIS2 UID has 11.');
    expect(await hints('xY9AbCdEf12')).toContain('Compare xY9AbCdEf12 with the registry once more');
    expect(await hints('xY9AbCdEf12')).not.toContain('once more');
  });
});
