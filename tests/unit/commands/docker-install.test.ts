import { describe, expect, it } from 'vitest';
import { offerDocker } from '../../../src/commands/shared/docker-install.ts';
import type { Context } from '../../../src/context.ts';
import { CliError } from '../../../src/errors.ts';
import { createOutput } from '../../../src/ui/terminal-output.ts';

/** A machine on which Docker is absent, or cannot be used for the reason given. */
function machine(more: { code?: string; privileged?: boolean; answer?: boolean; fails?: boolean } = {}) {
  const { code = 'docker.absent', privileged = true, answer, fails } = more;
  const did: string[] = [];
  let there = code === '';
  let shown = '';
  const take = (text: string) => {
    shown += text;
  };
  const out = createOutput({
    format: 'text',
    verbose: false,
    color: false,
    unicode: true,
    width: 80,
    stdout: take,
    stderr: { write: take, live: false },
  });
  const context = {
    out,
    host: { platform: 'linux', privileged, home: '/root', cwd: '/', env: {} },
    signal: new AbortController().signal,
    interactive: answer !== undefined,
    docker: async () => {
      if (!there)
        throw new CliError(code, 'There is no Docker on this machine.', {
          seen: 'not there',
          needed: 'Docker Engine.',
        });
      return { info: async () => ({ serverVersion: '20.10.24' }) };
    },
    prompts: async () => ({
      confirm: async (message: string) => {
        did.push(message);
        return answer;
      },
    }),
    dockerSetup: async () => ({
      install: async (progress: (message: string) => void) => {
        if (fails) throw new CliError('docker.install-failed', 'The package servers cannot be reached.');
        progress('54 %, Unpacking docker.io');
        did.push('installed');
        there = true;
      },
    }),
  } as unknown as Context;
  return { context, did, shown: () => shown };
}

const QUESTION = 'Install it now (apt-get install docker.io), and start it at every boot?';

describe('Docker is offered where there is none', () => {
  it('with --install-docker: installed without a question', async () => {
    const { context, did, shown } = machine();
    await offerDocker(context, { installDocker: true, yes: true });
    expect(did).toEqual(['installed']);
    expect(shown()).toContain('docker.io 20.10.24 installed and running');
  });

  it.each([
    ['yes', true, [QUESTION, 'installed']],
    ['no', false, [QUESTION]],
  ])('at a terminal: asked, and %s is an answer', async (_, answer, expected) => {
    const { context, did } = machine({ answer });
    await offerDocker(context, {});
    expect(did).toEqual(expected);
  });

  it('never silently: not in a script, not with --yes alone', async () => {
    for (const [given, options] of [
      [machine(), {}],
      [machine({ answer: true }), { yes: true }],
    ] as const) {
      await offerDocker(given.context, options);
      expect(given.did).toEqual([]);
    }
  });

  it('to root alone', async () => {
    const asked = machine({ privileged: false, answer: true });
    await offerDocker(asked.context, {});
    expect(asked.did).toEqual([]);
    await expect(
      offerDocker(machine({ privileged: false }).context, { installDocker: true }),
    ).rejects.toMatchObject({
      code: 'docker.install-needs-root',
      commands: ['sudo clinicmaster-cdc init --install-docker'],
    });
  });

  it('not where Docker is, or is only stopped, or the system is another', async () => {
    for (const code of ['', 'docker.unreachable', 'docker.forbidden']) {
      const { context, did, shown } = machine({ code, answer: true });
      await offerDocker(context, { installDocker: true });
      expect(did).toEqual([]);
      expect(shown().includes('Docker is not installed by this program here')).toBe(code !== '');
    }
  });

  it('and a failure ends the run', async () => {
    const { context } = machine({ fails: true });
    await expect(offerDocker(context, { installDocker: true })).rejects.toThrow('package servers');
  });
});
