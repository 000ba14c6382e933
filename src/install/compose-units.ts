import { composeError } from './compose-interpolate.ts';

/** Bytes from `768m`, `1g`, `65536`. */
export function bytes(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([bkmgt]?)b?$/i.exec(text.trim());
  if (match === null) throw composeError(`"${text}" is no size such as 768m`);
  const power = ['', 'k', 'm', 'g', 't'].indexOf((match[2] ?? '').toLowerCase().replace('b', ''));
  return Math.round(Number(match[1]) * 1024 ** power);
}

/** Nanoseconds from `1m30s`, `500ms`. */
export function nanoseconds(text: string): number {
  const parts = [...text.trim().matchAll(/(\d+(?:\.\d+)?)(us|ms|s|m|h)/g)];
  if (parts.length === 0 || parts.map(([whole]) => whole).join('') !== text.trim()) {
    throw composeError(`"${text}" is no duration such as 1m30s`);
  }
  const unit: Record<string, number> = { us: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 };
  return parts.reduce((sum, [, amount, name]) => sum + Number(amount) * (unit[name ?? ''] ?? 0), 0);
}

/** `[address:]host:container[/protocol]` → Docker's port binding. */
export function portBinding(text: string): { key: string; hostIp: string; hostPort: string } {
  const match =
    /^(?:(?<ip>\d+(?:\.\d+){3}|\[[0-9a-f:]+\]):)?(?<host>\d+):(?<container>\d+)(?:\/(?<protocol>tcp|udp))?$/i.exec(
      text,
    );
  const groups = match?.groups;
  if (groups === undefined) throw composeError(`port "${text}" is not [address:]host:container`);
  return {
    key: `${groups.container}/${groups.protocol ?? 'tcp'}`,
    hostIp: groups.ip ?? '',
    hostPort: groups.host ?? '',
  };
}
