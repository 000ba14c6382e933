import { describe, expect, it } from 'vitest';
import { VERBS, type Verb } from '../../src/verbs.ts';
import { runCli } from '../fakes/run-cli.ts';
import { streamingFacility } from '../fakes/streaming-facility.ts';

const cli = (...argv: string[]) => runCli(streamingFacility(), ...argv);

describe('the command line', () => {
  it('teaches by --help', async () => {
    const { exit, stdout } = await cli('--help');
    expect(exit).toBe(0);
    expect(stdout).toMatchInlineSnapshot(`
      "Usage: clinicmaster-cdc [options] [command]

      Installs and looks after the change data capture of a hospital's ClinicMaster
      database into a national warehouse.

      Options:
        --version   print the version
        --json      print the answer as JSON on stdout
        --no-color  no colours
        --verbose   say more, and show the cause of an error
        --help      show help

      Commands:
        init        install a facility, or complete and correct an installation
        status      is it healthy? container, worker, connector, position, heartbeat
        doctor      every check, with what to do and who must do it
        logs        what the worker says, made readable: traces grouped and explained
        stop        end in order and stay stopped until start
        start       start what was stopped, and wait until it streams
        restart     connector and task anew, or only what has failed, or the container
        pause       read no more for a while; worker and container stay up
        resume      read on after pause
        upgrade     another image; what does not stream is taken back by itself
        rotate      new passwords for SQL Server or Kafka, tried before they are
                    written
        bundle      one file for somebody who helps: no password and no patient in it
        image       build, fetch, save and load the image; compare it with its pin
        tables      what streams: tables, keys, capture, drift; choose tables and
                    columns
        snapshot    copy tables again while changes go on streaming: estimate,
                    progress, pause
        recover     after a loss that nobody saw: which recovery applies, if any
        sql         T-SQL for the database, printed for the DBA or run with a DBA
                    login
        config      the settings: each value and where it came from; their JSON schema
        completion  a script that completes commands, flags and values in your shell
        uninstall   take a facility off this machine; rows, position and capture stay
        central     the central site: the sink that fills the warehouse

      Start here:
        $ clinicmaster-cdc           asks, tries each answer, checks all, then installs
        $ clinicmaster-cdc <command> --help

      Exit codes:
        0 ok   1 bug   2 usage or missing answer   3 failed check or unhealthy
        4 warnings with --strict   130 cancelled

      No telemetry. NO_COLOR is honoured.
      "
    `);
  });

  it.each([['init'], ['central', 'init'], ['status'], ['doctor'], ['uninstall']])(
    '%s --help has examples and fits 80 columns',
    async (...verb) => {
      const { exit, stdout } = await cli(...verb, '--help');
      expect(exit).toBe(0);
      expect(stdout).toContain('Examples:\n  $ ');
      const [flags = ''] = stdout.split('\nPasswords');
      expect(flags.split('\n').filter((line) => line.startsWith('  -') && line.length > 80)).toEqual([]);
    },
  );

  const paths = (verbs: readonly Verb[], above: string[] = []): string[][] =>
    verbs.flatMap(({ name, verbs: below = [] }) => [[...above, name], ...paths(below, [...above, name])]);

  it.each(paths(VERBS).map((path) => [path.join(' '), path] as const))(
    '%s --help fits 80 columns, but for commands to copy',
    async (_, path) => {
      const { stdout } = await cli(...path, '--help');
      const lines = stdout.split('\n');
      const toCopy = (at: number) => /^ {2}\$ /.test(lines[at] ?? '') || (lines[at - 1] ?? '').endsWith('\\');
      const long = lines.filter((line, at) => line.length > 80 && !toCopy(at) && / \S/.test(line.trim()));
      expect(long).toEqual([]);
      const flags = [...stdout.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(([, flag]) => flag);
      expect(flags.filter((flag, at) => flags.indexOf(flag) !== at)).toEqual([]);
    },
  );

  it.each([
    [['inti'], "Unknown command 'inti'", 'clinicmaster-cdc --help'],
    [[], 'A command is missing.', 'clinicmaster-cdc --help'],
    [['central'], 'A command is missing.', 'clinicmaster-cdc central --help'],
    [['init', '--foo'], "Unknown option '--foo'", 'clinicmaster-cdc init --help'],
    [['init', '--db-pass', 'x'], "Unknown option '--db-pass'", 'clinicmaster-cdc init --help'],
  ])('%j is usage: %s', async (argv, message, command) => {
    const { exit, stderr } = await cli(...argv);
    expect(exit).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).toContain(`Type:    ${command}`);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('prints the version, and JSON for an error where JSON is wanted', async () => {
    expect((await cli('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    const { stdout } = await cli('nope', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      schemaVersion: 1,
      ok: false,
      error: { code: 'usage', exitCode: 2 },
    });
  });
});
