import { centralFields } from './central.ts';
import { facilityFields } from './fields.ts';

const FIELDS = [...facilityFields(''), ...centralFields('')];
/** Said of Compose and of the image build, and of no person. */
const OTHERS = new Set(['COMPOSE_FILE', 'COMPOSE_PROJECT_NAME', 'BASE_IMAGE']);

/** Whether the value of a key of `.env` may stand on a screen: known settings that are no secret. Unknown keys may be one. */
export function mayShow(key: string): boolean {
  const field = FIELDS.find((candidate) => candidate.key === key.replace(/_B64$/, ''));
  return field === undefined ? OTHERS.has(key) : field.secret !== true;
}
