import { unsupported } from './refusal.ts';

/**
 * Accepts the collations that compare as this server does, by code point, and refuses the others: to read them and still
 * tell `a` from `A` would give wrong answers without a word. Throws TsqlError 40517.
 */
export function requireBinaryCollation(name: string): void {
  if (/^DATABASE_DEFAULT$/i.test(name) || /_BIN2?(_UTF8)?$/i.test(name)) return;
  throw unsupported(`COLLATE ${name}`);
}
