import type { FacilityCheck } from '../context.ts';
import { listed, pass, unknown, warn } from '../verdicts.ts';

const ID = 'host-av';

/** Programs that look at every file as it is opened. A scanner that only runs when it is asked to is not one of them. */
const SCANNERS: readonly (readonly [program: RegExp, product: string])[] = [
  [/^MsMpEng(\.exe)?$/i, 'Microsoft Defender'],
  [/^wdavdaemon$/, 'Microsoft Defender for Endpoint'],
  [/^clamonacc$/, 'ClamAV on-access'],
  [/^(savd|savscand|SavService\.exe)$/i, 'Sophos'],
  [/^(falcon-sensor|CSFalconService\.exe)/i, 'CrowdStrike Falcon'],
  [/^(s1-agent|SentinelAgent\.exe)/i, 'SentinelOne'],
  [/^(oaeventd|ekrn\.exe)$/i, 'ESET'],
  [/^(ds_am|coreServiceShell\.exe)$/i, 'Trend Micro'],
  [/^(kesl|avp\.exe)$/i, 'Kaspersky'],
  [/^(mfetpd|mcshield\.exe)$/i, 'Trellix (McAfee)'],
  [/^(bdsecd|vsserv\.exe)$/i, 'Bitdefender'],
  [/^(AvastSvc|avgsvc|avguard)\.exe$/i, 'Avast, AVG or Avira'],
];

export type AntivirusFacts = {
  rootDir: string;
  /** Programs that run and are known to scan; null where the programs cannot be seen. */
  scanners: string[] | null;
  /** Folders that are left alone; null where that cannot be read. */
  exclusions: string[] | null;
};

/** No antivirus holds Docker's files while they are written. */
export const hostAv: FacilityCheck<AntivirusFacts> = {
  id: ID,
  title: 'Antivirus leaves Docker alone',
  area: 'host',
  when: ['before-install', 'daily'],
  needs: ['docker-endpoint'],
  timeoutMs: 8000,

  async probe({ docker, machine }) {
    const [{ rootDir }, programs, exclusions] = await Promise.all([
      (await docker()).info(),
      machine.programs(),
      machine.antivirusExclusions(),
    ]);
    const scanners = programs?.filter((name) => SCANNERS.some(([program]) => program.test(name)));
    return { rootDir, scanners: scanners ?? null, exclusions: exclusions ?? null };
  },

  judge({ rootDir, scanners, exclusions }) {
    if (scanners === null) {
      return unknown(`${ID}-unseen`, 'This machine does not show which programs run.', {
        remedy: { text: 'If an antivirus runs here, let it leave Docker’s folder alone.', who: 'you' },
      });
    }
    const products = [
      ...new Set(scanners.flatMap((name) => SCANNERS.find(([program]) => program.test(name))?.[1] ?? [])),
    ];
    if (products.length === 0) return pass('no scanner that looks at every file');
    const covering = exclusions?.find((folder) => /docker|wsl|\.vhdx/i.test(folder));
    if (covering !== undefined) return pass(`${listed(products)} leaves ${covering} alone`);
    return warn(`${ID}-scans`, `${listed(products)} may scan Docker’s files.`, {
      current: exclusions === null ? 'its exceptions cannot be read from here' : 'no exception for Docker',
      required: `an exception for ${rootDir} (Docker Desktop: %LOCALAPPDATA%\\Docker and the .vhdx of WSL)`,
      remedy: {
        text: 'A scanner that locks Docker’s files makes the worker slow, or stops it. Whoever looks after the antivirus adds the exception.',
        commands: [
          'Add-MpPreference -ExclusionPath "$Env:LOCALAPPDATA\\Docker"   (Microsoft Defender, as administrator)',
          `mdatp exclusion folder add --path ${rootDir}   (Defender on Linux)`,
        ],
        who: 'network-admin',
      },
    });
  },
};
