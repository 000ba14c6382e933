import { describe, expect, it } from 'vitest';
import { CliError } from '../../../src/errors.ts';
import { createStyle } from '../../../src/ui/style.ts';
import { createOutput, terminalOptions } from '../../../src/ui/terminal-output.ts';

function recorder(format: 'text' | 'json' = 'text', verbose = false) {
  const written = { stdout: '', stderr: '' };
  const out = createOutput({
    format,
    verbose,
    color: false,
    unicode: true,
    width: 80,
    stdout: (text) => {
      written.stdout += text;
    },
    stderr: {
      live: false,
      write: (text) => {
        written.stderr += text;
      },
    },
  });
  return { out, written };
}

const ERROR = new CliError('kafka.tls', 'Kafka’s certificate is not trusted here.', {
  seen: 'self-signed certificate in certificate chain at kafka-1.example.org:9093, presented by a very long chain of authorities',
  needed: 'The CA of the central Kafka.',
  commands: [
    'clinicmaster-cdc init --kafka-ca ca.pem --a-long-flag so-that-the-line-would-have-to-wrap-at-eighty-columns',
  ],
  who: 'central-team',
  cause: new Error('inner', { cause: new Error('innermost') }),
});

describe('text', () => {
  it('says what happened, what was seen, what is needed, who, and what to type', () => {
    const { out, written } = recorder();
    out.error(ERROR);
    expect(written.stdout).toBe('');
    expect(written.stderr).toMatchInlineSnapshot(`
      "
      ✖ failed: Kafka’s certificate is not trusted here.

        Seen:    self-signed certificate in certificate chain at
                 kafka-1.example.org:9093, presented by a very long chain of
                 authorities
        Needed:  The CA of the central Kafka.
        Who:     the central data team
        Type:    clinicmaster-cdc init --kafka-ca ca.pem --a-long-flag so-that-the-line-would-have-to-wrap-at-eighty-columns
      "
    `);
  });

  it('shows causes only when asked to', () => {
    const quiet = recorder();
    quiet.out.error(ERROR);
    expect(quiet.written.stderr).not.toContain('inner');
    const verbose = recorder('text', true);
    verbose.out.error(ERROR);
    expect(verbose.written.stderr).toContain('caused by: Error: innermost');
  });

  it('ends each step with one line where there is no terminal', () => {
    const { out, written } = recorder();
    out.step('Image').unchanged('present');
    out.step('Container').succeed('started');
    out.step('Worker').fail();
    expect(written.stderr).toBe(
      '– Image: unchanged, present\n✔ Container: done, started\n✖ Worker: failed\n',
    );
  });
});

describe('json', () => {
  it('puts one object on stdout and everything else on stderr', () => {
    const { out, written } = recorder('json');
    out.note('working');
    out.step('x').succeed();
    out.result({ ok: true }, () => 'unused');
    expect(JSON.parse(written.stdout)).toEqual({ schemaVersion: 1, ok: true });
    expect(written.stderr).toContain('working');
  });

  it('gives an error the same parts as the text', () => {
    const { out, written } = recorder('json');
    out.error(ERROR);
    expect(JSON.parse(written.stdout)).toMatchObject({
      schemaVersion: 1,
      ok: false,
      error: { code: 'kafka.tls', who: 'central-team', exitCode: 3 },
    });
  });
});

describe('the terminal', () => {
  const streams = (isTTY: boolean, columns = 120) =>
    ({ stdout: { isTTY, columns }, stderr: { isTTY, columns } }) as never;
  const wishes = { json: false, verbose: false, color: true };

  it('gets colours only where they are wanted', () => {
    const color = (env: Record<string, string>, tty = true) =>
      terminalOptions(env, streams(tty), wishes).color;
    expect([color({}), color({ NO_COLOR: '1' }), color({ TERM: 'dumb' }), color({}, false)]).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect(terminalOptions({}, streams(true), { ...wishes, color: false }).color).toBe(false);
  });

  it('is taken as 80 columns where there is none, and as 100 at most', () => {
    expect([
      terminalOptions({}, streams(false), wishes).width,
      terminalOptions({}, streams(true, 250), wishes).width,
    ]).toEqual([80, 100]);
  });

  it('gets ASCII where it draws nothing else', () => {
    expect([
      terminalOptions({ LANG: 'C' }, streams(true), wishes).unicode,
      terminalOptions({ LANG: 'C.UTF-8' }, streams(true), wishes).unicode,
    ]).toEqual([false, true]);
    const windows = (env: Record<string, string>) =>
      terminalOptions(env, streams(true), wishes, 'win32').unicode;
    // The old console draws boxes, whatever the locale says.
    expect([
      windows({ LANG: 'en_US.UTF-8' }),
      windows({ WT_SESSION: 'x' }),
      windows({ TERM_PROGRAM: 'vscode' }),
    ]).toEqual([false, true, true]);
    expect(createStyle({ width: 80, color: false, unicode: false }).symbol('pass')).toBe('+');
  });
});

describe('wrapping', () => {
  const style = createStyle({ width: 40, color: false, unicode: true });
  const widest = (text: string) => Math.max(...text.split('\n').map((line) => [...line].length));

  it('keeps long words and wide letters inside the width', () => {
    expect(widest(style.wrap('x'.repeat(90), 4))).toBeLessThanOrEqual(40);
    expect(
      style
        .wrap('病院'.repeat(30))
        .split('\n')
        .every((line) => [...line].length * 2 <= 40),
    ).toBe(true);
  });

  it('keeps a table inside the width, its last column wrapped', () => {
    const table = style.table(
      ['setting', 'what'],
      [['KAFKA', 'a sentence that is much longer than the room that is left for it']],
    );
    expect(widest(table)).toBeLessThanOrEqual(40);
    expect(table.split('\n')[0]).toMatch(/^setting\s+what$/);
  });
});
