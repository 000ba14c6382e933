import type { InsidePort } from '../../adapters/inside-port.ts';
import type { FacilityNames } from '../../connector/names.ts';
import type { Context } from '../../context.ts';
import { type ComposePlan, readCompose } from '../../install/compose-file.ts';
import { FACILITY_COMPOSE } from '../../install/facility-deployment.ts';
import { readEnvValues } from '../../install/facility-folder.ts';
import { wantedCompose } from '../../install/package-files.ts';
import type { FacilitySettings } from '../../settings/facility.ts';
import { soon } from './soon.ts';

/** Docker on a busy machine takes seconds to make a container and to end it, and what is not taken away stays there. */
const TAKING_AWAY_MS = 20_000;

/** The view from inside the facility's container, opened when a check first asks for it. */
export interface InsideView {
  open(): Promise<InsidePort | undefined>;
  /** Takes away what was made for it. Does not wait for an Engine that has not answered: it has made nothing, and will not. */
  close(): Promise<void>;
}

export function insideView(settings: FacilitySettings, names: FacilityNames, context: Context): InsideView {
  let opened: Promise<InsidePort | undefined> | undefined;
  let answers = false;
  let closed = false;
  const look = async () => {
    await context.docker();
    answers = true;
    if (closed) return undefined;
    const plan = await composePlan(settings, context);
    const [network] = plan.networks;
    if (network === undefined) return undefined;
    const { ExtraHosts } = plan.options.HostConfig as { ExtraHosts?: string[] };
    return context.inside({
      container: names.container,
      image: settings.image,
      network,
      hosts: ExtraHosts ?? [],
      access: settings.kafka,
      clientId: `cdc.${settings.facilityId}.cli`,
    });
  };
  return {
    open: () => {
      opened ??= look();
      return opened;
    },
    close: async () => {
      closed = true;
      if (!answers || opened === undefined) return;
      await soon<unknown>(
        opened.then((port) => port?.close()),
        TAKING_AWAY_MS,
        undefined,
      );
    },
  };
}

/** What the compose file makes of these settings, whether `.env` holds them already or not. */
async function composePlan(settings: FacilitySettings, context: Context): Promise<ComposePlan> {
  const { files, packageRoot } = context;
  const { content } = await wantedCompose(files, packageRoot, settings.dir, FACILITY_COMPOSE);
  const values = {
    ...(await readEnvValues(files, settings.dir)),
    IMAGE: settings.image,
    INSTANCE: settings.instance === '' ? '' : `-${settings.instance}`,
    DOCKER_MTU: String(settings.networkMtu),
  };
  return readCompose(content, values, settings.dir, FACILITY_COMPOSE);
}
