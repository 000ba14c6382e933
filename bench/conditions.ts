import { cpus, loadavg, totalmem } from 'node:os';
import { docker } from '../sandbox/src/provision/docker.ts';

/** The machine, as far as it explains a result. */
export function machine(): Record<string, string> {
  const [first] = cpus();
  return {
    processor: `${cpus().length} × ${first?.model.trim() ?? 'unknown'}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GB`,
    load: loadavg()
      .map((value) => value.toFixed(1))
      .join(' '),
    node: process.version,
  };
}

export async function engine(): Promise<Record<string, string>> {
  const info = await docker.info();
  return { docker: `${info.ServerVersion} ${info.Driver}`, kernel: info.KernelVersion };
}
