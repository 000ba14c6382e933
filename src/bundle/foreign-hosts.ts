import type { FacilitySettings } from '../settings/facility.ts';
import type { Redact } from '../settings/redact.ts';

/** `name:port` and Java's `name/10.0.0.1:9093`. Places in a source file look the same and are none. */
const HOST_AND_PORT =
  /(?<![\w./-])([A-Za-z][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*)(?=(?:\/\d{1,3}(?:\.\d{1,3}){3})?:\d{2,5}(?![\w.]))/g;
const SOURCE_FILE = /\.(?:java|kt|scala|js|ts)$/;
/** Before a port they are no host of anybody. */
const NO_NAME = /^(?:localhost|host\.docker\.internal|epoch|port|line|id|task|offset)$/i;

/**
 * Takes out names of machines that nobody has written into the settings: this machine's own, and those that a log shows with a
 * port. Addresses stay: a network cannot be judged without them.
 * @param more names that may stay: what the brokers advertise
 */
export function hideForeignHosts(settings: FacilitySettings, own: string, more: readonly string[]): Redact {
  const known = new Set(
    [settings.database.host, ...settings.kafka.brokers.map(hostOf), ...more].map((name) =>
      name.toLowerCase(),
    ),
  );
  const stays = (name: string, resolved: boolean) =>
    known.has(name.toLowerCase()) ||
    NO_NAME.test(name) ||
    SOURCE_FILE.test(name) ||
    // A word and a number (`status:200`) are no machine.
    !(resolved || /[.\d-]/.test(name));
  const hideOwn = hidden(own, known);
  return (text) =>
    hideOwn(text).replace(HOST_AND_PORT, (name, _, at: number, whole: string) =>
      stays(name, whole[at + name.length] === '/') ? name : '(other host)',
    );
}

/** Takes out this machine's name alone, where it is no word of any language: facts are judged by words such as `server`. */
export function hideOwnName(settings: FacilitySettings, own: string): Redact {
  return /[^a-z]/i.test(own) ? hidden(own, configuredHosts(settings)) : (text) => text;
}

function configuredHosts({ database, kafka }: FacilitySettings): Set<string> {
  return new Set([database.host, ...kafka.brokers.map(hostOf)].map((name) => name.toLowerCase()));
}

function hostOf(broker: string): string {
  return broker.replace(/:\d+$/, '');
}

function hidden(own: string, known: ReadonlySet<string>): Redact {
  if (own === '' || own === 'localhost' || known.has(own.toLowerCase())) return (text) => text;
  const escaped = own.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
  const pattern = new RegExp(`(?<![\\w.-])${escaped}(?![\\w-])`, 'gi');
  return (text) => text.replace(pattern, '(this machine)');
}
