/** Installs Docker on this machine. Never called unasked. */
export interface DockerSetupPort {
  /**
   * The distribution's own package, started now and at every boot. For root on Debian and Ubuntu.
   * @param progress one line, of what is going on now
   * @throws CliError with what apt-get or the service said, and what to do about it
   */
  install(progress: (message: string) => void, signal: AbortSignal): Promise<void>;
}
