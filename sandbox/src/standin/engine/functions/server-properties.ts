import { PRODUCT_VERSION } from '../settings.ts';

/** Answers of SERVERPROPERTY by property name in lower case. */
export function serverProperties(serverName: string): Record<string, string | null> {
  return {
    productversion: PRODUCT_VERSION,
    productmajorversion: '16',
    productminorversion: '0',
    productbuild: '4111',
    productlevel: 'RTM',
    productupdatelevel: 'CU12',
    edition: 'Developer Edition (64-bit)',
    editionid: '-2117995310',
    engineedition: '3',
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
