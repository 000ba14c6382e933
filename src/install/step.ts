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
  /** What a run would do, asked where there is work. Looks and changes nothing. */
  preview?(): Promise<Preview>;
  /** What a run will bring into being that is not there yet; the journal holds it before anything is made. */
  makes?(): Promise<readonly Made[]>;
  /** Does the work, again and again with the same end; answers what was done. */
  run(progress: (message: string) => void): Promise<string>;
  /** Takes back what `run` makes, again and again with the same end; answers what was done, or what stays and why. */
  undo?(progress: (message: string) => void): Promise<string>;
}

export interface StepResult {
  id: string;
  title: string;
  outcome: 'changed' | 'unchanged';
  detail: string;
  ms: number;
}

/** Something that stands on this machine because a step has made it. */
export interface Made {
  kind: 'folder' | 'file' | 'image' | 'network' | 'container';
  name: string;
}

/** What a step would do. Holds no secret. */
export interface Preview {
  /** In a few words, as a command: "build it here". */
  what: string;
  changes?: readonly Change[];
  /** Why a run would stop here: what is seen and what is needed. */
  refused?: string;
}

/** One value that would change. Null: not there. `hidden`: a secret; both values are left out. */
export interface Change {
  name: string;
  before: string | null;
  after: string | null;
  hidden?: 'set' | 'changed' | 'removed';
}
