import type { ConnectorConfig } from '../adapters/connect-port.ts';
import type { ContainerOptions } from '../adapters/docker-port.ts';
import { configDifferences } from '../connector/template.ts';
import { envValues, parseEnv } from '../settings/env-file.ts';
import { decodeTwins } from '../settings/env-write.ts';
import type { Values } from '../settings/field.ts';
import { mayShow } from '../settings/shown.ts';
import { containerDifferences } from './container-difference.ts';
import type { Change } from './step.ts';

/** What a new `.env` says otherwise, key by key, decoded. Comments and spelling are no difference. */
export function envChanges(before: string | undefined, after: string): Change[] {
  return valueChanges(before === undefined ? {} : envOf(before), envOf(after));
}

/** What a container would get otherwise: names of its create call with old and new values. */
export function containerChanges(wanted: ContainerOptions, actual: ContainerOptions): Change[] {
  const [wantedEnv, actualEnv] = [environment(wanted), environment(actual)];
  const names = containerDifferences(wanted, actual);
  const keys = names.filter((name) => name in wantedEnv).map((name) => name.replace(/_B64$/, ''));
  const pick = (values: Values) => {
    const decoded = decodeTwins(values);
    return Object.fromEntries(keys.flatMap((key) => (key in decoded ? [[key, decoded[key] ?? '']] : [])));
  };
  const others = names.filter((name) => !(name in wantedEnv));
  return [
    ...valueChanges(pick(actualEnv), pick(wantedEnv)),
    ...others.map((name) => ({ name, before: shown(name, actual), after: shown(name, wanted) })),
  ];
}

/** Key by key. References stay as they are; what looks like a secret by its name and is none is hidden. */
export function configChanges(wanted: ConnectorConfig, actual: ConnectorConfig | undefined): Change[] {
  if (actual === undefined) return [];
  return configDifferences(wanted, actual).map((name) => {
    const [before, after] = [actual[name] ?? null, wanted[name] ?? null];
    const open = [before, after].every((value) => value === null || !mayHoldSecret(name, value));
    return change(name, before, after, open);
  });
}

function mayHoldSecret(name: string, value: string): boolean {
  return /pass|secret|jaas|credential|token|key$/i.test(name) && !/^\$\{env:\w+\}$/.test(value);
}

function envOf(text: string): Values {
  return decodeTwins(envValues(parseEnv(text)));
}

/** An empty value and none are the same to Compose and to the container. */
function valueChanges(before: Values, after: Values): Change[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys
    .filter((key) => (before[key] ?? '') !== (after[key] ?? ''))
    .map((key) => change(key, before[key] || null, after[key] || null, mayShow(key)));
}

function change(name: string, before: string | null, after: string | null, open: boolean): Change {
  if (open) return { name, before, after };
  const hidden = before === null ? 'set' : after === null ? 'removed' : 'changed';
  return { name, before: null, after: null, hidden };
}

function environment(options: ContainerOptions): Values {
  const entries = Array.isArray(options.Env) ? (options.Env as string[]) : [];
  return Object.fromEntries(
    entries.map((entry) => {
      const [key = '', ...rest] = entry.split('=');
      return [key, rest.join('=')] as const;
    }),
  );
}

function shown(path: string, options: ContainerOptions): string | null {
  const value = lookUp(path, options);
  if (value === undefined || value === null) return null;
  if (/^HostConfig\.Memory/.test(path) && typeof value === 'number') return `${value / 2 ** 20} MiB`;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Keys hold dots themselves (labels, ports): the longest one that fits is taken. */
function lookUp(path: string, node: unknown): unknown {
  if (path === '') return node;
  if (node === null || typeof node !== 'object') return undefined;
  const map = node as Record<string, unknown>;
  const key = Object.keys(map)
    .filter((name) => path === name || path.startsWith(`${name}.`))
    .sort((a, b) => b.length - a.length)[0];
  return key === undefined ? undefined : lookUp(path.slice(key.length + 1), map[key]);
}
