/** A PostgreSQL identifier in double quotes. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A PostgreSQL string literal (standard_conforming_strings is on in every connection of the stand-in). */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
