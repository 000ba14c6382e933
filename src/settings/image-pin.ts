/** Key of `.env`: `name:tag@sha256:…`, the very image that stands behind a name. docs/decisions/image-pin.md */
export const PIN_KEY = 'IMAGE_PIN';

/** The digest of a pin, if it is one for this reference. */
export function digestFor(reference: string, pin: string): string | undefined {
  const at = pin.lastIndexOf('@');
  return at > 0 && pin.slice(0, at) === reference && at < pin.length - 1 ? pin.slice(at + 1) : undefined;
}

/**
 * What a pin of this image says: the registry's digest where it came from one, because that is what another machine can
 * compare with; else the image's id.
 */
export function digestOf(
  reference: string,
  { id, digests }: { id: string; digests: readonly string[] },
): string {
  const repository = reference.replace(/:[^:/]*$/, '');
  const own = digests.find((known) => known.startsWith(`${repository}@`));
  return own?.split('@')[1] ?? id;
}

/** The image is the pinned one: by its id or by any registry's digest for it. */
export function isPinned(
  { id, digests }: { id: string; digests: readonly string[] },
  digest: string,
): boolean {
  return id === digest || digests.some((known) => known.endsWith(`@${digest}`));
}
