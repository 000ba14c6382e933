import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type BuildContext, contextHash, readContext } from '../../../sandbox/src/images/context.ts';
import { PROJECT } from '../../../sandbox/src/paths.ts';

describe('the context of an image build', () => {
  const file = (text: string, mode = 0o644) => ({ content: Buffer.from(text), mode });
  const of = (entries: Record<string, ReturnType<typeof file>>): BuildContext =>
    new Map(Object.entries(entries));

  test('hashes the same whatever the order of its files', () => {
    const one = contextHash(of({ a: file('1'), b: file('2') }), ['x']);
    expect(contextHash(of({ b: file('2'), a: file('1') }), ['x'])).toBe(one);
  });

  test.each([
    ['content', of({ a: file('1'), b: file('3') }), ['x']],
    ['a name', of({ a: file('1'), c: file('2') }), ['x']],
    ['a mode', of({ a: file('1'), b: file('2', 0o755) }), ['x']],
    ['where one file ends and the next begins', of({ a: file('1b'), b: file('2') }), ['x']],
    ['a parameter', of({ a: file('1'), b: file('2') }), ['y']],
  ])('hashes differently with another %s', (_, context, parameters) => {
    const one = contextHash(of({ a: file('1'), b: file('2') }), ['x']);
    expect(contextHash(context, parameters)).not.toBe(one);
  });

  test('holds what was asked for, with the modes that git knows, and nothing that Maven left', async () => {
    const context = await readContext(['connect', 'sandbox/images/kafka']);
    expect(context.get('connect/pom.xml')?.mode).toBe(0o644);
    expect(context.has('sandbox/images/kafka/Dockerfile')).toBe(true);
    expect([...context.keys()].filter((name) => name.startsWith('connect/target'))).toEqual([]);
    expect([...context.keys()].filter((name) => name.startsWith('src/'))).toEqual([]);
  });
});

test("the broker's image begins with the very layers of the product's images", () => {
  const tools = (path: string) =>
    /^FROM \$\{BASE_IMAGE\} AS tools$[\s\S]*?(?=^(?:FROM|# ---) )/m.exec(read(path))?.[0];
  const ours = tools('sandbox/images/kafka/Dockerfile');
  expect(ours?.trim()).toMatch(/openjdk-17-jdk-headless/);
  expect(ours?.trim()).toBe(tools('Dockerfile.connect')?.trim());
});

test('the broker is of the same Kafka release as the workers', () => {
  const version = (path: string) => /<kafka\.version>(.*?)</.exec(read(path))?.[1];
  expect(version('sandbox/images/kafka/pom.xml')).toMatch(/^\d+\.\d+\.\d+$/);
  expect(version('sandbox/images/kafka/pom.xml')).toBe(version('connect/pom.xml'));
});

function read(path: string): string {
  return readFileSync(join(PROJECT, path), 'utf8');
}
