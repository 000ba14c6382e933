import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { completionTree } from '../../src/commands/shared/completion-tree.ts';
import { settingsKinds } from '../../src/settings/kinds.ts';
import type { CompletionCommand } from '../../src/ui/completion/tree.ts';
import { VERBS, type Verb } from '../../src/verbs.ts';
import { runCli } from '../fakes/run-cli.ts';
import { streamingFacility } from '../fakes/streaming-facility.ts';

const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;
const cli = (...argv: string[]) => runCli(streamingFacility(), ...argv);

let tree: CompletionCommand[];
const scripts: Record<string, string> = {};
beforeAll(async () => {
  tree = await completionTree();
  for (const shell of SHELLS) scripts[shell] = (await cli('completion', shell)).stdout;
});

describe('the tree of completion', () => {
  const at = (path: string) => tree.find((command) => command.path === path);
  const flags = (path: string) => at(path)?.flags.map(({ name }) => name) ?? [];

  it('holds every verb and its sub-verbs', () => {
    const paths = (verbs: readonly Verb[], above = ''): string[] =>
      verbs.flatMap(({ name, verbs: inner = [] }) => [
        `${above}${name}`,
        ...paths(inner, `${above}${name} `),
      ]);
    expect(tree.map(({ path }) => path).toSorted()).toEqual(['', ...paths(VERBS)].toSorted());
  });

  it('holds every flag of the table of settings, with its choices', () => {
    const { facility, central } = settingsKinds('0');
    for (const [path, fields] of [
      ['init', facility.fields] as const,
      ['central init', central.fields] as const,
    ]) {
      for (const { flag, choices } of fields) {
        if (flag === undefined) continue;
        const found = at(path)?.flags.find(({ name }) => name === flag.split(' ')[0]);
        expect(found?.value).toEqual(
          choices === undefined ? { kind: 'free' } : { kind: 'words', words: choices },
        );
      }
    }
  });

  it('holds what every --help says, and no more', async () => {
    for (const { path, commands } of tree) {
      const { stdout } = await cli(...path.split(' ').filter(Boolean), '--help');
      const [own = '', everywhere = ''] = stdout.split('\nGlobal Options:');
      const listed = (part: string) =>
        [...part.matchAll(/^ {2}(--[a-z][a-z0-9-]*)/gm)].map(([, name = '']) => name);
      const told = new Set(listed(own));
      // Besides its own flags, help lists the program's, and those of the command above.
      for (const name of ['--json', '--no-color', '--verbose']) {
        if (listed(everywhere).includes(name)) told.add(name);
      }
      expect([path, flags(path).toSorted()]).toEqual([path, [...told].toSorted()]);
      for (const { name } of commands) expect(stdout).toMatch(new RegExp(`^ {2}${name} `, 'm'));
    }
  });

  it.each([
    ['init', '--kafka-ca', 'files'],
    ['init', '--enrolment', 'files'],
    ['init', '--dir', 'folders'],
    ['init', '--name', 'free'],
    ['doctor', '--from', 'files'],
  ])('%s %s takes %s', (path, flag, kind) => {
    expect(at(path)?.flags.find(({ name }) => name === flag)?.value?.kind).toBe(kind);
  });
});

describe.each(SHELLS)('the script for %s', (shell) => {
  it('names every command, every flag and every choice', () => {
    const script = scripts[shell] ?? '';
    for (const { path, flags, commands } of tree) {
      for (const { name } of [...commands, ...flags]) {
        expect(script).toContain(shell === 'fish' ? name.replace(/^--/, '') : name);
      }
      if (path !== '') expect(script).toContain(path);
    }
    for (const word of ['SCRAM-SHA-512', 'verify-full', 'kafka-tls-hostname', 'KAFKA_PASS']) {
      expect(script).toContain(word);
    }
  });

  it('is quoted so that no description breaks out of it', () => {
    const text = (scripts[shell] ?? '').replaceAll(/^\s*#.*$/gm, '');
    // Escaped and doubled quotes taken away, quotes come in pairs on every line.
    const escaped = { bash: /\\'/g, zsh: /'\\''/g, fish: /\\\\|\\'/g, powershell: /''/g }[shell];
    const odd = text.split('\n').filter(
      (line) =>
        (line
          .replaceAll(escaped, '')
          .replaceAll(/"[^"]*"/g, '')
          .match(/'/g)?.length ?? 0) %
          2 ===
        1,
    );
    expect(odd).toEqual([]);
  });
});

describe('bash itself', () => {
  let dir: string;
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'completion-'));
    writeFileSync(join(dir, 'script.bash'), scripts.bash ?? '');
    writeFileSync(join(dir, 'kafka ca.pem'), '');
    mkdirSync(join(dir, 'my folder'));
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  /** What bash offers behind these words; the last one is being typed. */
  function offered(...words: string[]): string[] {
    const program = `
      source ./script.bash
      COMP_WORDS=(clinicmaster-cdc "$@"); COMP_CWORD=$#
      "$(complete -p clinicmaster-cdc | sed 's/.*-F \\([^ ]*\\).*/\\1/')"
      printf '%s\\n' "\${COMPREPLY[@]}"`;
    const printed = execFileSync('bash', ['--noprofile', '--norc', '-c', program, 'bash', ...words], {
      cwd: dir,
      encoding: 'utf8',
    });
    return printed.split('\n').filter((line) => line !== '');
  }

  it.each([
    [[''], VERBS.map(({ name }) => name)],
    [['stat'], ['status']],
    [['doctor', ''], ['explain']],
    [
      ['doctor', 'explain', 'kafka-tls-h'],
      ['kafka-tls-handshake', 'kafka-tls-hostname'],
    ],
    [['init', '--db-e'], ['--db-encrypt']],
    [
      ['init', '--db-encrypt', ''],
      ['true', 'false'],
    ],
    [['init', '--db-encrypt', '=', 'f'], ['false']],
    [
      ['init', '--db-encrypt', '='],
      ['true', 'false'],
    ],
    [['init', '--kafka-ca', 'ka'], ['kafka ca.pem']],
    [['init', '--dir', ''], ['my folder']],
    [
      ['central', 'init', '--warehouse-sslmode', 'verify'],
      ['verify-ca', 'verify-full'],
    ],
    [['config', 'explain', 'KAFKA_P'], ['KAFKA_PASS']],
    [['completion', ''], [...SHELLS]],
    // The value of a flag is no command, and a flag with a free value offers nothing.
    [['init', '--name', 'doctor', '--rest-p'], ['--rest-port']],
    [['init', '--name', ''], []],
    [['init', '--db-encrypt=true', '--rest-p'], ['--rest-port']],
    [['nonsense', '--db-e'], []],
  ])('offers behind %j: %j', (words, expected) => {
    expect(offered(...words)).toEqual(expected);
  });
});

describe('the command', () => {
  it.each([[[]], [['tcsh']], [['toString']]])('%j is usage', async (argv) => {
    expect((await cli('completion', ...argv)).exit).toBe(2);
  });
  it('answers in JSON too', async () => {
    const { stdout } = await cli('completion', 'bash', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ schemaVersion: 1, ok: true, shell: 'bash' });
  });
});
