const ESCAPES: Record<string, string> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\x0b' };

/** A quoted string as Java's StreamTokenizer reads it, with which Kafka takes a JAAS line apart. @throws when it is none */
export function readJaas(quoted: string): string {
  if (!/^"(?:\\.|[^"\\])*"$/su.test(quoted)) throw new Error(`no quoted string: ${quoted}`);
  return quoted
    .slice(1, -1)
    .replace(/\\([0-7]{1,3}|.)/gsu, (_, what: string) =>
      /^[0-7]/.test(what) ? String.fromCharCode(Number.parseInt(what, 8)) : (ESCAPES[what] ?? what),
    );
}
