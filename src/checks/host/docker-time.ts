import type { FacilityCheck } from '../context.ts';
import { fail, pass, warn } from '../verdicts.ts';

const ID = 'docker-time';

const WRONG_MS = 60_000;
const OFF_MS = 5_000;

export type TimeFacts = {
  platform: string;
  /** Container minus machine, milliseconds; null while no container runs. */
  differenceMs: number | null;
  /** The machine's clock follows a time server; null where that is not known. */
  synchronised: boolean | null;
};

/** The container's clock is this machine's, and this machine's follows a time server. */
export const dockerTime: FacilityCheck<TimeFacts> = {
  id: ID,
  title: 'The clocks are right',
  area: 'host',
  when: ['before-install', 'after-install', 'daily'],
  needs: ['docker-endpoint'],
  timeoutMs: 8000,
  touches: 'runs `date` inside the container',

  async probe({ docker, machine, clock, names }) {
    const synchronised = (await machine.clockSynchronised()) ?? null;
    const engine = await docker();
    const facts = { platform: machine.platform, synchronised };
    // One that restarts again and again is running for the Engine, and yet runs nothing.
    if ((await engine.container(names.container))?.status !== 'running')
      return { ...facts, differenceMs: null };
    const before = clock.now();
    const { output } = await engine.exec(names.container, ['/bin/busybox', 'date', '-u', '+%s']);
    const after = clock.now();
    const seconds = /^\d+/.exec(output.trim())?.[0];
    if (seconds === undefined) return { ...facts, differenceMs: null };
    // A whole second, read at some moment between question and answer: nearer than that nothing is known.
    const there = Number(seconds) * 1000;
    const differenceMs = there > after ? there - after : there + 1000 < before ? there + 1000 - before : 0;
    return { ...facts, differenceMs };
  },

  judge({ platform, differenceMs, synchronised }) {
    const off = Math.abs(differenceMs ?? 0);
    if (differenceMs !== null && off > OFF_MS) {
      const verdict = off > WRONG_MS ? fail : warn;
      return verdict(`${ID}-container`, 'The container’s clock is not this machine’s.', {
        current: `the container is ${Math.round(off / 1000)} s ${differenceMs > 0 ? 'ahead' : 'behind'}`,
        required: `at most ${OFF_MS / 1000} s; from ${WRONG_MS / 1000} s on, certificates and lag are judged wrongly`,
        remedy: {
          text: 'The virtual machine of Docker has slept. Start it anew; the container comes back by itself.',
          commands: [
            platform === 'win32' ? 'wsl --shutdown' : 'Restart Docker Desktop',
            'clinicmaster-cdc doctor --only docker-time',
          ],
          who: 'you',
        },
      });
    }
    if (synchronised === false) {
      return warn(`${ID}-not-synchronised`, 'The clock of this machine follows no time server.', {
        current: 'not synchronised',
        required: 'a time server: the central site’s or the hospital’s',
        remedy: {
          text: 'A clock that drifts makes certificates look expired and delays look wrong. Switch synchronisation on.',
          commands: platform === 'win32' ? ['w32tm /resync'] : ['sudo timedatectl set-ntp true'],
          who: 'you',
        },
      });
    }
    const followed = synchronised === true ? ', which follows a time server' : '';
    return pass(
      differenceMs === null
        ? `this machine’s clock${followed}`
        : `the container has this machine’s clock${followed}`,
    );
  },
};
