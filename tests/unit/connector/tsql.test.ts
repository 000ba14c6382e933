import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseBatch } from '../../../sandbox/src/standin/tsql/parse/batch.ts';
import {
  HEARTBEAT_TABLE,
  MADE_TABLE,
  OWN_SCHEMA,
  READER_ROLE,
  SIGNAL_TABLE,
} from '../../../src/connector/own-schema.ts';
import { PASSWORD_PLACEHOLDER, withPassword } from '../../../src/connector/tsql/batch.ts';
import { instanceName } from '../../../src/connector/tsql/capture.ts';
import { disablePlan } from '../../../src/connector/tsql/disable.ts';
import { enablePlan, grantPlan } from '../../../src/connector/tsql/enable.ts';
import { type DatabaseFacts, nothingSeen, type TableFacts } from '../../../src/connector/tsql/facts.ts';
import { rightsOf } from '../../../src/connector/tsql/rights.ts';
import { rotateBatch } from '../../../src/connector/tsql/rotate.ts';
import { scriptText } from '../../../src/connector/tsql/script.ts';
import { type DatabaseWish, ENOUGH_RETENTION, USUAL_RETENTION } from '../../../src/connector/tsql/wish.ts';

const LOGIN = 'cdc_reader';
const USER_ID = 5;
const ROLE_ID = 6;

function wish(changes: Partial<DatabaseWish> = {}): DatabaseWish {
  return {
    database: 'ClinicMasterMOH',
    login: LOGIN,
    tableIncludeList: 'dbo\\..*',
    snapshotIsolation: true,
    ownSchema: true,
    monitoring: false,
    retention: USUAL_RETENTION,
    enoughRetention: ENOUGH_RETENTION,
    ...changes,
  };
}

function table(
  schema: string,
  name: string,
  objectId: number,
  changes: Partial<TableFacts> = {},
): TableFacts {
  return {
    schema,
    table: name,
    objectId,
    schemaId: schema === OWN_SCHEMA ? 7 : 1,
    captured: true,
    instances: [{ name: `${schema}_${name}`, role: READER_ROLE }],
    uncapturable: false,
    ...changes,
  };
}

const grant = (permission: string, classId: number, majorId: number) => ({
  class: classId,
  major_id: majorId,
  grantee_principal_id: ROLE_ID,
  permission_name: permission,
  state: 'G',
});

/** A database that lacks nothing. */
function ready(changes: Partial<DatabaseFacts> = {}): DatabaseFacts {
  return {
    ...nothingSeen('ClinicMasterMOH'),
    server: { version: '16.0.4111.2', major: 16, edition: 'Standard', express: false, standIn: false },
    hasOwner: true,
    cdc: true,
    snapshotIsolation: 'ON',
    login: { exists: true, sysadmin: false },
    user: LOGIN,
    principals: [
      { principal_id: USER_ID, name: LOGIN, type: 'S', sid: '0x0A' },
      { principal_id: ROLE_ID, name: READER_ROLE, type: 'R', sid: null },
    ],
    members: [{ role_principal_id: ROLE_ID, member_principal_id: USER_ID }],
    permissions: [
      grant('SELECT', 1, 100),
      grant('VIEW DEFINITION', 3, 1),
      grant('VIEW DATABASE PERFORMANCE STATE', 0, 0),
      grant('SELECT', 3, 8),
      ...['SELECT', 'UPDATE'].map((right) => grant(right, 1, 201)),
      ...['SELECT', 'INSERT', 'DELETE'].map((right) => grant(right, 1, 202)),
      grant('SELECT', 1, 203),
    ],
    schemas: [
      { id: 1, name: 'dbo' },
      { id: 7, name: OWN_SCHEMA },
      { id: 8, name: 'cdc' },
    ],
    tables: [
      table('dbo', 'Visits', 100),
      table(OWN_SCHEMA, HEARTBEAT_TABLE, 201),
      table(OWN_SCHEMA, SIGNAL_TABLE, 202),
      table(OWN_SCHEMA, MADE_TABLE, 203, { captured: false, instances: [] }),
    ],
    jobs: { capture: true, retention: USUAL_RETENTION },
    beats: 3,
    made: ['login', 'user', 'cdc', 'snapshot-isolation', 'retention'],
    ...changes,
  };
}

const ids = (facts: DatabaseFacts, changes: Partial<DatabaseWish> = {}) =>
  enablePlan(wish(changes), facts).batches.map(({ id }) => id);
const text = (facts: DatabaseFacts, changes: Partial<DatabaseWish> = {}) =>
  enablePlan(wish(changes), facts)
    .batches.map(({ sql }) => sql)
    .join('\n');

describe('sql enable', () => {
  it('has nothing to do where nothing is missing', () => {
    expect(ids(ready())).toEqual([]);
    expect(grantPlan(wish(), ready()).batches).toEqual([]);
  });

  const rightless = (right: string) =>
    ready().permissions.filter(({ permission_name }) => permission_name !== right);
  const uncaptured = ready().tables!.map((one) => ({ ...one, captured: false, instances: [] }));
  it.each<[string, Partial<DatabaseFacts>, Partial<DatabaseWish>, string[]]>([
    [
      'the owner, and capture from its start',
      { hasOwner: false, cdc: false, jobs: null, tables: uncaptured },
      {},
      [
        'owner',
        'database',
        'capture clinicmaster_cdc.heartbeat',
        'capture clinicmaster_cdc.debezium_signal',
        'capture dbo.Visits',
        'retention',
      ],
    ],
    ['the login', { login: { exists: false, sysadmin: false } }, {}, ['login']],
    ['its user, and with it the role', { user: null, members: [] }, {}, ['user', 'role', 'grants']],
    ['a place in the role', { members: [] }, {}, ['role', 'grants']],
    [
      'one table',
      {
        tables: [
          ...ready().tables!.slice(1),
          table('dbo', 'Visits', 100, { captured: false, instances: [] }),
        ],
      },
      {},
      ['capture dbo.Visits', 'beat'],
    ],
    ['the cleanup job', { jobs: { capture: true, retention: null } }, {}, ['cleanup job', 'retention']],
    ['the capture job', { jobs: { capture: false, retention: USUAL_RETENTION } }, {}, ['capture job']],
    ['retention', { jobs: { capture: true, retention: 4320 } }, {}, ['retention']],
    [
      'retention of the length that was asked for',
      {},
      { retention: 43_200, enoughRetention: 43_200 },
      ['retention'],
    ],
    ['snapshot isolation', { snapshotIsolation: 'OFF' }, {}, ['snapshot-isolation']],
    ['a right', { permissions: rightless('VIEW DEFINITION') }, {}, ['grants']],
    ['the first beat', { beats: 0 }, {}, ['first-beat']],
    [
      'the monitoring tier',
      { monitoring: { server: [], msdbUser: false, msdbTables: [] } },
      { monitoring: true },
      ['server-state', 'msdb'],
    ],
    [
      'a place in the role that guards older changes',
      {
        tables: [
          table('dbo', 'Visits', 100, { instances: [{ name: 'old', role: 'gate' }] }),
          ...ready().tables!.slice(1),
        ],
      },
      {},
      ['gate gate'],
    ],
  ])('makes what is missing alone: %s', (_, facts, wished, expected) => {
    expect(ids(ready(facts), wished)).toEqual(expected);
  });

  it.each<[string, Partial<DatabaseFacts>, Partial<DatabaseWish>]>([
    ['snapshot isolation that nobody asked for', { snapshotIsolation: 'OFF' }, { snapshotIsolation: false }],
    ['isolation that is on its way', { snapshotIsolation: 'IN_TRANSITION_TO_ON' }, {}],
    ['a retention of ten days', { jobs: { capture: true, retention: 14_400 } }, {}],
    ['jobs that may not be seen, but were set before', { jobs: null }, {}],
    [
      'a table of a tool',
      { tables: [...ready().tables!, table('dbo', 'sysdiagrams', 300, { captured: false })] },
      {},
    ],
    [
      'a table that is not on the list',
      { tables: [...ready().tables!, table('billing', 'Invoices', 301, { captured: false })] },
      {},
    ],
    [
      'a table that cannot be captured',
      { tables: [...ready().tables!, table('dbo', 'Hot', 302, { captured: false, uncapturable: true })] },
      {},
    ],
    [
      'rights that stand on the schema',
      { permissions: [...ready().permissions.slice(1), grant('SELECT', 3, 1)] },
      {},
    ],
    [
      'monitoring by the older, wider right',
      {
        monitoring: {
          server: ['VIEW SERVER STATE'],
          msdbUser: true,
          msdbTables: ['cdc_jobs', 'sysjobs', 'sysjobactivity', 'sysjobhistory', 'restorehistory'],
        },
      },
      { monitoring: true },
    ],
  ])('leaves alone: %s', (_, facts, wished) => {
    expect(ids(ready(facts), wished)).toEqual([]);
  });

  it('gives an owner no grants, and says that it may do too much', () => {
    const facts = ready({ user: 'dbo', principals: [], members: [], permissions: [] });
    expect(ids(facts)).toEqual([]);
    expect(enablePlan(wish(), facts).notes.join()).toContain('an owner of the database and needs no grants');
  });

  it('uses the permission names of the version', () => {
    const older = { server: { ...ready().server!, version: '15.0', major: 15 }, permissions: [] };
    expect(text(ready(older), { monitoring: true })).toMatch(
      /GRANT VIEW DATABASE STATE TO[\s\S]*GRANT VIEW SERVER STATE TO/,
    );
    expect(text(ready({ permissions: [] }), { monitoring: true })).toMatch(
      /GRANT VIEW DATABASE PERFORMANCE STATE TO[\s\S]*GRANT VIEW SERVER PERFORMANCE STATE TO[\s\S]*GRANT VIEW SERVER SECURITY STATE TO/,
    );
  });

  it('never makes a place for our own tables where they are not wanted', () => {
    const bare = {
      ...nothingSeen('X'),
      tables: [table('dbo', 'Visits', 100, { captured: false, instances: [] })],
    };
    expect(text(bare, { ownSchema: false })).not.toContain(`[${OWN_SCHEMA}]`);
    expect(enablePlan(wish({ ownSchema: false }), bare).notes.join()).toContain(
      'Without a schema of our own',
    );
  });

  it('sets no retention where nothing is captured yet: there is no job to set it for', () => {
    expect(ids(nothingSeen('X'), { ownSchema: false })).not.toContain('retention');
    expect(ids(nothingSeen('X'))).toContain('retention');
  });

  it('says when no table could be seen', () => {
    expect(enablePlan(wish(), nothingSeen('X')).notes.join()).toContain('The tables could not be seen');
  });

  it('keeps names of capture instances within 100 characters, and apart', () => {
    const one = instanceName('dbo', `${'x'.repeat(120)}a`);
    expect(one).toHaveLength(100);
    expect(one).not.toBe(instanceName('dbo', `${'x'.repeat(120)}b`));
    expect(instanceName('dbo', 'Visits')).toBe('dbo_Visits');
  });
});

describe('sql disable', () => {
  const off = (facts: DatabaseFacts, all = false) => disablePlan(wish(), facts, all);
  const idsOff = (facts: DatabaseFacts, all = false) => off(facts, all).batches.map(({ id }) => id);

  it('takes back in the reverse order, its own record last', () => {
    expect(idsOff(ready())).toEqual([
      'release clinicmaster_cdc_debezium_signal',
      'release clinicmaster_cdc_heartbeat',
      'release dbo_Visits',
      'database-off',
      'snapshot-isolation-off',
      'role-off',
      'user-off',
      'login-off',
      'schema-off',
    ]);
  });

  it('leaves what is not on record, and says so', () => {
    const facts = ready({ made: ['cdc'] });
    const recorded = ['snapshot-isolation-off', 'user-off', 'login-off'];
    expect(idsOff(facts).filter((id) => recorded.includes(id))).toEqual([]);
    expect(off(facts).notes).toHaveLength(3);
    expect(idsOff(facts, true).filter((id) => recorded.includes(id))).toEqual(recorded);
  });

  it('leaves capture on where someone else captures', () => {
    const facts = ready({
      tables: [
        ...ready().tables!,
        table('billing', 'Invoices', 300, { instances: [{ name: 'theirs', role: 'auditors' }] }),
      ],
    });
    expect(idsOff(facts)).not.toContain('database-off');
    expect(idsOff(facts)).not.toContain('release theirs');
    expect(off(facts).notes.join()).toContain('someone else captures theirs');
  });

  it('leaves capture on where it was on before', () => {
    const facts = ready({ made: ['login', 'user', 'snapshot-isolation'] });
    expect(idsOff(facts)).not.toContain('database-off');
    expect(off(facts).notes.join()).toContain('it was on before');
    expect(idsOff(facts, true)).toContain('database-off');
  });

  it('turns capture off only when no table of anybody is left', () => {
    const sql = (all: boolean) => off(ready(), all).batches.find(({ id }) => id === 'database-off')?.sql;
    expect(sql(false)).toContain('IF NOT EXISTS (SELECT 1 FROM cdc.change_tables)');
    expect(sql(true)).not.toContain('cdc.change_tables');
  });

  it('has nothing to do on a bare database', () => {
    const bare = {
      ...ready({
        cdc: false,
        snapshotIsolation: 'OFF',
        login: { exists: false, sysadmin: false },
        user: null,
      }),
      principals: [],
      members: [],
      schemas: [{ id: 1, name: 'dbo' }],
      made: null,
    };
    expect(off(bare)).toEqual({ batches: [], notes: [] });
  });
});

describe('rights', () => {
  const members = [{ role_principal_id: 16_390, member_principal_id: USER_ID }];
  const visits = { kind: 'object', id: 100, schemaId: 1 } as const;
  const own = (right: string, state: string, classId = 1, majorId = 100) => ({
    class: classId,
    major_id: majorId,
    grantee_principal_id: USER_ID,
    permission_name: right,
    state,
  });

  it.each([
    ['db_datareader reads everything', members, [], true],
    ['a DENY wins over it', members, [own('SELECT', 'D')], false],
    ['a GRANT on the schema covers its tables', [], [own('SELECT', 'G', 3, 1)], true],
    ['a GRANT on another schema does not', [], [own('SELECT', 'G', 3, 2)], false],
    ['CONTROL of the database covers all', [], [own('CONTROL', 'G', 0, 0)], true],
    ['nothing comes from nothing', [], [], false],
    ['an owner needs none', [{ role_principal_id: 16_384, member_principal_id: USER_ID }], [], true],
  ])('%s', (_, memberships, permissions, expected) => {
    expect(rightsOf(USER_ID, memberships, permissions)('SELECT', visits)).toBe(expected);
  });
});

describe('every script', () => {
  const name = fc.oneof(
    fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }),
    fc.constantFrom(
      "x'; DROP TABLE dbo.Visits; --",
      'a]b',
      '[',
      "'",
      'a\nGO\nb',
      '*/',
      '--',
      '$(PATH)',
      'ELSE',
    ),
  );
  const head = { purpose: 'P.', maker: 'm', target: 't', seen: 's', unseen: [], notes: [] };

  it('is T-SQL, whatever things are called', () => {
    fc.assert(
      fc.property(name, name, name, fc.boolean(), (database, login, tableName, ownSchema) => {
        fc.pre([database, login, tableName].every((one) => one.trim() !== '' && !one.includes('\0')));
        const facts = {
          ...ready({
            cdc: false,
            user: null,
            members: [],
            permissions: [],
            snapshotIsolation: 'OFF',
            hasOwner: false,
          }),
          login: { exists: false, sysadmin: false },
          tables: [table('dbo', tableName, 100, { captured: false, instances: [] })],
          schemas: [],
          monitoring: { server: [], msdbUser: false, msdbTables: [] },
        };
        const all = wish({ database, login, ownSchema, monitoring: true, tableIncludeList: '.*' });
        const captured = {
          ...facts,
          cdc: true,
          tables: [table('dbo', tableName, 100)],
          made: ['login', 'user'],
        };
        const batches = [
          ...enablePlan(all, facts).batches,
          ...disablePlan(all, captured, true).batches,
          rotateBatch(login),
        ];
        for (const { id, sql } of batches) {
          expect(() => parseBatch(sql), `${id}\n${sql}`).not.toThrow();
        }
      }),
    );
  });

  it('keeps names inside its comments', () => {
    const bad = 'Visits\nDROP TABLE dbo.Patients\r--\u2028x';
    const facts = ready({
      tables: [table('dbo', bad, 100, { captured: false, instances: [] }), ...ready().tables!.slice(1)],
    });
    const { batches } = enablePlan(wish(), facts);
    const script = scriptText(
      batches.map((batch) => ({ ...batch, sql: 'SELECT 1;' })),
      { ...head, notes: [bad] },
    );
    const stray = script.split(/[\n\r\u2028]/).filter((line) => !/^(--.*|GO|SELECT 1;|)$/.test(line));
    expect(stray).toEqual([]);
  });

  it.each(['a\nGO\nDROP TABLE x --', '$(PATH)', 'a\u2028b'])(
    'leaves out what a script cannot name: %j',
    (bad) => {
      const strange = [
        table('dbo', bad, 100, { captured: false, instances: [] }),
        table('dbo', 'Gated', 101, { instances: [{ name: bad, role: bad }] }),
      ];
      const facts = ready({ tables: [...strange, ...ready().tables!.slice(1)] });
      const every = wish({ tableIncludeList: '[\\s\\S]*' });
      const plans = [enablePlan(every, facts), disablePlan(every, facts, true)];
      expect(JSON.stringify(plans.map(({ batches }) => batches))).not.toContain(
        JSON.stringify(bad).slice(1, -1),
      );
      expect(plans[0]?.notes.join()).toContain('left out');
      expect(scriptText(plans[0]!.batches, { ...head, notes: plans[0]!.notes })).not.toContain('$(P');
    },
  );

  it('ends each batch with GO, says what it costs and how to undo it', () => {
    const { batches } = enablePlan(wish(), { ...nothingSeen('X'), tables: [] });
    const script = scriptText(batches, head);
    expect(script.match(/^GO$/gm)).toHaveLength(batches.length);
    expect(script.match(/^-- {4}Cost: /gm)).toHaveLength(batches.length);
    expect(script.match(/^-- {4}Undo: /gm)).toHaveLength(batches.length);
    expect(script).toContain('stand-in of this project only');
  });

  it('takes a password as it is', () => {
    for (const password of ["a'b", '$&', '$(x)', "''"]) {
      const sql = withPassword(rotateBatch('x').sql, password);
      expect(sql).toContain(`PASSWORD = N'${password.replaceAll("'", "''")}'`);
      expect(sql).not.toContain(PASSWORD_PLACEHOLDER);
    }
  });
});
