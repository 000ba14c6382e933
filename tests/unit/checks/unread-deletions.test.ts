import { describe, expect, it } from 'vitest';
import { type Glance, nothingWasThere, remembered } from '../../../src/checks/sqlserver/unread-deletions.ts';
import type { Facts } from '../../../src/checks/types.ts';

const lsn = (n: number) => `0x${n.toString(16).toUpperCase().padStart(20, '0')}`;
const AT = '2026-11-24T08:00:00.000Z';
const EARLIER = '2026-11-20T08:00:00.000Z';
const glance = (position: number, oldest: number, newest: number | null, unread: number): Glance => ({
  position: lsn(position),
  oldest: lsn(oldest),
  newest: newest === null ? null : lsn(newest),
  unread,
  at: AT,
});
const recalled = (value: Facts) => ({ value, at: null, trouble: null });
const recalls = (unread: Facts, idle: Facts) => ({ unread: recalled(unread), idle: recalled(idle) });
const lost = { position: lsn(10), oldest: lsn(20), at: EARLIER, left: null };

describe('what was deleted unread', () => {
  it('is noted with its time, and stays as it was noticed', () => {
    const now = glance(10, 20, 30, 5);
    const first = remembered(now, recalls(null, null));
    expect(first).toEqual({ unread: { ...lost, at: AT }, idle: null });
    expect(remembered(now, recalls(lost, null)).unread).toEqual(lost);
  });

  it('stays when the stream has gone on behind it', () => {
    expect(remembered(glance(25, 20, 30, 1), recalls(lost, null)).unread).toEqual(lost);
  });

  it('is another loss when more was deleted meanwhile: what was copied before does not count', () => {
    const partly = { ...lost, left: ['dbo.Visits'] };
    expect(remembered(glance(10, 22, 30, 1), recalls(partly, null)).unread).toEqual({
      position: lsn(10),
      oldest: lsn(22),
      at: AT,
      left: null,
    });
  });

  it('is settled by an accepted copy of all, until the position has moved', () => {
    const settled = { ...lost, left: [] };
    expect(remembered(glance(10, 22, 30, 1), recalls(settled, null)).unread).toEqual(settled);
    expect(remembered(glance(40, 22, 50, 1), recalls(settled, null)).unread).toBeNull();
  });
});

describe('an idle stretch', () => {
  it('is noted while nothing comes after the position, and forgotten with the first change', () => {
    const idle = { position: lsn(10), upTo: lsn(18) };
    expect(remembered(glance(10, 5, 18, 0), recalls(null, null)).idle).toEqual(idle);
    expect(remembered(glance(10, 5, 19, 1), recalls(null, idle)).idle).toBeNull();
  });

  it('proves that nothing was deleted, as far as it reaches and no further', () => {
    const idle = { position: lsn(10), upTo: lsn(18) };
    expect(nothingWasThere(idle, glance(10, 18, 30, 0))).toBe(true);
    expect(nothingWasThere(idle, glance(10, 19, 30, 0))).toBe(false);
    expect(nothingWasThere(idle, glance(11, 18, 30, 0))).toBe(false);
    expect(nothingWasThere(null, glance(10, 18, 30, 0))).toBe(false);
    expect(nothingWasThere(undefined, glance(10, 18, 30, 0))).toBe(false);
  });

  it('grows while it is proven, also behind the beginning of the change tables', () => {
    const idle = { position: lsn(10), upTo: lsn(18) };
    const next = remembered(glance(10, 15, 40, 0), recalls(null, idle));
    expect(next).toEqual({ unread: null, idle: { position: lsn(10), upTo: lsn(40) } });
  });

  it('keeps its proof when changes come after it: they are still there', () => {
    const idle = { position: lsn(10), upTo: lsn(18) };
    expect(remembered(glance(10, 15, 40, 3), recalls(null, idle))).toEqual({ unread: null, idle });
  });
});
