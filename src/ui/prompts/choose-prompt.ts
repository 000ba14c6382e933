import {
  createPrompt,
  isDownKey,
  isEnterKey,
  isSpaceKey,
  isTabKey,
  isUpKey,
  useKeypress,
  usePagination,
  usePrefix,
  useState,
} from '@inquirer/core';
import type { Choice } from './prompt-port.ts';
import type { PromptTheme } from './prompt-theme.ts';

const PAGE = 12;
const KEYS = 'type to search · space ticks · tab: all shown · enter when done';

/** A list to tick, cut to what was typed. The values that are ticked come in the list's order. */
export const choosePrompt = createPrompt<string[], Choice & { theme: PromptTheme }>((choice, done) => {
  const { message, options, theme, back } = choice;
  const [search, setSearch] = useState('');
  const [chosen, setChosen] = useState(options.filter((option) => option.chosen).map(({ value }) => value));
  const [active, setActive] = useState(0);
  const [finished, setFinished] = useState(false);
  const prefix = usePrefix({ status: finished ? 'done' : 'idle', theme });
  const shown = options.filter(({ label }) => label.toLowerCase().includes(search.toLowerCase()));
  const at = Math.min(active, Math.max(0, shown.length - 1));

  useKeypress((key, line) => {
    if (isEnterKey(key)) {
      setFinished(true);
      done(options.map(({ value }) => value).filter((value) => chosen.includes(value)));
    } else if (isUpKey(key) || isDownKey(key)) {
      if (shown.length > 0) setActive((at + (isUpKey(key) ? shown.length - 1 : 1)) % shown.length);
    } else if (isSpaceKey(key)) {
      keepSearch(line, search);
      const value = shown[at]?.value;
      if (value !== undefined) {
        setChosen(chosen.includes(value) ? chosen.filter((other) => other !== value) : [...chosen, value]);
      }
    } else if (isTabKey(key)) {
      keepSearch(line, search);
      const values = shown.map(({ value }) => value);
      const all = values.every((value) => chosen.includes(value));
      const others = chosen.filter((value) => !values.includes(value));
      setChosen(all ? others : [...others, ...values]);
    } else {
      setSearch(line.line);
      setActive(0);
    }
  });

  const keys = theme.style.help(theme.plain(back === true ? `${KEYS} · esc: back` : KEYS));
  const head = `${prefix} ${message}: ${chosen.length} of ${options.length}`;
  if (finished) return head;
  const page = usePagination({
    items: shown,
    active: at,
    pageSize: PAGE,
    loop: false,
    renderItem: ({ item, isActive }) => {
      const hint = item.hint === '' ? '' : `  (${item.hint})`;
      return `${isActive ? '>' : ' '} [${chosen.includes(item.value) ? 'x' : ' '}] ${item.label}${hint}`;
    },
  });
  return [`${head}  ${search}`, `${shown.length === 0 ? '  nothing has this in its name' : page}\n${keys}`];
});

/** Keys that act are no part of what is searched for. */
function keepSearch(
  line: { clearLine(direction: 0): void; write(text: string): void },
  search: string,
): void {
  line.clearLine(0);
  line.write(search);
}
