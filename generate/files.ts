import { centralFields } from '../src/settings/central.ts';
import { enrolmentSchema } from '../src/settings/enrolment.ts';
import type { Field } from '../src/settings/field.ts';
import { facilityFields } from '../src/settings/fields.ts';
import { settingsSchema } from '../src/settings/json-schema.ts';
import { settingsKinds } from '../src/settings/kinds.ts';
import { type SampleTexts, sampleText } from './sample.ts';
import { settingsTable, withPart } from './settings-page.ts';

const HEADS = {
  facility:
    'The facility: its name as reports shall show it, and its code in DHIS2, which marks every record (capitals matter).',
  database: "ClinicMaster's SQL Server. For a SQL Server on this machine: DB_HOST=host.docker.internal",
  warehouse: 'The PostgreSQL warehouse. The user needs CREATE on schema public.',
  kafka: 'The central Kafka; the central team gives these three.',
  certificates:
    'Certificates: put the CA of Kafka into ca/kafka-ca.pem, that of SQL Server into ca/sqlserver-ca.pem. Without a file the public CAs count. true below accepts any certificate of SQL Server, for one that signed its own.',
  seldom: 'Seldom changed. Take the # away to set one.',
};

const FACILITY: SampleTexts = {
  title: 'Settings of one facility.  cp .env.sample .env, fill in, then: docker compose up -d',
  heads: HEADS,
  compose: { COMPOSE_FILE: 'docker-compose.facility.yml', COMPOSE_PROJECT_NAME: 'clinicmaster-cdc' },
};
const CENTRAL: SampleTexts = {
  title: 'Settings of the central sink.  cp .env.central.sample .env, fill in, then: docker compose up -d',
  heads: {
    ...HEADS,
    kafka: 'The central Kafka.',
    certificates:
      'Certificates: the CA of Kafka in ca/kafka-ca.pem, that of PostgreSQL in ca/warehouse-ca.pem (for verify-ca and verify-full). Without a file the public CAs count.',
  },
  compose: { COMPOSE_FILE: 'docker-compose.central.yml', COMPOSE_PROJECT_NAME: 'clinicmaster-cdc-central' },
};

/**
 * Every file that is made from the table of settings: path from the root → its whole text.
 * @param version of the package, part of the images' default names
 * @param read text of a file of the root; the pages are written by hand around their generated parts
 */
export function generatedFiles(version: string, read: (path: string) => string): Record<string, string> {
  const facility = facilityFields(version);
  const central = centralFields(version);
  const tables = { facility: settingsTable(facility), central: settingsTable(ownOf(central, facility)) };
  const page = Object.entries(tables).reduce(
    (text, [name, table]) => withPart(text, `settings: ${name}`, table),
    read('docs/settings.md'),
  );
  return {
    '.env.sample': sampleText(facility, FACILITY),
    '.env.central.sample': sampleText(central, CENTRAL),
    'docs/settings.md': page,
    'docs/schemas/settings.schema.json': json(settingsSchema(settingsKinds(version))),
    'docs/schemas/enrolment.schema.json': json(enrolmentSchema()),
  };
}

/** The sink's own settings, and those that have another default than a facility's. */
function ownOf(central: readonly Field[], facility: readonly Field[]): Field[] {
  return central.filter((field) => {
    const same = facility.find(({ key }) => key === field.key);
    return same === undefined || same.default !== field.default;
  });
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
