/** The name that SQL Server would make up for a constraint: kind, parts of table and column, and a hexadecimal tail. */
export function systemName(
  kind: 'PK' | 'UQ' | 'DF' | 'CK' | 'FK',
  schema: string,
  table: string,
  columns: string[],
): string {
  const tail = checksum(`${kind}.${schema}.${table}.${columns.join('.')}`);
  switch (kind) {
    case 'PK':
    case 'UQ':
      return `${kind}__${table.slice(0, 8)}__${tail}${checksum(`${tail}.${table}`)}`;
    default:
      return `${kind}__${table.slice(0, 9)}__${(columns[0] ?? '').slice(0, 5)}__${tail}`;
  }
}

/** FNV-1a, eight upper-case hexadecimal digits. */
function checksum(text: string): string {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash.toString(16).toUpperCase().padStart(8, '0');
}
