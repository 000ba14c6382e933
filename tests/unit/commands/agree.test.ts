import { describe, expect, it } from 'vitest';
import { agree, mayAsk, saidYes } from '../../../src/commands/shared/agree.ts';
import type { Context } from '../../../src/context.ts';

/** Somebody, or nobody, who answers `answer`. */
function context(interactive: boolean, answer = true) {
  const asked: [string, boolean][] = [];
  const prompts = async () => ({
    confirm: async (question: string, preset: boolean) => {
      asked.push([question, preset]);
      return answer;
    },
  });
  return { context: { interactive, prompts } as unknown as Context, asked };
}

describe('a yes', () => {
  it('is asked for at a terminal, unless it was given', async () => {
    const at = context(true);
    expect(await saidYes('Now?', false, {}, at.context)).toBe(true);
    expect(await saidYes('Now?', false, { yes: true }, at.context)).toBe(true);
    expect(at.asked).toEqual([['Now?', false]]);
    expect(await saidYes('Now?', true, {}, context(true, false).context)).toBe(false);
    expect(await saidYes('Now?', true, {}, context(false).context)).toBe(false);
    expect([mayAsk(at.context, {}), mayAsk(at.context, { yes: true })]).toEqual([true, false]);
  });

  it('is missed with a code of its own where nobody can be asked, and after a no', async () => {
    const question = { question: 'Now?' };
    await expect(agree(question, {}, context(false).context)).rejects.toMatchObject({
      code: 'life.unconfirmed',
      exitCode: 2,
    });
    await expect(agree(question, {}, context(true, false).context)).rejects.toMatchObject({
      code: 'life.declined',
      exitCode: 130,
    });
    const worded = {
      ...question,
      nobody: { code: 'x.y', message: 'Nobody.', needed: '--yes.', commands: ['x --yes'] },
      no: { code: 'cancelled', message: 'Cancelled.' },
    };
    await expect(agree(worded, {}, context(false).context)).rejects.toMatchObject({
      code: 'x.y',
      commands: ['x --yes'],
    });
    await expect(agree(worded, {}, context(true, false).context)).rejects.toMatchObject({
      code: 'cancelled',
    });
    await expect(agree(worded, { yes: true }, context(false).context)).resolves.toBeUndefined();
  });
});
