import type { InsidePort } from '../../adapters/inside-port.ts';
import type { FacilityNames } from '../../connector/names.ts';
import type { Context } from '../../context.ts';
import { type ComposePlan, readCompose } from '../../install/compose-file.ts';
import { FACILITY_COMPOSE } from '../../install/facility-deployment.ts';
import { readEnvValues } from '../../install/facility-folder.ts';
import { wantedCompose } from '../../install/package-files.ts';
import type { FacilitySettings } from '../../settings/facility.ts';

/** The view from inside the facility's container, opened when a check first asks for it. */
export interface InsideView {
  open(): Promise<InsidePort | undefined>;
  close(): Promise<void>;
}

export function insideView(settings: FacilitySettings, names: FacilityNames, context: Context): InsideView {
  let opened: Promise<InsidePort | undefined> | undefined;
  const look = async () => {
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
      const port = await opened?.catch(() => undefined);
      await port?.close();
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
