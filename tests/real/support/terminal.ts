import { spawn } from 'node:child_process';
import { expect } from 'vitest';

/** The real program at a real terminal, which `script` (a part of every Debian) provides. */
export class Terminal {
  private shown = '';
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

  /** Waits until a text stands on the screen; answers what came since the last call. */
  async until(text: string): Promise<string> {
    await expect.poll(() => this.shown, { timeout: 15_000, interval: 50 }).toContain(text);
    const seen = this.shown;
    this.shown = '';
    return seen;
  }

  type(text: string): void {
    this.child.stdin.write(text);
  }
}
