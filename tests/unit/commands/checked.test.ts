import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { InsidePort } from '../../../src/adapters/inside-port.ts';
import { withCheckContext } from '../../../src/commands/shared/checked.ts';
import type { Context } from '../../../src/context.ts';
import { surroundings } from '../../fakes/run-cli.ts';
import { settingsOfFake, streamingFacility } from '../../fakes/streaming-facility.ts';

const SLOW_MS = 1200;

describe('what a check has opened', () => {
  it('is taken away before the answer, however long Docker needs: nobody would come back for it', async () => {
    let taken = false;
    const close = async () => {
      await wait(SLOW_MS);
      taken = true;
    };
    const context = {
      ...surroundings(streamingFacility()),
      packageRoot: join(import.meta.dirname, '../../..'),
      inside: async () => ({ close }) as unknown as InsidePort,
      signal: new AbortController().signal,
    } as unknown as Context;
    const fails = withCheckContext(await settingsOfFake(), context, async (check) => {
      await check.inside();
      throw new Error('Ctrl-C');
    });
    await expect(fails).rejects.toThrow('Ctrl-C');
    expect(taken).toBe(true);
  });

  it('is not waited for where Docker does not answer, and nothing is made when it does in the end', async () => {
    let made = 0;
    let answer = () => {};
    const docker = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const context = {
      ...surroundings(streamingFacility()),
      packageRoot: join(import.meta.dirname, '../../..'),
      docker: () => docker,
      inside: async () => {
        made += 1;
      },
      signal: new AbortController().signal,
    } as unknown as Context;
    let looked: Promise<unknown> | undefined;
    await withCheckContext(await settingsOfFake(), context, async (check) => {
      looked = check.inside();
    });
    answer();
    expect([await looked, made]).toEqual([undefined, 0]);
  });

  it('to SQL Server or Kafka is not waited for where it does not end', async () => {
    const world = surroundings(streamingFacility());
    const kafka = await world.kafka({} as never, '');
    const context = {
      ...world,
      packageRoot: join(import.meta.dirname, '../../..'),
      kafka: async () => ({ ...kafka, close: () => new Promise<void>(() => {}) }),
      signal: new AbortController().signal,
    } as unknown as Context;
    const began = performance.now();
    expect(await withCheckContext(await settingsOfFake(), context, async () => 'an answer')).toBe(
      'an answer',
    );
    expect(performance.now() - began).toBeLessThan(5000);
  });
});
