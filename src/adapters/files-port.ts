/** The host's files, as far as the program touches them. Paths are absolute. */
export interface FilesPort {
  /** Undefined when there is no such file. */
  read(path: string): Promise<string | undefined>;
  /**
   * The bytes of a file; undefined when there is no such file.
   * @throws CliError `files.large` when there are more than `most`
   */
  readBytes(path: string, most: number): Promise<Uint8Array | undefined>;
  exists(path: string): Promise<boolean>;
  /** Names in a folder; empty when there is no such folder. */
  list(dir: string): Promise<string[]>;
  /** Creates the folder and its parents; a new folder gets the mode. */
  makeDir(dir: string, mode: number): Promise<void>;
  /** Whole or not at all: written beside, then renamed; the mode holds from the first byte. */
  writeAtomically(path: string, content: string | Uint8Array, mode: number): Promise<void>;
  /** Permission bits, undefined when there is no such file or the system has none (Windows). */
  mode(path: string): Promise<number | undefined>;
  remove(path: string): Promise<void>;
  /** Removes a folder that holds nothing; answers whether it is gone. */
  removeEmptyDir(dir: string): Promise<boolean>;
  /** Removes what a {@link writeAtomically} that was killed has left in a folder; answers the names. */
  sweep(dir: string): Promise<string[]>;
}
