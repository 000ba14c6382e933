import type { Readable } from 'node:stream';

/** Images as files: what `docker save` writes, plain or gzipped. Paths are absolute. */
export interface ImageFilePort {
  /**
   * Gzips a tar into a file, whole or not at all: the name appears when the last byte is on the disk.
   * @param onBytes unpacked and packed bytes so far
   * @throws CliError `image-file.no-space`, `image-file.failed`
   */
  write(
    path: string,
    tar: Readable,
    onBytes: (unpacked: number, packed: number) => void,
    signal?: AbortSignal,
  ): Promise<WrittenFile>;
  /** The bytes of a file as they are. @throws CliError when it cannot be read */
  read(path: string): Promise<Readable>;
  /**
   * What images a file holds, without unpacking it to the disk.
   * @throws CliError `image-file.damaged` where it is cut, no tar or none of `docker save`
   */
  inspect(path: string): Promise<SavedImage[]>;
  /** @throws CliError when it cannot be read */
  checksum(path: string): Promise<WrittenFile>;
  /**
   * A small file, whole or not at all. The mode holds where the file system has one: FAT and exFAT, which sticks have,
   * refuse to be told.
   */
  writeText(path: string, text: string, mode: number): Promise<WrittenFile>;
  /** Makes a folder (and its parents), with the same reservation. */
  makeFolder(path: string, mode: number): Promise<void>;
  /** Copies a file, whole or not at all. */
  copy(from: string, to: string): Promise<WrittenFile>;
  /**
   * Packs the program itself as npm would: a gzipped tar of `package/…`, of the files that package.json lists.
   * @param root folder of the installed package, or of its sources
   */
  packProgram(root: string, to: string): Promise<WrittenFile>;
  /** A plain tar of a folder's files under another folder's name, whole or not at all. */
  packFolder(root: string, name: string, to: string, mode: number): Promise<WrittenFile>;
  /** Renames a folder or a file. */
  rename(from: string, to: string): Promise<void>;
  /** Removes a folder with all that is in it. */
  removeFolder(path: string): Promise<void>;
}

export interface WrittenFile {
  bytes: number;
  /** Hexadecimal. */
  sha256: string;
}

/** One image of a saved file, from its own configuration. */
export interface SavedImage {
  tags: string[];
  /**
   * What an Engine may call it: the digest of its configuration (image stores of graph drivers) and of its manifests
   * (the store of containerd), each `sha256:…`.
   */
  ids: string[];
  os: string;
  architecture: string;
  labels: Record<string, string>;
  /** `KEY=value`. */
  environment: string[];
  entrypoint: string[];
}
