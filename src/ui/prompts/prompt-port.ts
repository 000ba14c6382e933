/** Questions to the person at the terminal. Each method throws {@link WentBack} where its question may be gone back from. */
export interface PromptPort {
  /** What the keys do, in a sentence. */
  readonly keys: string;
  /** One line of text. `check` answers why it is refused, or undefined. */
  text(question: Question): Promise<string>;
  /** The same without showing what is typed. */
  secret(question: Question): Promise<string>;
  confirm(message: string, byDefault: boolean): Promise<boolean>;
  /** A list to tick, searched by typing. Answers the values that are ticked at the end, in the list's order. */
  choose(choice: Choice): Promise<string[]>;
  /** One of a list; a long one is searched by typing. Answers its value. */
  select(menu: Menu): Promise<string>;
}

export interface Question {
  message: string;
  default?: string;
  check(text: string): string | undefined;
  /** The Escape key leads back to the question before. */
  back?: boolean;
}

export interface Choice {
  message: string;
  options: readonly { value: string; label: string; hint: string; chosen: boolean }[];
  back?: boolean;
}

export interface Menu {
  message: string;
  options: readonly { value: string; label: string }[];
  /** Where the cursor stands at first; the first one where absent. */
  initial?: string;
  back?: boolean;
}

/** The person wants the question before this one again. */
export class WentBack extends Error {
  constructor() {
    super('back to the question before');
    this.name = 'WentBack';
  }
}
