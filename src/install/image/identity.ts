/** The kernel's word for a processor in the words of images. */
export function processor(machine: string): string {
  return { x86_64: 'amd64', aarch64: 'arm64' }[machine] ?? machine;
}

/** Docker's own rule: the first part of a reference is a host when it has a dot or a port, or is `localhost`. */
export function namesRegistry(reference: string): boolean {
  const [first, ...rest] = reference.split('/');
  return rest.length > 0 && first !== undefined && (/[.:]/.test(first) || first === 'localhost');
}
