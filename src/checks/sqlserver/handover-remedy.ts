import type { Remedy } from '../types.ts';

/** More names than these make the command one for all tables that have changed. */
const MOST_NAMES = 5;

/** The way to a capture instance with the columns of today. @param tables sorted, each name once */
export function handover(tables: readonly string[]): Remedy {
  return {
    text:
      'Make a second capture instance beside the first, outside busy hours: this prints it for the DBA, or runs it with a ' +
      'DBA login and --apply. The connector goes over by itself; the same command again ends the old instance, and names the ' +
      'copy for rows that changed before the connector went over: they lack a new column.',
    commands: [handoverCommand(tables)],
    who: 'dba',
  };
}

/** `clinicmaster-cdc sql handover dbo.Visits`; without names where there are many, or one needs care when it is typed. */
export function handoverCommand(tables: readonly string[], ...flags: readonly string[]): string {
  const plain = tables.every((name) => /^[\w.]+$/.test(name)) && tables.length <= MOST_NAMES;
  return ['clinicmaster-cdc sql handover', ...flags, ...(plain ? tables : [])].join(' ');
}
