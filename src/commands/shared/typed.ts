import { quoted, type Typist } from '../../shell.ts';
import type { Options } from './module.ts';

/** What to type to run a verb for the same facility again. */
export function typed(verb: string, options: Options, typist: Typist): string {
  const flags = ['dir', 'instance'].flatMap((name) => {
    const value = options[name];
    return typeof value === 'string' ? [`--${name}`, quoted(value, typist)] : [];
  });
  return ['clinicmaster-cdc', verb, ...flags].join(' ');
}
