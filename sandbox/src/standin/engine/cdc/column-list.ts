import { TsqlError } from '../../types.ts';
import type { Column, Table } from '../catalogue/model.ts';

/** Reads `a, [b c], "d"` as names. @throws TsqlError 22965 for an open quote. */
export function parseColumnList(list: string): string[] {
  const names: string[] = [];
  const pattern = /\s*(?:\[((?:[^\]]|\]\])*)\]|"((?:[^"]|"")*)"|([^,[\]"]+?))\s*(?:,|$)/gy;
  while (pattern.lastIndex < list.length) {
    const match = pattern.exec(list);
    if (!match) {
      throw new TsqlError(
        22965,
        "A quoted column in the column list is not properly terminated. Verify that columns are correctly delimited and retry the operation. For more information, see 'Delimited Identifiers' in Books Online.",
      );
    }
    const [, bracketed, quoted, plain] = match;
    names.push(bracketed?.replaceAll(']]', ']') ?? quoted?.replaceAll('""', '"') ?? plain ?? '');
  }
  return names;
}

/** The columns of that list, in the table's order. @throws TsqlError 22930. */
export function capturedList(source: Table, names: string[], place: string): Column[] {
  const wanted = new Set(names.map((name) => name.toLowerCase()));
  const known = new Set(source.columns.map((column) => column.name.toLowerCase()));
  const unknown = names.find((name) => !known.has(name.toLowerCase()));
  if (unknown !== undefined) {
    throw new TsqlError(
      22930,
      `Could not locate '${unknown}' as a column of source table '${place}'. Specify a valid column name.`,
    );
  }
  return source.columns.filter((column) => wanted.has(column.name.toLowerCase()));
}
