import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

/** The layout of docs/structure.md as data: what a room may import from which other room. */
const SRC = resolve(import.meta.dirname, '../src');

type Permission = 'all' | 'types';
interface Room {
  /** Other rooms: everything, or types alone. Its own room is always allowed. */
  may: Record<string, Permission>;
  /** Functions of data: no files, no clock, no environment, no network. */
  pure?: boolean;
}

const ROOMS: Record<string, Room> = {
  commands: {
    may: {
      adapters: 'types',
      bundle: 'all',
      central: 'all',
      checks: 'all',
      connector: 'all',
      context: 'types',
      errors: 'all',
      install: 'all',
      settings: 'all',
      shell: 'all',
      ui: 'all',
      units: 'all',
      // The completion of shells is made from the command tree.
      verbs: 'all',
    },
  },
  checks: {
    may: {
      adapters: 'types',
      connector: 'all',
      errors: 'all',
      settings: 'all',
      shell: 'all',
      units: 'all',
    },
  },
  central: {
    may: {
      adapters: 'types',
      checks: 'all',
      connector: 'all',
      errors: 'all',
      settings: 'all',
      shell: 'all',
      units: 'all',
    },
  },
  bundle: {
    may: { adapters: 'types', checks: 'all', connector: 'all', errors: 'all', settings: 'all', shell: 'all' },
  },
  install: {
    may: {
      adapters: 'types',
      connector: 'all',
      errors: 'all',
      settings: 'all',
      shell: 'all',
      ui: 'types',
      units: 'all',
    },
  },
  connector: { may: { adapters: 'types', errors: 'all' }, pure: true },
  settings: { may: { connector: 'all', errors: 'all' }, pure: true },
  adapters: { may: { errors: 'all', shell: 'all' } },
  ui: { may: { checks: 'types', errors: 'all', connector: 'types', settings: 'types', units: 'all' } },
  // The composition root and the entry stand above all rooms.
  context: { may: { adapters: 'all', ui: 'all' } },
  cli: { may: { commands: 'types', context: 'all', errors: 'all', ui: 'all', verbs: 'all' } },
  verbs: { may: { commands: 'all' } },
  errors: { may: {} },
  shell: { may: {}, pure: true },
  units: { may: {}, pure: true },
};

/** Libraries and parts of Node that reach the outside world. */
const OUTSIDE =
  /^(dockerode|kafkajs|mssql|pg|execa|tar-fs|tar-stream|node:(net|dgram|fs|fs\/promises|http|https|tls|dns|dns\/promises|child_process))$/;
const IMPURE_GLOBALS =
  /\b(process\.(env|argv|cwd)|Date\.now|new Date\(\)|Math\.random|fetch\(|setTimeout|setInterval)\b/;

interface Import {
  file: string;
  specifier: string;
  typeOnly: boolean;
}

/** Static and dynamic imports, and re-exports, of a source text. */
function importsOf(file: string, text: string): Import[] {
  const found: Import[] = [];
  const statements = /^(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm;
  for (const [, type, specifier = ''] of text.matchAll(statements)) {
    found.push({ file, specifier, typeOnly: type !== undefined });
  }
  for (const [, specifier = ''] of text.matchAll(/\bimport\('([^']+)'\)/g))
    found.push({ file, specifier, typeOnly: false });
  return found;
}

/** `commands/init.ts` → `commands`; `cli.ts` → `cli`. */
function roomOf(file: string): string {
  return (file.split('/')[0] ?? '').replace(/\.ts$/, '');
}

/** The rules that one import breaks, in words; empty when it is allowed. */
function broken({ file, specifier, typeOnly }: Import): string[] {
  const room = roomOf(file);
  if (!specifier.startsWith('.')) {
    const outside = OUTSIDE.test(specifier) && room !== 'adapters' && !typeOnly;
    const pathOrCrypto = /^node:(path|crypto|url|os)$/.test(specifier);
    const impure = ROOMS[room]?.pure === true && specifier.startsWith('node:') && !pathOrCrypto;
    return outside || impure ? [`${file} imports ${specifier}: only adapters reach the outside world`] : [];
  }
  const target = relative(SRC, resolve(SRC, dirname(file), specifier));
  const other = roomOf(target);
  if (target.startsWith('..'))
    return target === '../package.json' ? [] : [`${file} imports ${target} from outside src`];
  if (other === room) return isVerb(file) && isVerb(target) ? [`${file} imports the command ${target}`] : [];
  const permission = ROOMS[room]?.may[other];
  if (permission === undefined) return [`${file} imports ${target}: ${room} may not import ${other}`];
  return permission === 'types' && !typeOnly
    ? [`${file} imports ${target}: ${room} may take only types from ${other}`]
    : [];
}

/** A command stands directly in commands/; what commands share stands in commands/shared/. */
function isVerb(file: string): boolean {
  return /^commands\/[^/]+\.ts$/.test(file);
}

const sources = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
  .map((file) => ({ file, text: readFileSync(join(SRC, file), 'utf8') }));
const code = sources.map(({ file, text }) => ({ file, text: withoutComments(text) }));

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '');
}

describe('the house', () => {
  it('has imports in the allowed directions only', () => {
    const wrong = sources.flatMap(({ file, text }) => importsOf(file, text)).flatMap(broken);
    expect(wrong).toEqual([]);
  });

  it('has only the rooms that the layout names', () => {
    expect([...new Set(sources.map(({ file }) => roomOf(file)))].filter((room) => !(room in ROOMS))).toEqual(
      [],
    );
  });

  it('asks through ui/prompts alone', () => {
    const askers = sources
      .flatMap(({ file, text }) => importsOf(file, text))
      // An adapter may read lines from a stream.
      .filter(({ file, specifier }) =>
        roomOf(file) === 'adapters'
          ? /^(inquirer$|@inquirer\/)/.test(specifier)
          : /^(inquirer$|@inquirer\/|node:readline)/.test(specifier),
      )
      .map(({ file }) => dirname(file));
    expect([...new Set(askers)]).toEqual(['ui/prompts']);
  });

  it('prints through ui alone', () => {
    expect(
      code
        .filter(({ file, text }) => roomOf(file) !== 'ui' && /\bconsole\./.test(text))
        .map(({ file }) => file),
    ).toEqual([]);
  });

  it('never ends the process from inside', () => {
    expect(code.filter(({ text }) => /\bprocess\.exit\(/.test(text)).map(({ file }) => file)).toEqual([]);
    expect(
      code
        .filter(({ file, text }) => file !== 'cli.ts' && /process\.exitCode/.test(text))
        .map(({ file }) => file),
    ).toEqual([]);
  });

  it('keeps pure rooms free of clock, environment and chance', () => {
    const pure = code.filter(({ file }) => ROOMS[roomOf(file)]?.pure === true);
    expect(pure.filter(({ text }) => IMPURE_GLOBALS.test(text)).map(({ file }) => file)).toEqual([]);
  });

  it('has no barrels, no utils and no long files', () => {
    expect(
      sources.filter(({ file }) => /(^|\/)(index|utils?|helpers?)\b/.test(file)).map(({ file }) => file),
    ).toEqual([]);
    expect(sources.filter(({ text }) => text.split('\n').length > 300).map(({ file }) => file)).toEqual([]);
  });

  it('leaves no work undone in comments', () => {
    expect(
      sources.filter(({ text }) => /\b(TODO|FIXME|XXX|HACK)\b/.test(text)).map(({ file }) => file),
    ).toEqual([]);
  });
});

describe('the rule itself', () => {
  const judge = (file: string, text: string) => importsOf(file, text).flatMap(broken);

  it.each([
    ['checks/kafka/x.ts', "import { kafka } from '../../adapters/kafka.ts';", 'may take only types'],
    ['settings/x.ts', "import { plan } from '../install/plan.ts';", 'settings may not import install'],
    ['settings/x.ts', "import { readFile } from 'node:fs/promises';", 'only adapters'],
    ['install/x.ts', "const d = await import('dockerode');", 'only adapters'],
    ['commands/x.ts', "import { init } from './init.ts';", 'imports the command'],
    ['ui/x.ts', "export { plan } from '../install/plan.ts';", 'ui may not import install'],
    ['adapters/x.ts', "import { run } from '../commands/init.ts';", 'adapters may not import commands'],
  ])('forbids in %s: %s', (file, text, reason) => {
    expect(judge(file, text).join()).toContain(reason);
  });

  it('lets a room take an adapter as a type', () => {
    expect(judge('checks/x.ts', "import type { KafkaPort } from '../adapters/kafka-port.ts';")).toEqual([]);
  });
});
