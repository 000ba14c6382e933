import type { Statement } from '../ast/statement.ts';
import { Cursor } from './cursor.ts';
import { parseExecute } from './execute.ts';
import { type Bare, parseStatement } from './statement.ts';

/**
 * Parses a batch: a list of statements, with or without semicolons. A batch may begin with a procedure's name alone.
 * Throws TsqlError: 102, 156 (syntax), 105, 113 (open quote, comment), 40510, 40517 (known, but refused here) and
 * those of the data types. Nothing of a batch with an error runs, as on SQL Server.
 */
export function parseBatch(text: string): Statement[] {
  const cursor = new Cursor(text);
  const place = (bare: Bare, start: { start: number; line: number }): Statement =>
    ({ ...bare, text: text.slice(start.start, cursor.previous().end), line: start.line }) as Statement;
  const statement = (): Statement => {
    const start = cursor.peek();
    return place(parseStatement(cursor, statement), start);
  };

  const statements: Statement[] = [];
  while (cursor.acceptSymbol(';'));
  if (cursor.isIdentifier() && !cursor.isWord('THROW')) {
    const start = cursor.peek();
    statements.push(place(parseExecute(cursor, true), start));
  }
  for (;;) {
    while (cursor.acceptSymbol(';'));
    if (cursor.atEnd()) return statements;
    statements.push(statement());
  }
}
