/** One thing that an installation needs. A step that is done already is not run. */
export interface Step {
  /** Stable, kebab-case: the journal and `--json` name it. */
  id: string;
  title: string;
  /**
   * What is so, in a few words, when nothing is left to do; undefined when there is work.
   * @param before what the earlier steps of this run came to
   */
  done(before: readonly StepResult[]): Promise<string | undefined>;
  /** Does the work, again and again with the same end; answers what was done. */
  run(progress: (message: string) => void): Promise<string>;
}

export interface StepResult {
  id: string;
  title: string;
  outcome: 'changed' | 'unchanged';
  detail: string;
  ms: number;
}
