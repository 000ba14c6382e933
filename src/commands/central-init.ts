import { EXIT } from '../errors.ts';
import type { CommandModule } from './shared/module.ts';

export const centralInit: CommandModule = { define() {}, run: async () => EXIT.ok };
