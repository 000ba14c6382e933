/** Questions to the person at the terminal. */
export interface PromptPort {
  /** One line of text. `check` answers why it is refused, or undefined. */
  text(question: Question): Promise<string>;
  /** The same without showing what is typed. */
  secret(question: Question): Promise<string>;
  confirm(message: string, byDefault: boolean): Promise<boolean>;
  /** A list to tick, searched by typing. Answers the values that are ticked at the end, in the list's order. */
  choose(choice: Choice): Promise<string[]>;
}

export interface Question {
  message: string;
  default?: string;
  check(text: string): string | undefined;
}

export interface Choice {
  message: string;
  options: readonly { value: string; label: string; hint: string; chosen: boolean }[];
}
