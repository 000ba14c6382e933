import { WentBack } from '../../../ui/prompts/prompt-port.ts';
import { reviewText } from '../../../ui/wizard-text.ts';
import { leave } from './leave.ts';
import { answers, pickAnswer } from './pick.ts';
import type { Wizard } from './question.ts';
import { walk } from './walk.ts';

/** All answers once more; any of them can be changed, and is tried again, before it goes on. */
export async function review(wizard: Wizard): Promise<void> {
  const { state, context, prompts } = wizard;
  for (;;) {
    context.out.heading('Your answers');
    context.out.block((style) =>
      reviewText(
        answers(state).filter(({ source }) => source !== 'default'),
        style,
      ),
    );
    const chosen = await prompts.select({
      message: 'Is this right?',
      options: [
        { value: 'on', label: 'Yes, go on' },
        { value: 'change', label: 'Change an answer' },
        { value: 'leave', label: 'Leave; nothing was changed' },
      ],
    });
    if (chosen === 'on') return;
    if (chosen === 'leave') throw leave(state);
    try {
      await pickAnswer(wizard);
    } catch (cause) {
      if (!(cause instanceof WentBack)) throw cause;
      continue;
    }
    await walk(wizard);
  }
}
