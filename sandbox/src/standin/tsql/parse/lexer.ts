import { TsqlError } from '../../types.ts';
import type { Token, TokenKind } from './token.ts';

const NAME_START = /[\p{L}_#]/u;
const NAME_PART = /[\p{L}\p{Nd}_#@$]/u;
const NUMBER = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d*)?/y;
const TWO_CHARACTER_SYMBOLS = new Set([
  '<>',
  '<=',
  '>=',
  '!=',
  '!<',
  '!>',
  '+=',
  '-=',
  '*=',
  '/=',
  '%=',
  '&=',
  '|=',
  '^=',
  '::',
]);
const SYMBOLS = '()[],.;=<>+-*/%&|^~:';

/**
 * Splits T-SQL into tokens; comments vanish (block comments nest). The last token is of kind `end`.
 * Throws TsqlError 105 (open quote), 113 (open comment), 102 (a character T-SQL does not know), 1038 (empty name).
 */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let line = 1;

  const push = (kind: TokenKind, value: string, end: number): void => {
    const raw = text.slice(at, end);
    tokens.push({ kind, value, raw, start: at, end, line });
    for (const character of raw) if (character === '\n') line += 1;
    at = end;
  };

  /** Reads up to the closing quote, doubled ones being content. Returns content and the position after the quote. */
  const quoted = (from: number, quote: string): { content: string; end: number } => {
    let content = '';
    let position = from;
    for (;;) {
      const close = text.indexOf(quote, position);
      if (close < 0) {
        throw new TsqlError(
          105,
          `Unclosed quotation mark after the character string '${text.slice(from)}'.`,
          15,
        );
      }
      content += text.slice(position, close);
      if (text[close + 1] !== quote) return { content, end: close + 1 };
      content += quote;
      position = close + 2;
    }
  };

  const skipTo = (end: number): void => {
    for (; at < end; at += 1) if (text[at] === '\n') line += 1;
  };

  while (at < text.length) {
    const character = text[at] as string;
    const next = text[at + 1] ?? '';
    if (/\s|\u{feff}/u.test(character)) skipTo(at + 1);
    else if (character === '-' && next === '-') {
      const end = text.indexOf('\n', at);
      skipTo(end < 0 ? text.length : end);
    } else if (character === '/' && next === '*') skipTo(endOfComment(text, at));
    else if (character === "'") {
      const { content, end } = quoted(at + 1, "'");
      push('string', content, end);
    } else if ((character === 'N' || character === 'n') && next === "'") {
      const { content, end } = quoted(at + 2, "'");
      push('nstring', content, end);
    } else if (character === '[' || character === '"') {
      const { content, end } = quoted(at + 1, character === '[' ? ']' : '"');
      if (content === '') {
        throw new TsqlError(
          1038,
          'An object or column name is missing or empty. For SELECT INTO statements, verify each column has a name.',
          15,
          4,
        );
      }
      push('name', content, end);
    } else if (character === '0' && (next === 'x' || next === 'X')) {
      const digits = /[0-9a-fA-F]*/y;
      digits.lastIndex = at + 2;
      const value = digits.exec(text)?.[0] ?? '';
      push('binary', value, at + 2 + value.length);
    } else if (/\d/.test(character) || (character === '.' && /\d/.test(next))) {
      NUMBER.lastIndex = at;
      const value = NUMBER.exec(text)?.[0] ?? '';
      push(numberKind(value), value, at + value.length);
    } else if (character === '$' && /[\d.]/.test(next)) {
      const digits = /\d*\.?\d*/y;
      digits.lastIndex = at + 1;
      const value = digits.exec(text)?.[0] ?? '';
      push('money', value, at + 1 + value.length);
    } else if (character === '@') {
      const end = endOfName(text, at + 1);
      push('variable', text.slice(at, end), end);
    } else if (NAME_START.test(codePointAt(text, at))) {
      const end = endOfName(text, at);
      push('word', text.slice(at, end).toUpperCase(), end);
    } else if (TWO_CHARACTER_SYMBOLS.has(character + next)) push('symbol', character + next, at + 2);
    else if (SYMBOLS.includes(character)) push('symbol', character, at + 1);
    else throw new TsqlError(102, `Incorrect syntax near '${codePointAt(text, at)}'.`, 15);
  }
  tokens.push({ kind: 'end', value: '', raw: '', start: at, end: at, line });
  return tokens;
}

function numberKind(value: string): TokenKind {
  if (/e/i.test(value)) return 'float';
  return value.includes('.') ? 'decimal' : 'integer';
}

function codePointAt(text: string, at: number): string {
  return String.fromCodePoint(text.codePointAt(at) ?? 0);
}

function endOfName(text: string, from: number): number {
  let end = from;
  while (end < text.length) {
    const character = codePointAt(text, end);
    if (!NAME_PART.test(character)) break;
    end += character.length;
  }
  return end;
}

function endOfComment(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; ) {
    const pair = text.slice(at, at + 2);
    if (pair === '/*') depth += 1;
    if (pair === '*/') depth -= 1;
    at += pair === '/*' || pair === '*/' ? 2 : 1;
    if (depth === 0) return at;
  }
  throw new TsqlError(113, "Missing end comment mark '*/'.", 15);
}
