import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Runs whichever Compose this machine has, in a folder, with nothing but that folder's `.env`. @returns its stdout */
export async function compose(dir: string, ...args: string[]): Promise<string> {
  const options = { cwd: dir, env: { PATH: process.env.PATH, HOME: process.env.HOME }, maxBuffer: 64e6 };
  const old = await run('docker-compose', args, options).catch((error) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  return (old ?? (await run('docker', ['compose', ...args], options))).stdout;
}
