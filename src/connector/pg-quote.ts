/** A name as PostgreSQL takes it, whatever it holds. */
export function pgIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text; as `E''` where there is a backslash, so that it holds whatever standard_conforming_strings is. */
export function pgLiteral(text: string): string {
  const quoted = `'${text.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`;
  return text.includes('\\') ? `E${quoted}` : quoted;
}
