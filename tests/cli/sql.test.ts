import { describe, expect, it } from 'vitest';
import { hostFiles } from '../../src/adapters/files.ts';
import type { SqlServerAccess, SqlValue } from '../../src/adapters/sqlserver-port.ts';
import type { SqlScriptPort } from '../../src/adapters/sqlserver-script-port.ts';
import { run } from '../../src/cli.ts';
import type { Context } from '../../src/context.ts';
import type { Question } from '../../src/ui/prompts/prompt-port.ts';

const DBA_PASSWORD = 'the-dba-pass';
const DB_PASSWORD = "It's-a-secret-1";

/** A server without change data capture, of which a sysadmin sees everything. */
const SERVER = {
  version: '15.0.4355.3',
  edition: 'Standard Edition (64-bit)',
  engine_edition: 2,
  banner: 'Microsoft SQL Server 2019',
  name: 'ClinicMasterMOH',
  cdc: false,
  snapshot: 'OFF',
  has_owner: 1,
  sa_name: 'sa',
  asker: 'sa',
  asker_user: 'dbo',
  sysadmin: 1,
  db_owner: 1,
  view_definition: 1,
};
const VISITS = {
  schema_name: 'dbo',
  table_name: 'Visits',
  object_id: 100,
  schema_id: 1,
  tracked: false,
  in_memory: false,
  columnstore: 0,
};

/** What the questions of a handover are answered. */
function captureRows(text: string, captured: Scene['captured']): Record<string, SqlValue>[] {
  if (captured === undefined) return [];
  const columns = ['Id', 'Ward', ...captured.lacks];
  if (text.includes('AS partition_switch')) {
    return captured.instances.map((capture_instance, at) => ({
      schema_name: 'dbo',
      table_name: 'Visits',
      source_id: 100,
      object_id: 900 + at,
      capture_instance,
      role_name: 'gate',
      filegroup_name: null,
      net_changes: 0,
      index_name: null,
      partition_switch: 1,
      start_lsn: `0x0${at}`,
    }));
  }
  if (text.includes('FROM cdc.captured_columns ORDER'))
    return captured.instances.flatMap((_, at) =>
      ['Id', 'Ward'].map((name) => ({ object_id: 900 + at, name })),
    );
  if (text.includes('AS name FROM sys.columns')) return columns.map((name) => ({ object_id: 100, name }));
  if (text.includes('ic.key_ordinal')) return [{ object_id: 100, name: 'Id' }];
  if (!text.includes('WITH newest')) return [];
  return captured.lacks.map((column_name, at) => ({
    schema_name: 'dbo',
    table_name: 'Visits',
    capture_instance: captured.instances.at(-1) ?? '',
    role_name: 'gate',
    drift: 'not-captured',
    column_name,
    column_id: 3 + at,
    last_captured: 2,
    changes: captured.altered ?? 1,
  }));
}

interface Scene {
  env: Record<string, string>;
  server: Partial<typeof SERVER>;
  /** Answers to questions in their order; undefined: nobody sits there. */
  answers?: (string | boolean)[];
  stdin?: string;
  /** The connector's password is to be shown. */
  shows?: boolean;
  /** Names of the capture instances of dbo.Visits, the oldest first, and columns that the newest lacks. */
  captured?: { instances: string[]; lacks: string[]; may?: boolean; altered?: number };
  /** Batches that fail, by a part of their text, with what the server says. */
  broken?: [part: string, message: string];
}

async function play(argv: string[], scene: Partial<Scene> = {}) {
  const executed: string[] = [];
  const logins: SqlServerAccess[] = [];
  const asked: string[] = [];
  const answers = [...(scene.answers ?? [])];
  const next = async (message: string) => {
    asked.push(message);
    const answer = answers.shift();
    if (answer === undefined) throw new Error(`not expected: ${message}`);
    return answer;
  };
  const port = (access: SqlServerAccess): SqlScriptPort => {
    logins.push(access);
    const rows = (text: string): Record<string, SqlValue>[] => {
      if (text.includes('AS banner')) return [{ ...SERVER, ...scene.server }];
      if (text.includes('FROM sys.tables')) return [VISITS];
      if (text.includes('FROM sys.schemas')) return [{ id: 1, name: 'dbo' }];
      return captureRows(text, scene.captured);
    };
    return {
      address: `${access.host}:${access.port}`,
      open: async () => ({ ok: true, value: [] }),
      tls: () => Promise.reject(new Error('not part of this test')),
      query: async (text) =>
        scene.captured?.may === false && text.includes('cdc.')
          ? { ok: false, failure: { kind: 'sql', number: 229, message: 'The SELECT permission was denied' } }
          : { ok: true, value: rows(text) as never },
      execute: async (batch) => {
        executed.push(batch);
        const [part, message] = scene.broken ?? [];
        if (part === undefined || !batch.includes(part)) return { ok: true };
        return { ok: false, failure: { kind: 'sql', number: 1222, message: message ?? '' } };
      },
      close: async () => {},
    };
  };
  const written = { stdout: '', stderr: '' };
  const stream = (name: keyof typeof written) =>
    ({
      columns: 80,
      isTTY: false,
      write: (text: string) => {
        written[name] += text;
        return true;
      },
    }) as unknown as NodeJS.WriteStream;
  const unused = () => Promise.reject(new Error('not part of this test'));
  const exit = await run({
    argv: ['sql', ...argv],
    env: { NO_COLOR: '1', LANG: 'C.UTF-8' },
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    interactive: scene.answers !== undefined,
    signal: new AbortController().signal,
    context: async (invocation): Promise<Context> => ({
      ...invocation,
      host: { platform: 'linux', privileged: true, home: '/root', cwd: '/nowhere', env: scene.env ?? ENV },
      clock: { now: () => 0, sleep: async () => {} },
      files: { ...hostFiles(), read: async () => undefined },
      imageFiles: unused,
      dockerSetup: unused,
      prompts: async () => ({
        keys: '',
        text: async ({ message, check }: Question) => {
          const answer = String(await next(message));
          expect(check(answer)).toBeUndefined();
          return answer;
        },
        secret: async ({ message }: Question) => String(await next(message)),
        confirm: async (message: string) => (await next(message)) === true,
        choose: () => Promise.reject(new Error('not part of this test')),
        select: () => Promise.reject(new Error('not part of this test')),
      }),
      stdin: async () => scene.stdin ?? '',
      docker: unused,
      machine: unused,
      inside: unused,
      dhis2: unused,
      archive: unused,
      system: () => {
        throw new Error('not part of this test');
      },
      connect: unused,
      network: unused,
      postgres: unused,
      kafka: unused,
      sqlServer: async (access) => port(access),
      sqlScript: async (access) => port(access),
    }),
  });
  const everything = written.stdout + written.stderr + asked.join();
  for (const secret of scene.shows === true
    ? []
    : [DBA_PASSWORD, DB_PASSWORD, DB_PASSWORD.replace("'", "''")])
    expect(everything).not.toContain(secret);
  return { exit, executed, logins, asked, ...written };
}

const ENV = { DB_HOST: '10.0.0.5', DB_USER: 'cdc', DB_PASS: DB_PASSWORD };
const DBA = { ...ENV, SQL_DBA_USER: 'sa', SQL_DBA_PASS: DBA_PASSWORD };

describe('sql enable', () => {
  it('prints a script for a facility that is not installed yet, and changes nothing', async () => {
    const { exit, stdout, executed } = await play(['enable'], { env: DBA });
    expect(exit).toBe(0);
    expect(executed).toEqual([]);
    expect(stdout).toMatch(/^-- Prepares a database/);
    expect(stdout).toContain('EXEC sys.sp_cdc_enable_db;');
    expect(stdout).toContain("@source_name = N'Visits'");
    expect(stdout.split('\n').filter((line) => line === 'GO').length).toBeGreaterThan(8);
  });

  it('puts the connector’s password into the script only when told to', async () => {
    const { stdout } = await play(['enable', '--with-password'], { env: DBA, shows: true });
    expect(stdout).toContain("WITH PASSWORD = N'It''s-a-secret-1'");
    expect(stdout).not.toContain(DBA_PASSWORD);
  });

  it('shows each batch and goes on by y, stops by n', async () => {
    const { exit, executed, stdout, stderr } = await play(['enable', '--apply'], {
      env: DBA,
      answers: ['1433', 'ClinicMasterMOH', true, 'y', 'n'],
    });
    expect(executed).toHaveLength(1);
    expect(exit).toBe(3);
    expect(stderr).toContain('1 of 13');
    expect(stdout).toMatch(
      /was not\s+confirmed[\s\S]*Done, and staying done:[\s\S]*- Make the schema[\s\S]*Not done:/,
    );
  });

  it('runs all that follow by a, with the password in its place', async () => {
    const { exit, executed, stderr } = await play(['enable', '--apply'], {
      env: DBA,
      answers: ['1433', 'ClinicMasterMOH', true, 'a'],
    });
    expect(exit).toBe(0);
    expect(executed).toHaveLength(13);
    expect(executed.join()).toContain("WITH PASSWORD = N'It''s-a-secret-1'");
    expect(stderr).toMatch(/not yet on a\s+SQL Server/);
  });

  it('does without our own schema when the answer is no, and says the price', async () => {
    const { executed, stderr } = await play(['enable', '--apply'], {
      env: DBA,
      answers: ['1433', 'ClinicMasterMOH', false, 'a'],
    });
    expect(executed.join()).not.toContain('[clinicmaster_cdc]');
    expect(stderr).toContain('Without a schema of our own');
  });

  it('asks for the DBA and keeps nothing of him', async () => {
    const { exit, logins } = await play(['enable', '--apply'], {
      env: ENV,
      answers: ['1433', 'ClinicMasterMOH', 'sa', DBA_PASSWORD, true, 'a'],
    });
    expect(exit).toBe(0);
    expect(new Set(logins.map(({ user, password }) => `${user} ${password}`))).toEqual(
      new Set([`sa ${DBA_PASSWORD}`]),
    );
  });

  it('takes the DBA’s password from standard input', async () => {
    const { exit } = await play(['enable', '--apply', '--yes', '--passwords-stdin', '--dba-user', 'sa'], {
      stdin: `SQL_DBA_PASS=${DBA_PASSWORD}\n`,
    });
    expect(exit).toBe(0);
  });

  it('warns of the missing proof on a SQL Server only', async () => {
    const server = { banner: 'Microsoft SQL Server 2022 stand-in of clinicmaster-cdc (not a SQL Server)' };
    const { stderr } = await play(['enable', '--apply', '--yes'], { env: DBA, server });
    expect(stderr).not.toMatch(/not yet on a\s+SQL Server/);
  });

  it('stops at the first failure, and a server that quotes the password is not repeated', async () => {
    const { exit, executed, stdout } = await play(['enable', '--apply', '--yes', '--json'], {
      env: DBA,
      broken: ['CREATE LOGIN', `Incorrect syntax near '${DB_PASSWORD}'.`],
    });
    expect(exit).toBe(3);
    const { ok, changed, batches } = JSON.parse(stdout);
    expect([ok, changed]).toEqual([false, true]);
    expect(batches.map(({ state }: { state: string }) => state).slice(0, 4)).toEqual([
      'done',
      'done',
      'failed',
      'not-done',
    ]);
    expect(batches[2].seen).toContain('***');
    expect(executed).toHaveLength(3);
  });

  it.each<[string, string[], Partial<Scene>, string]>([
    ['nobody to confirm', ['enable', '--apply'], { env: DBA }, 'asks before each batch'],
    ['nobody to ask for the DBA', ['enable', '--apply', '--yes'], {}, 'login of a DBA is missing'],
    ['no password of the DBA', ['enable', '--dba-user', 'sa'], {}, 'login of a DBA is missing'],
    ['no host', ['enable'], { env: {} }, 'DB_HOST'],
    ['a retention that is none', ['enable', '--retention-days', 'x'], { env: DBA }, 'no number of days'],
    ['no name typed', ['disable'], { env: DBA }, 'was not confirmed'],
    ['another name typed', ['disable', '--confirm', 'Other'], { env: DBA }, 'was not confirmed'],
    [
      'no folder to write the password to',
      ['rotate', '--apply', '--yes'],
      { env: DBA },
      'No facility is set up',
    ],
  ])('exit code 2: %s', async (_, argv, scene, message) => {
    const { exit, stderr, executed } = await play(argv, scene);
    expect(stderr).toContain(message);
    expect(exit).toBe(2);
    expect(executed).toEqual([]);
  });

  it('refuses Express edition before anything is done', async () => {
    const { exit, executed } = await play(['enable', '--apply', '--yes'], {
      env: DBA,
      server: { engine_edition: 4 },
    });
    expect([exit, executed]).toEqual([3, []]);
  });
});

describe('sql disable', () => {
  it('does not guess what is captured', async () => {
    const { exit, stderr } = await play(['disable', '--confirm', 'ClinicMasterMOH'], {
      env: { DB_HOST: '10.0.0.5', DB_USER: 'cdc' },
    });
    expect(stderr).toContain('could not be seen');
    expect(exit).toBe(3);
  });

  it('has nothing to do where nothing was made', async () => {
    const { exit, stdout } = await play(['disable', '--apply', '--yes', '--confirm', 'ClinicMasterMOH'], {
      env: DBA,
    });
    expect(stdout).toContain('Nothing to do');
    expect(exit).toBe(0);
  });
});

describe('sql handover', () => {
  const changed = { env: DBA, captured: { instances: ['dbo_Visits'], lacks: ['Bed', 'Phone'] } };

  it('prints a second instance for a table that has changed, and the copy that comes last', async () => {
    const { exit, stdout, executed } = await play(['handover'], changed);
    expect([exit, executed]).toEqual([0, []]);
    expect(stdout).toContain("@capture_instance = N'dbo_Visits_v2', @role_name = N'gate'");
    expect(stdout.replace(/\n-- +/g, ' ')).toContain(
      "clinicmaster-cdc snapshot dbo.Visits --where '[Bed] IS NOT NULL OR [Phone] IS NOT NULL'",
    );
    expect(stdout).not.toContain('@captured_column_list');
  });

  it('leaves a column in the hospital that COLUMN_EXCLUDE_LIST keeps there', async () => {
    const env = { ...DBA, COLUMN_EXCLUDE_LIST: 'dbo\\.Visits\\.Phone' };
    const { stdout } = await play(['handover'], { ...changed, env });
    expect(stdout).toContain("@captured_column_list = N'[Id], [Ward], [Bed]'");
    const all = { ...DBA, COLUMN_EXCLUDE_LIST: 'dbo\\.Visits\\.(Phone|Bed)' };
    expect((await play(['handover'], { ...changed, env: all })).stdout).toContain('Nothing to do');
  });

  it('runs it with a DBA, and names the same command as the next one', async () => {
    const { exit, executed, stdout } = await play(['handover', 'Visits', '--apply', '--yes'], changed);
    expect(exit).toBe(0);
    expect(executed).toHaveLength(1);
    expect(stdout).toContain('clinicmaster-cdc sql handover --apply');
  });

  it('ends nothing where the facility, and so the connector’s position, is not known', async () => {
    const captured = { instances: ['dbo_Visits', 'dbo_Visits_v2'], lacks: [] };
    for (const flags of [[], ['--finish'], ['--undo']]) {
      const ran = await play(['handover', ...flags, '--apply', '--yes'], { env: DBA, captured });
      expect([ran.exit, ran.executed]).toEqual([2, []]);
      expect(ran.stderr).toContain('No facility is set up');
    }
  });

  it.each<[string, string[], Partial<Scene>, number, string]>([
    ['nothing changed', [], { captured: { instances: ['dbo_Visits'], lacks: [] } }, 0, 'Nothing to do'],
    [
      'a column that was left out when the capture began',
      [],
      { captured: { instances: ['dbo_Visits'], lacks: ['Phone'], altered: 0 } },
      0,
      'Nothing to do',
    ],
    ['nothing to finish', ['--finish'], changed, 0, 'Nothing to finish'],
    ['nothing to undo', ['--undo'], changed, 0, 'Nothing to undo'],
    ['a table that is not captured', ['Bills'], changed, 2, 'No captured table is called Bills'],
    ['both halves', ['--finish', '--undo'], changed, 2, 'do not go together'],
    ['no duration', ['--patience', 'long'], changed, 2, '--patience takes a duration'],
    [
      'no right to see the capture',
      [],
      { captured: { instances: ['dbo_Visits'], lacks: [], may: false } },
      3,
      'could not be seen',
    ],
  ])('%s', async (_, flags, scene, code, message) => {
    const { exit, executed, stdout, stderr } = await play(['handover', ...flags], { env: DBA, ...scene });
    expect([exit, executed, stdout + stderr]).toEqual([code, [], expect.stringContaining(message)]);
  });
});

describe('sql release', () => {
  it.each<[string, string[], string]>([
    ['without a facility, whose position proves that all is sent', ['dbo.Visits'], 'No facility is set up'],
    ['without a table', [], "Missing required argument 'table'"],
    ['with a patience that is none', ['Visits', '--patience', 'long'], '--patience takes a duration'],
  ])('does nothing %s', async (_, flags, message) => {
    const captured = { instances: ['dbo_Visits'], lacks: [] };
    const ran = await play(['release', ...flags, '--apply', '--yes'], { env: DBA, captured });
    expect([ran.exit, ran.executed]).toEqual([2, []]);
    expect(ran.stderr).toContain(message);
  });

  it('names its own help where the command was typed wrongly', async () => {
    expect((await play(['release'], { env: DBA })).stderr).toContain('clinicmaster-cdc sql release --help');
  });
});

describe('sql rotate', () => {
  it('prints the statement and says what comes next', async () => {
    const { exit, stdout } = await play(['rotate'], { env: DBA });
    expect(stdout).toContain("ALTER LOGIN [cdc] WITH PASSWORD = N'$(ConnectorPassword)'");
    expect(stdout).toContain('sql rotate --finish');
    expect(exit).toBe(0);
  });
});
