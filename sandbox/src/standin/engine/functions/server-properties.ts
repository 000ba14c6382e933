import type { Product } from '../product.ts';

/** Answers of SERVERPROPERTY by property name in lower case. */
export function serverProperties(serverName: string, product: Product): Record<string, string | null> {
  const [major, minor, build] = product.numbers;
  return {
    productversion: product.version,
    productmajorversion: String(major),
    productminorversion: String(minor),
    productbuild: String(build),
    productlevel: 'RTM',
    productupdatelevel: product.update,
    edition: product.editionName,
    editionid: product.editionId,
    engineedition: String(product.engineEdition),
    servername: serverName,
    machinename: serverName,
    computernamephysicalnetbios: serverName,
    instancename: null,
    collation: 'SQL_Latin1_General_CP1_CI_AS',
    isclustered: '0',
    ishadrenabled: '0',
    isintegratedsecurityonly: '0',
    issingleuser: '0',
  };
}
