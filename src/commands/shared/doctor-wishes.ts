import type { Command } from 'commander';
import { CliError, EXIT } from '../../errors.ts';
import { parseDuration } from '../../settings/duration.ts';
import type { Options } from './module.ts';

/** What the flags of `doctor` ask for. */
export interface DoctorWishes {
  list: boolean;
  /** Ids and areas; empty for all. */
  only: readonly string[];
  deep: boolean;
  /** Cure what can be cured. */
  fix: boolean;
  short: boolean;
  strict: boolean;
  /** File for the page. */
  html?: string;
  /** Bundle to judge instead of this machine. */
  from?: string;
  /** Milliseconds between two looks. */
  watchMs?: number;
  /** Milliseconds to go on trying. */
  waitMs?: number;
}

const WATCH_SECONDS = '10';

export function addDoctorFlags(command: Command): void {
  command
    .option('--only <check,…>', 'only these checks or areas, and what they need')
    .option('--deep', 'those checks too that take long or leave a trace')
    .option('--list', 'list the checks and do nothing')
    .option('--short', 'show problems only')
    .option('--html <file>', 'write the answer as a page to print or to send')
    .option('--watch [duration]', `look again and again; every ${WATCH_SECONDS}s if not said`)
    .option('--wait <duration>', 'try what fails again until all is well, for 30s, 5m or 2h at most')
    .option('--from <bundle>', 'judge a support bundle instead of this machine')
    .option('--strict', 'exit code 4 when something is not certain or not as it should be');
}

/** @throws CliError (usage) for flags that do not go together and for no duration */
export function doctorWishes(options: Options): DoctorWishes {
  const text = (name: string) => (typeof options[name] === 'string' ? options[name] : undefined);
  const watch = options.watch === true ? WATCH_SECONDS : text('watch');
  const wait = text('wait');
  const html = text('html');
  const from = text('from');
  refuseTogether(options);
  return {
    list: options.list === true,
    only: (text('only') ?? '')
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
    deep: options.deep === true,
    fix: options.fix === true,
    short: options.short === true,
    strict: options.strict === true,
    ...(html === undefined ? {} : { html }),
    ...(from === undefined ? {} : { from }),
    ...(watch === undefined ? {} : { watchMs: parseDuration(watch, '--watch') }),
    ...(wait === undefined ? {} : { waitMs: parseDuration(wait, '--wait') }),
  };
}

/** What contradicts itself: a bundle does not change, and a watch has no end at which to write a page. */
const APART: readonly (readonly [string, string])[] = [
  ['from', 'watch'],
  ['from', 'wait'],
  ['from', 'deep'],
  ['from', 'dir'],
  ['from', 'instance'],
  ['from', 'fix'],
  ['watch', 'fix'],
  ['watch', 'wait'],
  ['watch', 'html'],
];

function refuseTogether(options: Options): void {
  const pair = APART.find((flags) => flags.every((flag) => options[flag] !== undefined));
  if (pair === undefined) return;
  throw new CliError('doctor.flags', `--${pair[0]} and --${pair[1]} do not go together.`, {
    exitCode: EXIT.usage,
    needed: 'One of the two.',
    commands: ['clinicmaster-cdc doctor --help'],
  });
}
