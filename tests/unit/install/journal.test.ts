import { describe, expect, it } from 'vitest';
import type { FilesPort } from '../../../src/adapters/files-port.ts';
import { cutOff, cutOffText, type Journal, readJournal, runJournal } from '../../../src/install/journal.ts';
import type { Step } from '../../../src/install/step.ts';

const PATH = '/fac/journal.json';
const step = (id: string): Step => ({
  id,
  title: `Step ${id}`,
  done: async () => undefined,
  run: async () => '',
});
const result = (id: string) => {
  return { id, title: `Step ${id}`, outcome: 'changed' as const, detail: 'made', ms: 5 };
};

/** A folder in which everything that was written can be looked at. */
function folder(text?: string) {
  const written: { text: string; mode: number }[] = [];
  const files = {
    read: async () => written.at(-1)?.text ?? text,
    makeDir: async () => {},
    writeAtomically: async (_: string, content: string, mode: number) =>
      void written.push({ text: content, mode }),
  } as unknown as FilesPort;
  const clock = { now: () => Date.parse('2026-11-24T10:32:00Z'), sleep: async () => {} };
  const journal = (former?: Journal) =>
    runJournal({ files, clock, path: PATH }, { program: '0.1.0', command: 'init' }, former);
  const onDisk = async () => (await readJournal(files, PATH)).journal;
  return { files, written, journal, onDisk };
}

describe('the journal of a run', () => {
  it('stands on disk after each call, for its owner alone', async () => {
    const { written, journal, onDisk } = folder();
    const run = journal();
    const states = async () => (await onDisk())?.steps.map(({ id, state }) => `${id} ${state}`);
    await run.started(step('a'), [{ kind: 'network', name: 'n' }]);
    expect(await states()).toEqual(['a started']);
    await run.done(result('a'));
    expect(await states()).toEqual(['a done']);
    await run.started(step('b'), []);
    await run.failed(step('b'), 'docker.refused');
    expect(await states()).toEqual(['a done', 'b failed']);
    expect(await onDisk()).toMatchObject({ made: [{ kind: 'network', name: 'n' }], dir: '/fac' });
    expect(new Set(written.map(({ mode }) => mode))).toEqual(new Set([0o600]));
  });

  it('is not written where nothing was changed, unless an earlier one did not end', async () => {
    const { written, journal, onDisk } = folder();
    const idle = journal();
    await idle.done({ ...result('a'), outcome: 'unchanged' });
    await idle.finished();
    expect(written).toEqual([]);

    const cut = journal();
    await cut.started(step('a'), [{ kind: 'folder', name: '/fac' }]);
    const next = journal(await onDisk());
    await next.finished();
    expect(await onDisk()).toMatchObject({
      finishedAt: '2026-11-24T10:32:00.000Z',
      made: [{ kind: 'folder', name: '/fac' }],
    });
  });

  it('forgets what was taken back', async () => {
    const { journal, onDisk } = folder();
    const run = journal();
    const network = { kind: 'network' as const, name: 'n' };
    await run.started(step('a'), [network, { kind: 'container', name: 'n' }]);
    await run.gone([network]);
    expect((await onDisk())?.made).toEqual([{ kind: 'container', name: 'n' }]);
  });
});

describe('cutOff', () => {
  const base = { schemaVersion: 1 as const, program: '0.1.0', command: 'init', dir: '/fac', made: [] };
  const at = '2026-11-24T10:32:00.000Z';
  const done = { id: 'folder', title: '', state: 'done' as const, at };
  it.each<[string, Journal, string | undefined]>([
    [
      'none in a run that came to its end',
      { ...base, startedAt: at, finishedAt: at, steps: [done] },
      undefined,
    ],
    [
      'a step that began',
      { ...base, startedAt: at, steps: [done, { ...done, id: 'container', state: 'started' }] },
      'The run of init at 2026-11-24 10:32 UTC was cut off in the step "container"; this one goes on from there.',
    ],
    [
      'between two steps',
      { ...base, startedAt: at, steps: [done] },
      'The run of init at 2026-11-24 10:32 UTC was cut off after the step "folder"; this one goes on from there.',
    ],
    [
      'Ctrl-C',
      { ...base, startedAt: at, steps: [{ ...done, state: 'failed', code: 'cancelled' }] },
      'The run of init at 2026-11-24 10:32 UTC was cancelled in the step "folder"; this one goes on from there.',
    ],
  ])('finds %s', (_, journal, text) => {
    const cut = cutOff(journal);
    expect(cut === undefined ? undefined : cutOffText(cut)).toBe(text);
  });
});

describe('readJournal', () => {
  it.each(['', '{}', '[]', '{"schemaVersion":2}', 'null'])('does not believe %j', async (text) => {
    expect(await readJournal(folder(text).files, PATH)).toEqual({ trouble: expect.stringContaining(PATH) });
  });
});
