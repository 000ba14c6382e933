import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout that this sandbox belongs to. */
export const PROJECT = fileURLToPath(new URL('../..', import.meta.url)).replace(/[/\\]$/, '');

/** What the sandbox keeps between commands: passwords, certificates, logs, process ids. Ignored by git, mode 0700. */
export const STATE = join(PROJECT, '.sandbox');

export const CREDENTIALS = join(STATE, 'credentials.json');
export const CA_FILE = join(STATE, 'ca.pem');
/** Not in the state folder: the Engine outlives it. */
export const DOCKERD_LOG = '/var/log/clinicmaster-cdc-dockerd.log';
/** Certificate and key files of the servers. */
export const TLS = join(STATE, 'tls');
