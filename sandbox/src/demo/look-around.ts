import { facilityNames } from '../../../src/connector/names.ts';
import { KAFKA_CONTAINER, POSTGRES_CONTAINER } from '../names.ts';
import { CENTRAL_DIR, type DemoFacility } from './facilities.ts';

/** The commands that `--keep` prints: none of them shows or needs a password. */
export function lookAround(facilities: readonly DemoFacility[]): string {
  const cli = 'node bin/clinicmaster-cdc.js';
  const perFacility = facilities.flatMap((facility) => {
    const { container, connector } = facilityNames(facility.code, facility.instance);
    return [
      `${facility.name} (${facility.code})`,
      `  ${cli} status --dir ${facility.dir}`,
      `  ${cli} doctor --dir ${facility.dir}`,
      `  docker logs ${container}`,
      `  curl -s http://localhost:${facility.restPort}/connectors/${connector}/status`,
    ];
  });
  return [
    'Everything runs on. To look around:',
    ...perFacility,
    'Warehouse',
    `  docker exec -it ${POSTGRES_CONTAINER} psql -U postgres warehouse`,
    '  then: SELECT facility_dhis2_code, facility_name, count(*) FROM "Visits" GROUP BY 1, 2;',
    'Sink and broker',
    `  ls ${CENTRAL_DIR}`,
    `  docker logs clinicmasterwarehouse-sink`,
    `  docker logs ${KAFKA_CONTAINER}`,
    'To remove it all: npm run demo -- --down',
  ].join('\n');
}
