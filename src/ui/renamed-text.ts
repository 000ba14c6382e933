import type { Renamed } from '../connector/warehouse-rename.ts';
import type { Style } from './output.ts';

/** What becomes of the old name, and the statements that the central team may run. Statements are never wrapped. */
export function renamedText({ was, is, sql }: Renamed, style: Style): string {
  const said = style.wrap(
    `The facility was called “${was}” and is called “${is}” now. Rows that arrive from now on carry the new name; rows that the ` +
      'warehouse has already keep the old one until they change. Nothing is copied again for it. ' +
      (sql.length > 0
        ? 'To rename them, the central team runs this in the warehouse, at a quiet hour (docs/moves.md):'
        : 'To rename them, see docs/moves.md.'),
    2,
  );
  return [said, ...sql.map((statement) => `    ${style.command(statement)}`)].join('\n');
}
