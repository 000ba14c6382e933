import { configuredContainer } from '../connect/configured-container.ts';
import type { FacilityCheck } from '../context.ts';
import type { Verdict } from '../types.ts';
import { fail, pass, warn } from '../verdicts.ts';

const ID = 'docker-memory';

const MEBIBYTE = 1024 * 1024;
/** Java needs room beside its heap: threads, code, buffers. */
const MOST_HEAP = 0.7;
/** What the worker was measured to need with a first copy under way, and something for the system. */
const LEAST_AVAILABLE = 512 * MEBIBYTE;

export type MemoryFacts = {
  totalBytes: number;
  availableBytes: number;
  /** Of the Engine: less than the machine's where it lives in a virtual machine. */
  engineBytes: number;
  /** A SQL Server runs on this machine; null where that cannot be seen. */
  sqlServerHere: boolean | null;
  /** Null while there is no container. `limitBytes` 0: no limit; `heapBytes` null: Java's own choice. */
  container: { running: boolean; limitBytes: number; heapBytes: number | null } | null;
};

/** The worker has a limit that its heap fits into, and the machine has that much. */
export const dockerMemory: FacilityCheck<MemoryFacts> = {
  id: ID,
  title: 'There is memory for the worker',
  area: 'host',
  when: ['before-install', 'after-install', 'daily'],
  needs: ['docker-endpoint'],
  timeoutMs: 6000,

  async probe({ docker, machine, names }) {
    const engine = await docker();
    const [memory, info, state, configured, programs] = await Promise.all([
      machine.memory(),
      engine.info(),
      engine.container(names.container),
      configuredContainer(engine, names.container),
      machine.programs(),
    ]);
    return {
      ...memory,
      engineBytes: info.memoryBytes,
      sqlServerHere: programs?.some((name) => /^sqlservr(\.exe)?$/i.test(name)) ?? null,
      container:
        configured === null
          ? null
          : {
              running: state?.running === true,
              limitBytes: configured.memoryBytes,
              heapBytes: heapBytes(configured.heapOpts) ?? null,
            },
    };
  },

  judge(facts) {
    return (facts.container === null ? undefined : judgeLimit(facts.container, facts)) ?? judgeMachine(facts);
  },
};

function judgeLimit(
  container: NonNullable<MemoryFacts['container']>,
  facts: MemoryFacts,
): Verdict | undefined {
  const { limitBytes, heapBytes } = container;
  const remedy = {
    text: 'Give the container a limit, and Java a heap of at most 70 % of it. 768 MB with a heap of 384 MB serve a facility; 1 GB with 640 MB for large first copies.',
    commands: ["clinicmaster-cdc init --memory 768m --heap-opts '-Xms64m -Xmx384m'"],
    who: 'you' as const,
  };
  if (limitBytes === 0) {
    const summary = 'The container may take all the memory of this machine.';
    const required = 'a limit (MEMORY_LIMIT in .env)';
    return facts.sqlServerHere === true
      ? fail(`${ID}-no-limit`, `${summary} The hospital’s SQL Server runs here too.`, {
          current: 'no limit; sqlservr runs on this machine',
          required,
          remedy,
        })
      : warn(`${ID}-no-limit`, summary, { current: 'no limit', required, remedy });
  }
  if (heapBytes === null) return undefined;
  const current = `limit ${megabytes(limitBytes)}, heap up to ${megabytes(heapBytes)}`;
  const required = `a heap of at most ${megabytes(limitBytes * MOST_HEAP)}`;
  if (heapBytes > limitBytes) {
    return fail(`${ID}-heap`, 'Java may take more memory than the container is given: it will be killed.', {
      current,
      required,
      remedy,
    });
  }
  if (heapBytes > limitBytes * MOST_HEAP) {
    return warn(`${ID}-heap-tight`, 'Java’s heap leaves too little of the container’s memory.', {
      current,
      required,
      remedy,
    });
  }
  return undefined;
}

function judgeMachine({ totalBytes, availableBytes, engineBytes, container }: MemoryFacts): Verdict {
  const limit =
    container !== null && container.limitBytes > 0 ? `, limit ${megabytes(container.limitBytes)}` : '';
  const current = `${megabytes(availableBytes)} of ${megabytes(totalBytes)} available${limit}`;
  const needed = container?.limitBytes ?? 0;
  if (needed > engineBytes) {
    return warn(`${ID}-engine`, 'Docker itself has less memory than the container may use.', {
      current: `Docker has ${megabytes(engineBytes)}${limit}`,
      required: megabytes(needed),
      remedy: {
        text: 'Give Docker’s virtual machine more memory: memory= in the section [wsl2] of .wslconfig, or Docker Desktop > Settings > Resources.',
        commands: ['wsl --shutdown   (after the change; stops every WSL machine)'],
        who: 'you',
      },
    });
  }
  // A worker that runs has its memory already.
  if (container?.running === true || availableBytes >= LEAST_AVAILABLE) return pass(current);
  return warn(`${ID}-scarce`, 'This machine has little memory left.', {
    current,
    required: `${megabytes(LEAST_AVAILABLE)} available`,
    remedy: {
      text: 'End what is not needed. A SQL Server on the same machine takes all it may: ask the DBA to set its "max server memory".',
      commands: ["EXEC sp_configure 'max server memory (MB)'   (in SQL Server, by the DBA)"],
      who: 'dba',
    },
  });
}

/** `-Xmx640m` in bytes; undefined when there is none. The last one counts, as for Java. */
export function heapBytes(flags: string): number | undefined {
  const [, figure, unit = ''] = [...flags.matchAll(/-Xmx(\d+)([kKmMgG]?)/g)].at(-1) ?? [];
  if (figure === undefined) return undefined;
  return Number(figure) * { '': 1, k: 1024, m: MEBIBYTE, g: 1024 * MEBIBYTE }[unit.toLowerCase()]!;
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / MEBIBYTE)} MB`;
}
