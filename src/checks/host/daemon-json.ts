/**
 * Commands that write an entry into the Engine's own settings and make it valid. Docker Desktop keeps the file in the user's home
 * (in its window: Settings > Docker Engine), and restarts by its own command.
 * @param platform of the machine; undefined in facts of older versions
 */
export function daemonJson(entry: string, platform = 'linux'): string[] {
  if (platform === 'linux')
    return [`sudo nano /etc/docker/daemon.json   add: ${entry}`, 'sudo systemctl restart docker'];
  const file =
    platform === 'win32' ? 'notepad "$Env:USERPROFILE\\.docker\\daemon.json"' : 'nano ~/.docker/daemon.json';
  return [`${file}   # add: ${entry}`, 'docker desktop restart'];
}
