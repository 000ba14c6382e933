import type { Style } from './output.ts';

const INDENT = 4;

/**
 * A page of the documentation for the terminal: paragraphs wrapped, a table's rows one below the other, code as it is. Knows the
 * Markdown that our pages use, and no more.
 */
export function pageText(markdown: string, style: Style): string {
  return blocksOf(markdown)
    .map((block) => blockText(block, style))
    .join('\n\n');
}

/** Lines that belong together: a heading, a paragraph, a list, a table, a piece of code. */
function blocksOf(markdown: string): string[][] {
  const blocks: string[][] = [];
  let block: string[] = [];
  let inCode = false;
  const end = () => {
    if (block.length > 0) blocks.push(block);
    block = [];
  };
  for (const line of markdown.replace(/\r\n/g, '\n').split('\n')) {
    const fence = line.startsWith('```');
    if (fence && !inCode) end();
    if (!inCode && (line.trim() === '' || line.startsWith('#'))) end();
    if (inCode || line.trim() !== '') block.push(line);
    if (fence && inCode) end();
    if (!inCode && line.startsWith('#')) end();
    inCode = fence ? !inCode : inCode;
  }
  end();
  return blocks;
}

function blockText(block: readonly string[], style: Style): string {
  const [first = ''] = block;
  if (first.startsWith('```')) return codeText(block, style);
  if (first.startsWith('#')) return style.bold(inline(first.replace(/^#+\s*/, ''), style));
  if (first.startsWith('|')) return tableText(block, style);
  if (LIST_ITEM.test(first)) return listText(block, style);
  return style.wrap(inline(block.map((line) => line.trim()).join(' '), style));
}

/** Never wrapped: it is there to be copied. */
function codeText(block: readonly string[], style: Style): string {
  const lines = block.filter((line) => !line.startsWith('```'));
  return lines.map((line) => `${' '.repeat(INDENT)}${style.command(line)}`.trimEnd()).join('\n');
}

function tableText(block: readonly string[], style: Style): string {
  const [head = [], , ...rows] = block.map(cells);
  return rows
    .map(([name = '', ...rest]) => {
      const lines = rest.map((cell, index) => {
        const label = rest.length > 1 && cell !== '' ? `${head[index + 1]}: ` : '';
        return style.wrap(inline(`${label}${cell}`, style), INDENT);
      });
      return [style.bold(inline(name, style)), ...lines.filter((line) => line !== '')].join('\n');
    })
    .join('\n');
}

/** `\|` is a bar inside a cell. */
function cells(row: string): string[] {
  const inner = row.trim().replace(/^\||\|$/g, '');
  return inner.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll('\\|', '|'));
}

const LIST_ITEM = /^\s*(?:[-*]|\d+\.)\s+/;

function listText(block: readonly string[], style: Style): string {
  const items: string[] = [];
  for (const line of block) {
    if (LIST_ITEM.test(line)) items.push(line.trim());
    else items.push(`${items.pop() ?? ''} ${line.trim()}`);
  }
  return items
    .map((item) => {
      const mark = /^(?:[-*]|\d+\.)/.exec(item)?.[0] ?? '-';
      const text = style.wrap(inline(item.replace(LIST_ITEM, ''), style), INDENT).trimStart();
      return `${(mark === '*' ? '-' : mark).padStart(INDENT - 1)} ${text}`;
    })
    .join('\n');
}

/** Emphasis and code lose their marks; a link keeps its words, and its address where it leads out of the package. */
function inline(text: string, style: Style): string {
  return text
    .replace(/\[([^\]]+)\]\((https?:[^)]+)\)/g, '$1 ($2)')
    .replace(/\[([^\]]+)\]\([^)]+\)/g, '$1')
    .replace(/\*\*([^*]+)\*\*/g, (_, words: string) => style.bold(words))
    .replace(/`([^`]+)`/g, (_, code: string) => style.command(code));
}
