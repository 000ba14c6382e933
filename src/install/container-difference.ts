import type { ContainerOptions } from '../adapters/docker-port.ts';

/**
 * What an existing container has otherwise than wanted, as paths without values (values may be secrets).
 * Only what is wanted is compared: the image and the Engine add their own. Labels of Compose's bookkeeping and the
 * network's run-time entries are left out, so that a container made by `docker compose up` counts as well.
 */
export function containerDifferences(wanted: ContainerOptions, actual: ContainerOptions): string[] {
  return differences(withoutBookkeeping(wanted), actual, '');
}

function differences(wanted: unknown, actual: unknown, path: string): string[] {
  if (path === 'Env') return environmentDifferences(asTexts(wanted), asTexts(actual));
  if (Array.isArray(wanted)) return sameMembers(asTexts(wanted), asTexts(actual)) ? [] : [path];
  if (wanted !== null && typeof wanted === 'object') {
    const found = actual !== null && typeof actual === 'object' ? (actual as Record<string, unknown>) : {};
    return Object.entries(wanted).flatMap(([key, value]) =>
      differences(value, found[key], path === '' ? key : `${path}.${key}`),
    );
  }
  return wanted === actual ? [] : [path];
}

function environmentDifferences(wanted: string[], actual: string[]): string[] {
  const held = new Set(actual);
  return wanted.filter((entry) => !held.has(entry)).map((entry) => entry.split('=')[0] ?? entry);
}

/** Every wanted entry is there; the Engine adds aliases of its own. */
function sameMembers(wanted: string[], actual: string[]): boolean {
  return wanted.every((entry) => actual.includes(entry));
}

/** Entries as text; those that are objects (port bindings) in one spelling. */
function asTexts(list: unknown): string[] {
  if (!Array.isArray(list)) return [];
  return list.map((entry) =>
    typeof entry === 'string' ? entry : JSON.stringify(entry, Object.keys(entry as object).sort()),
  );
}

function withoutBookkeeping(options: ContainerOptions): ContainerOptions {
  const labels = Object.entries((options.Labels ?? {}) as Record<string, string>);
  return {
    ...options,
    Labels: Object.fromEntries(labels.filter(([key]) => !key.startsWith('com.docker.compose.'))),
  };
}
