import { TsqlError } from '../../types.ts';
import type { Name } from '../ast/query.ts';
import { unsupported } from '../refusal.ts';
import { tokenize } from './lexer.ts';
import { RESERVED, type Token } from './token.ts';

/** Walks the tokens of a batch. Words are asked for in upper case. */
export class Cursor {
  readonly text: string;
  readonly #tokens: Token[];
  #at = 0;

  constructor(text: string) {
    this.text = text;
    this.#tokens = tokenize(text);
  }

  peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)] as Token;
  }

  next(): Token {
    const token = this.peek();
    if (token.kind !== 'end') this.#at += 1;
    return token;
  }

  /** The token before the current one: where a statement's text ends. */
  previous(): Token {
    return this.#tokens[Math.max(this.#at - 1, 0)] as Token;
  }

  atEnd(): boolean {
    return this.peek().kind === 'end';
  }

  /** True when the next tokens are these unquoted words. */
  isWord(...words: string[]): boolean {
    return words.every((word, index) => {
      const token = this.peek(index);
      return token.kind === 'word' && token.value === word;
    });
  }

  isSymbol(symbol: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === 'symbol' && token.value === symbol;
  }

  /** Takes the words if all of them come next. */
  accept(...words: string[]): boolean {
    if (!this.isWord(...words)) return false;
    this.#at += words.length;
    return true;
  }

  /** Takes one of the words if it comes next, and says which. */
  acceptOne<Word extends string>(...words: Word[]): Word | undefined {
    return words.find((word) => this.accept(word));
  }

  acceptSymbol(symbol: string): boolean {
    if (!this.isSymbol(symbol)) return false;
    this.#at += 1;
    return true;
  }

  expect(...words: string[]): void {
    for (const word of words) if (!this.accept(word)) throw this.error();
  }

  expectOne<Word extends string>(...words: Word[]): Word {
    const word = this.acceptOne(...words);
    if (word === undefined) throw this.error();
    return word;
  }

  expectSymbol(symbol: string): void {
    if (!this.acceptSymbol(symbol)) throw this.error();
  }

  /** SQL Server's syntax error at the current token: 156 near a keyword, else 102. */
  error(token: Token = this.peek()): TsqlError {
    const near = token.kind === 'end' ? this.previous() : token;
    if (near.kind === 'word' && RESERVED.has(near.value)) {
      return new TsqlError(156, `Incorrect syntax near the keyword '${near.raw}'.`, 15);
    }
    return new TsqlError(102, `Incorrect syntax near '${near.kind === 'name' ? near.value : near.raw}'.`, 15);
  }

  /** True when an identifier comes next: a quoted name or a word that is not reserved. */
  isIdentifier(ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === 'name' || (token.kind === 'word' && !RESERVED.has(token.value));
  }

  identifier(): string {
    if (!this.isIdentifier()) throw this.error();
    return spelling(this.next());
  }

  /** `a`, `a.b`, `a.b.c`, `a..c`; four parts name another server and are refused. */
  objectName(): Name {
    const parts = [this.identifier()];
    while (this.isSymbol('.') && (this.isIdentifier(1) || this.isSymbol('.', 1))) {
      this.next();
      parts.push(this.isSymbol('.') ? '' : this.identifier());
    }
    if (parts.length > 3) throw unsupported(parts.join('.'));
    return parts;
  }

  /** `item, item, …` */
  list<Item>(item: () => Item): Item[] {
    const items = [item()];
    while (this.acceptSymbol(',')) items.push(item());
    return items;
  }

  /** `( item, item, … )` */
  parenthesized<Item>(item: () => Item): Item[] {
    this.expectSymbol('(');
    const items = this.list(item);
    this.expectSymbol(')');
    return items;
  }

  integer(): number {
    const token = this.next();
    if (token.kind !== 'integer') throw this.error(token);
    return Number(token.value);
  }
}

/** A word's own spelling (its value is upper case), a quoted name's content. */
export function spelling(token: Token): string {
  return token.kind === 'word' ? token.raw : token.value;
}
