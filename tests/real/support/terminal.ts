import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { stripVTControlCharacters as plain } from 'node:util';
import { expect } from 'vitest';

/** The real program at a real terminal, which `script` (a part of every Debian) provides. */
export class Terminal {
  private shown = '';
  private all = '';
  private readonly child;
  readonly ended: Promise<number>;

  constructor(command: string) {
    this.child = spawn(
      'script',
      ['--quiet', '--return', '--command', `stty cols 80; ${command}`, '/dev/null'],
      {
        env: { PATH: process.env.PATH, HOME: process.env.HOME, LANG: 'C.UTF-8', TERM: 'xterm' },
      },
    );
    this.child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.shown += text;
    });
    this.ended = new Promise((resolve) => this.child.once('close', (code) => resolve(code ?? -1)));
  }

  /** Waits until a text stands on the screen; answers what came since the last call, to the end of that text. */
  async until(text: string, timeout = 15_000): Promise<string> {
    await expect.poll(() => this.shown, { timeout, interval: 50 }).toContain(text);
    const end = this.shown.indexOf(text) + text.length;
    const seen = this.shown.slice(0, end);
    this.shown = this.shown.slice(end);
    this.all += seen;
    return seen;
  }

  /** Answers a question of the wizard with a line. */
  async answer(question: string, line: string): Promise<void> {
    await this.until(question);
    this.type(`${line}\r`);
  }

  /** Picks from a list, by a part of its label: by number, or in a long list by searching. */
  async pick(question: string, label: string): Promise<void> {
    await this.until(question);
    const list = plain(await this.until('enter takes it'));
    const number = new RegExp(`(\\d+)\\. [^\\n]*${escaped(label)}`).exec(list)?.[1];
    this.type(number ?? label);
    await sleep(300);
    this.type('\r');
  }

  /** Everything that was waited for, without what moves the cursor. */
  get text(): string {
    return plain(this.all + this.shown);
  }

  type(text: string): void {
    this.child.stdin.write(text);
  }
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
