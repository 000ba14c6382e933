import { expect, it } from 'vitest';
import { daemonJson } from '../../../src/checks/host/daemon-json.ts';

it.each([
  ['linux', ['sudo nano /etc/docker/daemon.json   add: "a": 1', 'sudo systemctl restart docker']],
  [undefined, ['sudo nano /etc/docker/daemon.json   add: "a": 1', 'sudo systemctl restart docker']],
  ['win32', ['notepad "$Env:USERPROFILE\\.docker\\daemon.json"   # add: "a": 1', 'docker desktop restart']],
  ['darwin', ['nano ~/.docker/daemon.json   # add: "a": 1', 'docker desktop restart']],
])("the Engine's settings on %s", (platform, commands) => {
  expect(daemonJson('"a": 1', platform)).toEqual(commands);
});
