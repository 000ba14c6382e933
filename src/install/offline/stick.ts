import type { ImageState } from '../../adapters/docker-port.ts';
import type { FilesPort } from '../../adapters/files-port.ts';
import { saveImageFile } from '../image/save.ts';
import { packageFile } from '../package-files.ts';
import type { ImagePorts } from '../steps/image.ts';

/** What shall be on the stick. Paths are absolute. */
export interface StickWish {
  /** The folder, or a file that ends in `.tar`. */
  path: string;
  version: string;
  packageRoot: string;
  target: 'facility' | 'central';
  reference: string;
  image: ImageState;
  /** The image has another name than this version's own. */
  named: boolean;
  /** A Node.js archive as nodejs.org gives it. */
  node?: { path: string; name: string };
  /** Text of an enrolment file: it holds a secret. */
  enrolment?: string;
}

export interface StickFile {
  name: string;
  bytes: number;
  sha256: string;
}

export type StickPorts = Pick<ImagePorts, 'docker' | 'files' | 'imageFiles' | 'signal'>;

const FOLDER_MODE = 0o755;
const PUBLIC_MODE = 0o644;
const PROGRAM_MODE = 0o755;
const SECRET_MODE = 0o600;
export const ENROLMENT_FILE = 'enrolment.json';
const SUMS_FILE = 'SHA256SUMS';

/** Scripts and text, the ones for Windows with its line ends. */
const TEMPLATES = [
  { name: 'install.sh', mode: PROGRAM_MODE, crlf: false },
  { name: 'install.cmd', mode: PUBLIC_MODE, crlf: true },
  { name: 'install.ps1', mode: PUBLIC_MODE, crlf: true },
  { name: 'README.txt', mode: PUBLIC_MODE, crlf: true },
] as const;

/**
 * Writes everything that an installation without the internet needs. Whole or not at all: the folder (or file) gets its
 * name when the last checksum is written.
 */
export async function writeStick(
  wish: StickWish,
  ports: StickPorts,
  progress: (message: string) => void,
): Promise<StickFile[]> {
  const { imageFiles } = ports;
  const { path } = wish;
  const asFile = path.endsWith('.tar');
  const unfinished = `${path}.unfinished`;
  await imageFiles.removeFolder(unfinished);
  try {
    await imageFiles.makeFolder(unfinished, wish.enrolment === undefined ? FOLDER_MODE : 0o700);
    const written = await fill(unfinished, wish, ports, progress);
    ports.signal.throwIfAborted();
    if (asFile) {
      progress('packing');
      const name = path.replace(/^.*[\\/]/, '').replace(/\.tar$/, '');
      const mode = wish.enrolment === undefined ? PUBLIC_MODE : SECRET_MODE;
      await imageFiles.packFolder(unfinished, name, path, mode);
    } else await imageFiles.rename(unfinished, path);
    return written;
  } finally {
    await imageFiles.removeFolder(unfinished);
  }
}

async function fill(
  dir: string,
  wish: StickWish,
  ports: StickPorts,
  progress: (message: string) => void,
): Promise<StickFile[]> {
  const { files, imageFiles } = ports;
  const written: StickFile[] = [];
  const program = `clinicmaster-cdc-${wish.version}.tgz`;
  progress(program);
  written.push({
    name: program,
    ...(await imageFiles.packProgram(wish.packageRoot, `${dir}/${program}`)),
  });
  const image = `image-${wish.target}.tar.gz`;
  const { sizeBytes } = wish.image;
  const saved = await saveImageFile(wish.reference, `${dir}/${image}`, sizeBytes, ports, progress);
  written.push({ name: image, ...saved });
  if (wish.node !== undefined) {
    progress(wish.node.name);
    const copied = await imageFiles.copy(wish.node.path, `${dir}/${wish.node.name}`);
    written.push({ name: wish.node.name, ...copied });
  }
  const text = async (name: string, content: string, mode: number) => {
    written.push({ name, ...(await imageFiles.writeText(`${dir}/${name}`, content, mode)) });
  };
  if (wish.enrolment !== undefined) await text(ENROLMENT_FILE, wish.enrolment, SECRET_MODE);
  for (const { name, mode, crlf } of TEMPLATES) {
    const filled = fillIn(await packageFile(files, wish.packageRoot, `templates/offline/${name}`), wish);
    await text(name, crlf ? filled.replace(/\r?\n/g, '\r\n') : filled, mode);
  }
  const sums = written.map(({ name, sha256 }) => `${sha256}  ${name}\n`).join('');
  await imageFiles.writeText(`${dir}/${SUMS_FILE}`, sums, PUBLIC_MODE);
  return written;
}

/** A reference holds letters, digits and `._:/@-` alone: it is safe in both shells. */
function fillIn(template: string, wish: StickWish): string {
  const { version, target, reference, image, node, enrolment } = wish;
  const command = target === 'facility' ? 'init' : 'central init';
  const values: Record<string, string> = {
    VERSION: version,
    TARGET: target,
    COMMAND: command,
    IMAGE_FLAG: wish.named ? `--image ${reference} ` : '',
    IMAGE: reference,
    ID: image.id,
    ARCHITECTURE: image.architecture,
    FILES: [
      `  clinicmaster-cdc-${version}.tgz`,
      `  image-${target}.tar.gz`,
      ...(node === undefined ? [] : [`  ${node.name}`]),
      ...(enrolment === undefined ? [] : [`  ${ENROLMENT_FILE}`]),
      '  install.sh, install.cmd, install.ps1',
      '  SHA256SUMS',
    ].join('\n'),
    NODE:
      node === undefined
        ? 'Node.js 20.17 or newer\nmust be there, too; the script says where to get it.'
        : 'Node.js is on the stick.',
    ENROLMENT:
      enrolment === undefined
        ? ''
        : `\n${ENROLMENT_FILE} holds this facility's Kafka password. Keep the stick under lock,\nand delete the file once the installation is done.`,
  };
  return template.replace(/@([A-Z_]+)@/g, (whole, name: string) => values[name] ?? whole);
}

/** Where a stick can be written: nothing stands there yet. */
export async function isFree(path: string, files: FilesPort): Promise<boolean> {
  return !(await files.exists(path)) || (!path.endsWith('.tar') && (await files.list(path)).length === 0);
}
