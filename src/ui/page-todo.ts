import type { Outcome, Verdict } from '../checks/types.ts';
import type { Who } from '../errors.ts';
import { PERSON } from './error-text.ts';
import { html } from './html-text.ts';
import { OUTCOME_WORD } from './verdict-text.ts';

/** Something for somebody to do, as a page shows it. */
export interface Trouble extends Pick<Verdict, 'summary' | 'current' | 'required' | 'remedy'> {
  outcome: Outcome;
  title: string;
  /** In place of the outcome's own word. */
  word?: string;
  /** Small, below: by which name others find it. */
  id: string;
  /** Where to read on. */
  more?: string;
}

const SYMBOL: Record<Outcome, string> = { pass: '✔', warn: '▲', fail: '✖', unknown: '?', skip: '–' };
/** A page travels: its reader may sit elsewhere. */
const ON_PAPER = 'whoever looks after the machine at the facility';
const WHO: readonly Who[] = ['you', 'dba', 'network-admin', 'central-team'];

/** The troubles, one list for each person who must act, so that it can be handed over. */
export function todoHtml(troubles: readonly Trouble[]): string {
  if (troubles.length === 0) {
    return '<section><h2>What to do</h2><p>Nothing: all is as it should be.</p></section>';
  }
  const lists = [...WHO, undefined].map((who) => {
    const theirs = troubles.filter(({ remedy }) => remedy?.who === who);
    if (theirs.length === 0) return '';
    const head = who === undefined ? 'To know' : `For ${who === 'you' ? ON_PAPER : PERSON[who]}`;
    return `<h3>${html(head)}</h3>\n${theirs.map(troubleHtml).join('\n')}`;
  });
  return `<section>\n<h2>What to do</h2>\n${lists.filter((list) => list !== '').join('\n')}\n</section>`;
}

function troubleHtml({
  id,
  title,
  word,
  outcome,
  summary,
  current,
  required,
  remedy,
  more,
}: Trouble): string {
  const rows = [
    ['Seen', current],
    ['Needed', required],
    ['Do', remedy?.text],
  ].flatMap(([label, text]) => (text === undefined ? [] : [`<dt>${label}</dt><dd>${html(text)}</dd>`]));
  const code = [...(remedy?.commands ?? []), ...(remedy?.sql ?? [])];
  const type = code.length === 0 ? '' : `<dt>Type</dt><dd><pre>${html(code.join('\n'))}</pre></dd>`;
  const page = more === undefined ? '' : `<dt>More</dt><dd>${html(more)}</dd>`;
  return `<article class="${outcome}">
<h4>${badge(outcome, word)} ${html(title)}</h4>${summary === title ? '' : `\n<p>${html(summary)}</p>`}
<dl>${rows.join('')}${type}${page}</dl>
<p class="id">${html(id)}</p>
</article>`;
}

/** An outcome as a word and a symbol. @param word where another one than the outcome's is to stand there */
export function badge(outcome: Outcome, word: string = OUTCOME_WORD[outcome]): string {
  return `<span class="badge ${outcome}"><span aria-hidden="true">${SYMBOL[outcome]}</span> ${html(word)}</span>`;
}
