/** Packs and unpacks files in memory; nothing touches the disk. */
export interface ArchivePort {
  /** A gzipped tar of the files, in the order given. */
  pack(files: readonly ArchiveFile[], modifiedMs: number): Promise<Uint8Array>;
  /**
   * All files of a gzipped tar.
   * @throws CliError `archive.damaged`, `archive.unsafe` (a link, a device, a path that leads out, a name twice) or `archive.large`
   */
  unpack(archive: Uint8Array, limits: ArchiveLimits): Promise<ArchiveFile[]>;
}

export interface ArchiveFile {
  /** Relative, with `/` between its parts. */
  path: string;
  content: string;
}

/** What is still believed to be one of ours. Bytes, unpacked. */
export interface ArchiveLimits {
  files: number;
  fileBytes: number;
  totalBytes: number;
}
