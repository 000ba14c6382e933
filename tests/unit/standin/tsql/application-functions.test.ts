import { describe, expect, it } from 'vitest';
import { CALLS } from './samples-functions.ts';
import { compile, shape } from './support.ts';

describe("the functions that a hospital's application calls", () => {
  it.each(CALLS)('%s', (text, columns) => {
    expect(shape(compile(text))).toEqual(columns);
  });
});
