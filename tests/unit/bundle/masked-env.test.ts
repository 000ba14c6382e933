import { describe, expect, it } from 'vitest';
import { envSecrets, maskedEnv } from '../../../src/bundle/masked-env.ts';
import { facilityFields } from '../../../src/settings/fields.ts';

const FIELDS = facilityFields('0.1.0');
const ENV = `# old password: winter2025
FACILITY_NAME='St. Mary'
DB_PASS=
DB_PASS_B64=${Buffer.from('sum"mer').toString('base64')}
KAFKA_PASS='au$tumn'
COMPOSE_FILE=docker-compose.facility.yml
PROXY_TOKEN=spring-77
WHATEVER=unknown
MESSAGE_KEY_COLUMNS=dbo.A:B
this is no line
`;

describe('.env for other eyes', () => {
  it('shows settings, and of all else only that it is there', () => {
    expect(maskedEnv(ENV, FIELDS).split('\n')).toEqual([
      'FACILITY_NAME=St. Mary',
      'DB_PASS=',
      'DB_PASS_B64=(hidden)',
      'KAFKA_PASS=(hidden)',
      'COMPOSE_FILE=docker-compose.facility.yml',
      'PROXY_TOKEN=(hidden)',
      'WHATEVER=(hidden)',
      'MESSAGE_KEY_COLUMNS=dbo.A:B',
      '# line 10 is no KEY=value',
      '',
    ]);
  });

  it('names every secret, decoded and as it is written', () => {
    const found = envSecrets(ENV, FIELDS).map(({ name, value }) => `${name} ${value}`);
    expect(found.sort()).toEqual([
      'DB_PASS sum"mer',
      `DB_PASS_B64 ${Buffer.from('sum"mer').toString('base64')}`,
      'KAFKA_PASS au$tumn',
      'KAFKA_PASS au$tumn',
      'PROXY_TOKEN spring-77',
      'PROXY_TOKEN spring-77',
    ]);
  });
});
