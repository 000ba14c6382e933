import { sizeText } from '../units.ts';
import type { Style } from './output.ts';

/** A bundle, as the user agrees to it. Sizes in bytes: of the file as it is sent, and of each part unpacked. */
export interface BundleContents {
  path: string;
  bytes: number;
  files: { path: string; what: string; bytes: number }[];
  missing: { what: string; why: string }[];
}

/** The list that is shown before anything is written. */
export function bundleLines({ files, missing, bytes }: BundleContents): string[] {
  const name = Math.max(...files.map(({ path }) => path.length));
  const rows = files.map(
    ({ path, what, bytes: size }) => `  ${path.padEnd(name)} ${sizeText(size).padStart(8)}  ${what}`,
  );
  return [
    'In the bundle:',
    ...rows,
    ...missing.map(({ what, why }) => `  not in it: ${what} (${why.split('\n')[0]})`),
    `${sizeText(bytes)} to send. Passwords and values of rows are taken out; addresses stay.`,
  ];
}

/** Where it is, and what is done with it. */
export function bundleText({ path, bytes }: BundleContents, style: Style): string {
  return [
    `${style.symbol('pass')} ${style.wrap(`Written: ${path} (${sizeText(bytes)})`, 2).trimStart()}`,
    style.wrap('Send it to whoever helps. At the other end, without a way to this site:', 2),
    `    ${style.command(`clinicmaster-cdc doctor --from ${path.split(/[\\/]/).at(-1)}`)}`,
  ].join('\n');
}
