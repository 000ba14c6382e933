import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { checkStream } from '../../../src/ui/check-stream.ts';
import { createStyle } from '../../../src/ui/style.ts';

const STYLE = createStyle({ width: 40, color: false, unicode: true });

/** A terminal as far as the stream uses it: lines, up, clear below. */
class Terminal {
  readonly live = true;
  lines: string[] = [''];
  private row = 0;

  write(text: string): void {
    for (const [part] of text.matchAll(/\u001b\[(\d+)A|\r|\u001b\[0J|\n|[^\u001b\r\n]+/g)) {
      const up = /^\u001b\[(\d+)A$/.exec(part);
      if (up !== null) this.row -= Number(up[1]);
      else if (part === '\u001b[0J') this.lines.length = this.row;
      else if (part === '\n') this.row++;
      else if (part !== '\r') this.lines[this.row] = (this.lines[this.row] ?? '') + part;
      this.lines[this.row] ??= '';
    }
  }
}

describe('checks as they come', () => {
  it('stand on the terminal while others run, one line each, and make room at the end', async () => {
    const terminal = new Terminal();
    terminal.write('$ clinicmaster-cdc doctor\n');
    const stream = checkStream('Checks', terminal, STYLE, true);
    stream.add('pass', 'Docker answers', '27.1.1');
    stream.add('fail', 'Kafka can be reached', 'Packets to kafka-1.example.org:9093 get no answer.');
    await wait(400);
    expect(terminal.lines.slice(1, 3)).toEqual([
      '✔ Docker answers: ok. 27.1.1',
      '✖ Kafka can be reached: failed. Packet…',
    ]);
    expect(terminal.lines[3]).toMatch(/^ {2}Checks: 2 done, \d s$/);
    for (let at = 0; at < 20; at++) stream.add('pass', `Check ${at}`, 'fine');
    await wait(200);
    // The latest, and never more than stand on the smallest screen.
    expect(terminal.lines.filter((line) => line !== '')).toHaveLength(1 + 8 + 1);
    stream.end();
    expect(terminal.lines.filter((line) => line !== '')).toEqual([
      '$ clinicmaster-cdc doctor',
      '✔ Checks: done, 22 done',
    ]);
  });

  it('is one line where nothing can be drawn over', () => {
    const written: string[] = [];
    const stream = checkStream('Checks', { live: false, write: (text) => written.push(text) }, STYLE, true);
    stream.add('pass', 'Docker answers', '27.1.1');
    stream.end();
    expect(written).toEqual(['✔ Checks: done, 1 done\n']);
  });
});
