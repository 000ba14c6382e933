/**
 * The lists of regular expressions that Debezium reads (SQL Server connector 3.6.1, its RegExSplitter and Predicates): commas
 * separate, a backslash keeps the character after it together with it, blanks around an expression do not count, and an
 * expression is matched against the whole of a name without regard to the case of ASCII letters.
 */

/** The expressions of a list, as they reach the matcher. */
export function splitList(list: string): string[] {
  const parts: string[] = [];
  let part = '';
  for (let at = 0; at < list.length; at++) {
    const char = list[at] ?? '';
    if (char === ',') {
      parts.push(part);
      part = '';
    } else if (char === '\\') {
      part += char + (list[at + 1] ?? '');
      at++;
    } else part += char;
  }
  return [...parts, part].map((text) => text.trim().replaceAll('\\,', ',')).filter((text) => text !== '');
}

/** The matcher of one expression. @throws SyntaxError when it cannot be read */
export function wholeMatch(expression: string): (name: string) => boolean {
  const pattern = new RegExp(`^(?:${expression})$`, 'i');
  return (name) => pattern.test(name);
}

/** The matcher of a list. @throws SyntaxError when an expression cannot be read */
export function listMatch(list: string): (name: string) => boolean {
  const expressions = splitList(list).map(wholeMatch);
  return (name) => expressions.some((matches) => matches(name));
}

/**
 * The expression that matches exactly this name. Whatever a list, a key's `:` and `;`, a `.env` file or a shell could read
 * as something else stands as its code, so that one spelling goes through all of them; only a dot keeps its usual form.
 */
export function literal(name: string): string {
  return name.replace(/[^\p{L}\p{M}\p{N}_\u{10000}-\u{10ffff}]/gu, (char) => {
    if (char === '.') return '\\.';
    const code = char.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`;
  });
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}

/**
 * The one name that an expression stands for, or undefined where it could match another one. A dot without its backslash
 * counts as a dot: `dbo.Visits` is what people write.
 */
export function plainName(expression: string): string | undefined {
  const tokens = expression.match(/\\x[0-9a-f]{2}|\\u[0-9a-f]{4}|\\[^A-Za-z0-9]|[^\\*+?^${}()|[\]]/giu) ?? [];
  if (tokens.join('') !== expression) return undefined;
  return tokens.map(plainChar).join('');
}

function plainChar(token: string): string {
  const code = /^\\[xu]([0-9a-f]+)$/i.exec(token)?.[1];
  if (code !== undefined) return String.fromCodePoint(Number.parseInt(code, 16));
  return token.startsWith('\\') ? token.slice(1) : token;
}

/** Equal as Debezium compares: without regard to the case of letters. */
export function sameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
