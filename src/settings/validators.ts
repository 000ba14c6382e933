import * as z from 'zod';
import { parseWindow } from '../connector/copy-window.ts';
import { FACILITY_ID } from '../connector/names.ts';

/** Sample values that people leave in place; two facilities with the same one would share their streams. */
const PLACEHOLDERS =
  /^(12345|123456|1234567890|67890|54321|00+|1+|x+|abc+|y?our[-_ ]?(?:code|uid)|facility[-_ ]?(?:code|uid)|dhis2[-_ ]?(?:code|uid)|uid|code|test(?:ing)?|example|sample|change[-_ ]?(?:me|it)|todo|tb[da]|none|null|unknown|n[/-]?a)$/i;
/** `cdc.central.*` names the sink's own group and topics. */
const RESERVED_IDS = /^central$/i;
/** Control characters, broken surrogate pairs and the two separators that some readers take for line ends. */
const CONTROL = /[\p{Cc}\p{Cs}\u2028\u2029]/u;
const HOST_NAME = /^(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})(\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,62}))*\.?$/;
const IPV6 = /^[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*$/;
const LOOPBACK = /^(localhost|127(\.\d+){3}|::1|\[::1\])$/i;

/** Any text on one line, trimmed. */
export function line(what: string, max: number): z.ZodType<string, string> {
  return z
    .string()
    .transform((text) => text.trim())
    .refine((text) => text !== '', `${what} is empty.`)
    .refine((text) => !CONTROL.test(text), `${what} must be one line without control characters.`)
    .refine((text) => text.length <= max, `${what} is longer than ${max} characters.`);
}

/** Kept to the last blank: a password is never trimmed. */
export function password(what: string): z.ZodType<string, string> {
  return z
    .string()
    .refine((text) => text !== '', `${what} is empty.`)
    .refine(
      (text) => !CONTROL.test(text),
      `${what} holds a line break or a control character; it must be one line.`,
    )
    .refine((text) => text.length <= 256, `${what} is longer than 256 characters.`);
}

/** The same rule, or nothing at all. */
export function optional(rule: z.ZodType<string, string>): z.ZodType<string, string> {
  return z.string().superRefine((text, context) => {
    const result = text === '' ? undefined : rule.safeParse(text);
    for (const { message } of result?.error?.issues ?? []) context.addIssue({ code: 'custom', message });
  });
}

/** The facility's DHIS2 code: data, spelled as the registry spells it (case matters). */
export function facilityCode(): z.ZodType<string, string> {
  return z
    .string()
    .refine((text) => text !== '', 'The DHIS2 code is empty.')
    .refine((text) => text.trim() === text || /\s/.test(text.trim()), {
      message:
        'The DHIS2 code begins or ends with a blank. Copy it from the facility registry without blanks.',
    })
    .refine((text) => !/\s/.test(text.trim()), {
      message: 'The DHIS2 code holds a blank. Copy it from the facility registry without blanks.',
    })
    .refine((text) => !CONTROL.test(text) && !/\p{Cf}/u.test(text), {
      message: 'The DHIS2 code holds a character that cannot be seen. Type it instead of copying it.',
    })
    .refine((text) => text.length <= 50, 'The DHIS2 code is longer than 50 characters.')
    .refine(
      (text) => !PLACEHOLDERS.test(text),
      'That is a sample, not a DHIS2 code. Ask the central team for the code of this facility.',
    );
}

/** Name part of topics, group and connector; empty = the code itself. */
export function facilityId(): z.ZodType<string, string> {
  return z
    .string()
    .refine(
      (text) => text === '' || FACILITY_ID.test(text),
      'The facility id may hold letters, digits and hyphens, begins with a letter or digit, and has at most 50.',
    )
    .refine((text) => !RESERVED_IDS.test(text), 'The facility id "central" is taken by the central sink.')
    .meta({ pattern: '^([A-Za-z0-9][A-Za-z0-9-]{0,49})?$' });
}

/** Hours of the night, in the hospital's time; empty, or the word that takes hours back = at once. */
export function copyWindow(): z.ZodType<string, string> {
  return z
    .string()
    .transform((text) => text.trim().replace(/^at-once$/i, ''))
    .refine(
      (text) => text === '' || parseWindow(text) !== undefined,
      'A window is written 22:00-05:00, or 22:00-05:00+02:00 where the clock is not East Africa Time (UTC+3); at-once is none.',
    );
}

export function port(): z.ZodType<number, string> {
  return z
    .string()
    .refine(
      (text) => /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65535,
      'A port is a number from 1 to 65535.',
    )
    .transform(Number)
    .meta({ pattern: '^[0-9]{1,5}$' });
}

export function wholeNumber(min: number, max: number): z.ZodType<number, string> {
  return z
    .string()
    .refine(
      (text) => /^\d{1,9}$/.test(text) && Number(text) >= min && Number(text) <= max,
      `Give a whole number from ${min} to ${max}.`,
    )
    .transform(Number)
    .meta({ pattern: '^[0-9]{1,9}$' });
}

/** A whole number in a range, or one word that stands for something else. */
export function wholeNumberOr(word: string, min: number, max: number): z.ZodType<number, string> {
  return z
    .string()
    .refine(
      (text) => text === word || (/^\d{1,9}$/.test(text) && Number(text) >= min && Number(text) <= max),
      `Give ${word}, or a whole number from ${min} to ${max}.`,
    )
    .transform(Number)
    .meta({ pattern: `^(${word}|[0-9]{1,9})$` });
}

/** A PostgreSQL database whose name can stand in a JDBC address. */
export function databaseName(): z.ZodType<string, string> {
  return z
    .string()
    .transform((text) => text.trim())
    .refine(
      (text) => /^[A-Za-z0-9._-]{1,63}$/.test(text),
      'The database name may hold letters, digits, dots, hyphens and underscores.',
    );
}

/** A host that the container must reach: loopback would be the container itself. */
export function host(what: string, portKey: string): z.ZodType<string, string> {
  return z
    .string()
    .transform((text) => text.trim())
    .refine((text) => text !== '', `${what} is empty.`)
    .refine(
      (text) => !text.includes('\\'),
      `A named instance does not work here: give the host alone and the instance's port in ${portKey}.`,
    )
    .refine(
      (text) => !/[,;]/.test(text) && !/^[^:]+:\d+$/.test(text),
      `Give the host alone; its port goes into ${portKey}.`,
    )
    .refine(
      (text) => !LOOPBACK.test(text),
      'Inside the container that name means the container itself. For a server on this machine give host.docker.internal.',
    )
    .refine((text) => isHost(text), `${what} must be a host name or an IP address.`);
}

/** The address of a web server; a password has no place in it. */
export function webAddress(): z.ZodType<string, string> {
  return z
    .string()
    .transform((text) => text.trim().replace(/\/+$/, ''))
    .refine((text) => {
      const url = URL.canParse(text) ? new URL(text) : undefined;
      return (
        url !== undefined &&
        /^https?:$/.test(url.protocol) &&
        url.username === '' &&
        url.search + url.hash === ''
      );
    }, 'Give an address such as https://hmis.example.org, without a user, a password or a query.');
}

/** `host:port`, separated by commas. */
export function brokers(): z.ZodType<readonly string[], string> {
  return z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((entry) => entry.trim())
        .filter((entry) => entry !== ''),
    )
    .refine((entries) => entries.length > 0, 'Give at least one broker as host:port.')
    .superRefine((entries, context) => {
      for (const entry of entries) {
        const problem = brokerProblem(entry);
        if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
      }
    });
}

function brokerProblem(entry: string): string | undefined {
  const match = /^(?:\[(?<v6>[^\]]+)\]|(?<name>[^:]+)):(?<port>\d{1,5})$/.exec(entry);
  const name = match?.groups?.v6 ?? match?.groups?.name;
  const number = Number(match?.groups?.port);
  if (name === undefined || !isHost(name))
    return `"${entry}" is not host:port, as in kafka-1.example.org:9093.`;
  if (number < 1 || number > 65535) return `"${entry}" has no valid port (1 to 65535).`;
  if (LOOPBACK.test(name))
    return `"${entry}" would mean the container itself; give an address that the container reaches.`;
  return undefined;
}

function isHost(text: string): boolean {
  return HOST_NAME.test(text) || IPV6.test(text);
}

/** One of a few texts, with the list of them: a row of the table takes both. */
export function choice<const T extends readonly [string, ...string[]]>(
  choices: T,
): { schema: z.ZodType<T[number], string>; choices: T } {
  const schema = z
    .string()
    .refine((text) => choices.includes(text), `Choose one of: ${choices.join(', ')}.`)
    .transform((text) => text as T[number]);
  return { schema, choices };
}

export function truth(): { schema: z.ZodType<boolean, string>; choices: readonly string[] } {
  const schema = z
    .string()
    .refine((text) => text === 'true' || text === 'false', 'Say true or false.')
    .transform((text) => text === 'true');
  return { schema, choices: ['true', 'false'] };
}

/** Suffix of a second instance on one host, with or without its leading hyphen; the value comes without. */
export function instance(): z.ZodType<string, string> {
  return z
    .string()
    .transform((text) => text.trim().replace(/^-/, ''))
    .refine(
      (text) => text === '' || /^[a-z0-9][a-z0-9-]{0,29}$/.test(text),
      'An instance is named by up to 30 small letters, digits and hyphens.',
    );
}

/** A Docker image reference. */
export function image(): z.ZodType<string, string> {
  return z
    .string()
    .transform((text) => text.trim())
    .refine(
      (text) => /^[a-z0-9][a-z0-9._:/@-]*$/i.test(text),
      'Give an image reference such as registry/name:tag.',
    );
}

/** Memory as Docker takes it: digits and a unit. */
export function memory(): z.ZodType<string, string> {
  return z
    .string()
    .refine((text) => /^\d+[bkmg]?$/i.test(text), 'Give memory as a number and a unit, as in 512m or 1g.')
    .meta({ pattern: '^[0-9]+[bkmgBKMG]?$' });
}

/** Options of the JVM, separated by blanks; the entrypoint splits them and quotes nothing. */
export function jvmOptions(): z.ZodType<string, string> {
  return z
    .string()
    .refine(
      (text) => /^[-\w.:=+,/ ]{0,200}$/.test(text),
      'Give JVM options separated by blanks, as in -Xms64m -Xmx384m.',
    );
}
