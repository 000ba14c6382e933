import { join } from 'node:path';
import type { Clock } from '../adapters/clock.ts';
import type { FilesPort } from '../adapters/files-port.ts';
import type { Facts } from './types.ts';

/** What an earlier run saw. `value` is null when nothing is known. */
export type Recollection<F extends Facts = Facts> = {
  value: F;
  /** ISO 8601; null when nothing is known. */
  at: string | null;
  /** Why what was seen before cannot be read; null when it can, or when there was nothing. */
  trouble: string | null;
};

/**
 * What the checks of a facility saw last, for troubles that only show as a difference: a restored database, a capture
 * instance that was made anew. Nothing secret is kept.
 */
export interface Memory {
  recall(key: string): Promise<Recollection>;
  /** @returns why it could not be kept; null when it was */
  keep(key: string, value: Facts): Promise<string | null>;
}

const FILE = 'seen.json';
const VERSION = 1;

interface Content {
  version: typeof VERSION;
  seen: Record<string, { at: string; value: Facts }>;
}

/**
 * The memory of one facility: `seen.json` in its folder, plain JSON, for its owner's eyes. A file that cannot be read is
 * told and begun anew. Checks run side by side; their writes wait for one another.
 * @param dir the facility folder, absolute
 */
export function facilityMemory(files: FilesPort, dir: string, clock: Clock): Memory {
  const path = join(dir, FILE);
  let last: Promise<unknown> = Promise.resolve();

  const read = async (): Promise<{ content: Content; trouble: string | null }> => {
    const empty: Content = { version: VERSION, seen: {} };
    try {
      const text = await files.read(path);
      if (text === undefined) return { content: empty, trouble: null };
      const content = parse(text);
      if (content !== undefined) return { content, trouble: null };
      return { content: empty, trouble: `${path} is not a file of this program's version` };
    } catch (error) {
      return { content: empty, trouble: messageOf(error) };
    }
  };

  return {
    async recall(key) {
      await last;
      const { content, trouble } = await read();
      const entry = content.seen[key];
      return { value: entry?.value ?? null, at: entry?.at ?? null, trouble };
    },
    keep(key, value) {
      const work = last.then(async () => {
        const { content } = await read();
        content.seen[key] = { at: new Date(clock.now()).toISOString(), value };
        try {
          await files.writeAtomically(path, `${JSON.stringify(content, null, 2)}\n`, 0o600);
          return null;
        } catch (error) {
          return messageOf(error);
        }
      });
      last = work;
      return work;
    },
  };
}

function parse(text: string): Content | undefined {
  try {
    const value = JSON.parse(text) as Partial<Content> | null;
    const right = value?.version === VERSION && typeof value.seen === 'object' && value.seen !== null;
    return right ? (value as Content) : undefined;
  } catch {
    return undefined;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
