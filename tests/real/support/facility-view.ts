import { FACILITY_IMAGE } from '../../../sandbox/src/images/recipes.ts';
import type { DockerPort } from '../../../src/adapters/docker-port.ts';
import { insideContainer } from '../../../src/adapters/inside.ts';
import type { InsidePort } from '../../../src/adapters/inside-port.ts';
import type { FacilitySettings } from '../../../src/settings/facility.ts';

/** A container that looks from inside a network of its own, as before an installation. */
export function throwAway(
  { kafka, facilityId }: FacilitySettings,
  { mtu = 1500, hosts = [] }: { mtu?: number; hosts?: readonly string[] } = {},
): (docker: DockerPort) => Promise<InsidePort | undefined> {
  return (docker) =>
    insideContainer(docker, {
      container: `clinicmaster-cdc-test-${facilityId}`,
      image: FACILITY_IMAGE.tag,
      network: {
        name: `clinicmaster-cdc-test-${facilityId}`,
        driver: 'bridge',
        options: { 'com.docker.network.driver.mtu': String(mtu) },
        labels: {},
      },
      hosts,
      access: kafka,
      clientId: `cdc.${facilityId}.cli`,
    });
}
