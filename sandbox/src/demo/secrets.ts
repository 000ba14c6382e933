/** A secret with the name under which a finding may tell of it: the value itself is never printed. */
export interface Secret {
  name: string;
  value: string;
}

export interface Leak {
  secret: string;
  /** How it was spelled: plain, base64, JSON, URL. */
  form: string;
  place: string;
}

interface Needle {
  secret: string;
  form: string;
  bytes: Buffer;
}

/** A shorter text occurs by chance. */
const SHORTEST = 6;

/** Looks for secrets in what others can read. */
export class SecretScan {
  readonly leaks: Leak[] = [];
  /** Bytes that were looked through, by kind of place. */
  readonly scanned = new Map<string, number>();
  private readonly needles: Needle[];
  private readonly seen = new Set<string>();

  constructor(secrets: readonly Secret[]) {
    this.needles = secrets.flatMap((secret) => needlesOf(secret));
  }

  /**
   * @param kind what the place is, for {@link scanned}: topic, log, REST …
   * @param place which one
   */
  look(kind: string, place: string, content: Buffer | string): void {
    const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
    this.scanned.set(kind, (this.scanned.get(kind) ?? 0) + bytes.length);
    for (const { secret, form, bytes: needle } of this.needles) {
      if (!bytes.includes(needle)) continue;
      const id = `${secret}/${form}/${kind}/${place}`;
      if (this.seen.has(id)) continue;
      this.seen.add(id);
      this.leaks.push({ secret, form, place: `${kind} ${place}` });
    }
  }
}

/**
 * The spellings of a secret that occur in the wild: as it is, inside JSON (once and twice escaped), in a URL, in an option
 * of a JAAS line, in a shell's or Compose's quotes, and in base64 wherever it starts in the encoded text.
 */
export function needlesOf({ name, value }: Secret): Needle[] {
  const json = (text: string) => JSON.stringify(text).slice(1, -1);
  const bytes = Buffer.from(value, 'utf8');
  const forms: [string, string][] = [
    ['plain', value],
    ['JSON', json(value)],
    ['JSON in JSON', json(json(value))],
    ['URL', encodeURIComponent(value)],
    ['form', new URLSearchParams({ v: value }).toString().slice(2)],
    ['quoted', value.replaceAll("'", "'\\''")],
    ['Compose', value.replaceAll('$', '$$$$')],
    ['hex', bytes.toString('hex')],
    ['UTF-16', bytes.toString('utf8').split('').join('\0')],
    ...[0, 1, 2].flatMap((shift): [string, string][] => {
      const core = base64Core(bytes, shift);
      return [
        ['base64', core],
        ['base64url', core.replaceAll('+', '-').replaceAll('/', '_')],
      ];
    }),
  ];
  const unique = new Map<string, Needle>();
  for (const [form, text] of forms) {
    if (text.length >= SHORTEST && !unique.has(text)) {
      unique.set(text, { secret: name, form, bytes: Buffer.from(text, 'utf8') });
    }
  }
  return [...unique.values()];
}

/** The part of the base64 text that does not depend on what stands before and after the secret. */
function base64Core(bytes: Buffer, shift: number): string {
  const text = Buffer.concat([Buffer.alloc(shift), bytes])
    .toString('base64')
    .replace(/=+$/, '');
  const start = shift === 0 ? 0 : shift + 1;
  const end = (shift + bytes.length) % 3 === 0 ? text.length : text.length - 1;
  return text.slice(start, end);
}
