/** Questions to the person at the terminal. */
export interface PromptPort {
  /** One line of text. `check` answers why it is refused, or undefined. */
  text(question: Question): Promise<string>;
  /** The same without showing what is typed. */
  secret(question: Question): Promise<string>;
  confirm(message: string, byDefault: boolean): Promise<boolean>;
}

export interface Question {
  message: string;
  default?: string;
  check(text: string): string | undefined;
}
