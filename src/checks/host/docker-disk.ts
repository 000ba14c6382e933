import type { FacilityCheck } from '../context.ts';
import { fail, pass, unknown, warn } from '../verdicts.ts';

const ID = 'docker-disk';

const GIGABYTE = 1e9;
const TIGHT_BYTES = 10 * GIGABYTE;
const FULL_BYTES = 3 * GIGABYTE;

export type DiskFacts = {
  rootDir: string;
  /** Where it was asked: this machine's file system, or inside the container (Docker in a virtual machine). */
  from: 'machine' | 'container' | null;
  totalBytes: number | null;
  freeBytes: number | null;
};

/** There is room where Docker keeps images, containers and logs. */
export const dockerDisk: FacilityCheck<DiskFacts> = {
  id: ID,
  title: 'There is disk space for Docker',
  area: 'host',
  when: ['before-install', 'after-install', 'daily'],
  needs: ['docker-endpoint'],
  timeoutMs: 6000,

  async probe({ docker, machine, names }) {
    const engine = await docker();
    const { rootDir } = await engine.info();
    const here = await machine.disk(rootDir);
    if (here !== undefined) return { rootDir, from: 'machine', ...here };
    const found = await engine.container(names.container);
    if (found?.status !== 'running') return { rootDir, from: null, totalBytes: null, freeBytes: null };
    // The root of a container lies on Docker's own disk.
    const { output } = await engine.exec(names.container, ['/bin/busybox', 'df', '-Pk', '/']);
    const [, total, free] = /\n\S+\s+(\d+)\s+\d+\s+(\d+)/.exec(output) ?? [];
    if (total === undefined || free === undefined)
      return { rootDir, from: null, totalBytes: null, freeBytes: null };
    return { rootDir, from: 'container', totalBytes: Number(total) * 1024, freeBytes: Number(free) * 1024 };
  },

  judge({ rootDir, totalBytes, freeBytes }) {
    if (freeBytes === null || totalBytes === null) {
      return unknown(`${ID}-unseen`, 'Docker keeps its files where this program cannot look.', {
        current: rootDir,
        required: `${gigabytes(TIGHT_BYTES)} free`,
        remedy: {
          text: 'Docker Desktop: Settings > Resources shows the size of its virtual disk; the drive that holds it needs as much room.',
          commands: ['docker system df'],
          who: 'you',
        },
      });
    }
    const current = `${gigabytes(freeBytes)} free of ${gigabytes(totalBytes)} at ${rootDir}`;
    if (freeBytes >= TIGHT_BYTES) return pass(current);
    const full = freeBytes < FULL_BYTES;
    const verdict = full ? fail : warn;
    return verdict(
      `${ID}-${full ? 'full' : 'low'}`,
      full ? 'The disk of Docker is nearly full.' : 'The disk of Docker is filling up.',
      {
        current,
        required: `${gigabytes(TIGHT_BYTES)} free; under ${gigabytes(FULL_BYTES)} nothing may be installed`,
        remedy: {
          text: 'See what takes the room. Old images of this product may go; volumes and images of others are theirs.',
          commands: [
            'docker system df',
            "docker images --filter 'reference=*/connect-facility'",
            `sudo du -xhd1 ${rootDir} | sort -h`,
          ],
          who: 'you',
        },
      },
    );
  },
};

function gigabytes(bytes: number): string {
  return `${(bytes / GIGABYTE).toFixed(bytes < TIGHT_BYTES ? 1 : 0)} GB`;
}
