/** The releases that a stand-in can pretend to be. */
export const RELEASES = ['2017', '2019', '2022'] as const;
export type Release = (typeof RELEASES)[number];

export const EDITIONS = ['developer', 'standard', 'enterprise', 'express'] as const;
export type Edition = (typeof EDITIONS)[number];

/** What the pretended server is: drivers read the numbers, people the words, and some statements depend on it. */
export interface Product {
  release: Release;
  edition: Edition;
  /** `16.0.4111.2` */
  version: string;
  /** major, minor, build */
  numbers: [number, number, number];
  /** Newest cumulative update that its version stands for. */
  update: string;
  /** @@VERSION */
  banner: string;
  /** SERVERPROPERTY('Edition'), ('EngineEdition'), ('EditionID') */
  editionName: string;
  engineEdition: number;
  editionId: string;
  /** Of new databases. */
  compatibilityLevel: number;
  /** From 2022 on VIEW … STATE is split into a PERFORMANCE and a SECURITY half. */
  splitStatePermissions: boolean;
}

const VERSIONS: Readonly<Record<Release, [version: string, update: string, compatibility: number]>> = {
  2017: ['14.0.3456.2', 'CU31', 140],
  2019: ['15.0.4355.3', 'CU25', 150],
  2022: ['16.0.4111.2', 'CU12', 160],
};

const EDITION_FACTS: Readonly<Record<Edition, [name: string, engine: number, id: string]>> = {
  developer: ['Developer Edition (64-bit)', 3, '-2117995310'],
  standard: ['Standard Edition (64-bit)', 2, '-1534726760'],
  enterprise: ['Enterprise Edition (64-bit)', 3, '1804890536'],
  express: ['Express Edition (64-bit)', 4, '-1592396055'],
};

/** The product of a release and edition. Its banner says plainly that it is none of Microsoft's. */
export function product(release: Release, edition: Edition): Product {
  const [version, update, compatibilityLevel] = VERSIONS[release];
  const [editionName, engineEdition, editionId] = EDITION_FACTS[edition];
  const [major = 0, minor = 0, build = 0] = version.split('.').map(Number);
  return {
    release,
    edition,
    version,
    numbers: [major, minor, build],
    update,
    banner:
      `Microsoft SQL Server ${release} stand-in of clinicmaster-cdc (not a SQL Server) - ${version} (X64) \n` +
      '\tSandbox edition on PostgreSQL',
    editionName,
    engineEdition,
    editionId,
    compatibilityLevel,
    splitStatePermissions: major >= 16,
  };
}

/** The name by which a release knows a state permission: before 2022 there is one where 2022 has two halves. */
export function statePermission({ splitStatePermissions }: Product, permission: string): string {
  return splitStatePermissions ? permission : permission.replace(/ (PERFORMANCE|SECURITY) STATE$/, ' STATE');
}

/** A half of a state permission, which a release before 2022 has never heard of. */
export function isUnknownPermission({ splitStatePermissions }: Product, permission: string): boolean {
  return !splitStatePermissions && / (PERFORMANCE|SECURITY) STATE$/.test(permission);
}
