import type { Clock } from '../adapters/clock.ts';
import type { ConnectorConfig, ConnectPort } from '../adapters/connect-port.ts';
import type { DockerPort } from '../adapters/docker-port.ts';
import type { FilesPort } from '../adapters/files-port.ts';
import type { ImageFilePort } from '../adapters/image-file-port.ts';
import type { ComposePlan } from './compose-file.ts';

/** What shall stand on this machine when the installation is complete. */
export interface Deployment {
  role: 'facility' | 'central';
  dir: string;
  /** Files of the folder, with their permission bits; `.env` among them. */
  files: readonly WantedFile[];
  compose: ComposePlan;
  image: ImageRecipe;
  connector: string;
  config: ConnectorConfig;
}

export interface WantedFile {
  path: string;
  content: string;
  mode: number;
}

/** How to make the image where it is neither present nor in a registry. */
export interface ImageRecipe {
  packageRoot: string;
  target: 'facility' | 'central';
  /** Build arguments: BASE_IMAGE, where the user gave one. */
  args: Record<string, string>;
  /** PEM texts of certificates that a build behind an inspecting proxy must trust, by file name. */
  extraCas: Record<string, string>;
  /** File to load the image from, absolute; the user's word. */
  file?: string;
  /** Folders beside that of the installation in which an image file may lie. */
  folders: readonly string[];
  /** Nothing is fetched: no pull, no build. */
  offline: boolean;
  /** Another image than the pinned one is meant. */
  repin: boolean;
  /** `sha256:…`: no other image will do; the user's word, above what `.env` pins. */
  digest?: string;
}

/** The world that the steps act on. */
export interface InstallPorts {
  files: FilesPort;
  imageFiles: ImageFilePort;
  docker: DockerPort;
  connect: ConnectPort;
  clock: Clock;
  signal: AbortSignal;
}
