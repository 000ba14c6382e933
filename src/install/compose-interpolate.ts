import { CliError } from '../errors.ts';
import type { Values } from '../settings/field.ts';

const REFERENCE =
  /\$(?:(?<escaped>\$)|(?<plain>[A-Za-z_][A-Za-z0-9_]*)|\{(?<name>[A-Za-z_][A-Za-z0-9_]*)(?:(?<rule>:?[-?])(?<word>[^}]*))?\}|(?<invalid>))/g;

/**
 * Replaces `$X`, `${X}`, `${X-default}`, `${X:-default}`, `${X?message}`, `${X:?message}` and `$$`, as both Composes do.
 * Values are put in as they are and never read again for references.
 * @throws CliError for a required value that is missing and for a `$` that is none of these
 */
export function interpolate(text: string, values: Values): string {
  return text.replace(REFERENCE, (whole, ...rest) => {
    const groups = rest.at(-1) as Record<string, string | undefined>;
    if (groups.escaped !== undefined) return '$';
    const name = groups.plain ?? groups.name;
    if (name === undefined)
      throw composeError(`"${text}" holds a $ that is no reference; write $$ for a dollar sign`);
    return resolveReference(name, groups.rule ?? '', groups.word ?? '', values) ?? whole;
  });
}

function resolveReference(name: string, rule: string, word: string, values: Values): string {
  const value = values[name];
  const given = rule.startsWith(':') ? value !== undefined && value !== '' : value !== undefined;
  if (given && value !== undefined) return value;
  if (rule.endsWith('?')) throw composeError(`${name} has no value${word === '' ? '' : `: ${word}`}`);
  return rule.endsWith('-') ? word : '';
}

/** The error for a compose file that this program cannot follow. */
export function composeError(seen: string): CliError {
  return new CliError('install.compose', 'The compose file cannot be followed.', {
    seen,
    needed: 'The compose file as this program brings it, or one that uses the same keys.',
    commands: ['docker compose config'],
  });
}
