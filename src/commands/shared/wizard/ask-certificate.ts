import { CliError } from '../../../errors.ts';
import { certificateFrom } from '../certificates.ts';
import type { Wizard } from './question.ts';
import { answer, type CertificateOption, promptOf, reopen } from './state.ts';

/** The file of a CA certificate, asked for until it is one. Nothing typed: it is not at hand. */
export async function askCertificate(wizard: Wizard, key: CertificateOption): Promise<void> {
  const { state, context, prompts } = wizard;
  for (;;) {
    const typed = await prompts.text({
      message: promptOf(state, key),
      check: () => undefined,
      back: true,
    });
    const path = typed.trim().replace(/^~(?=[\\/])/, context.host.home);
    if (path === '') {
      delete state.certificates[key];
      answer(state, key, '');
      return;
    }
    try {
      const pem = await certificateFrom({ [key]: path }, key, context);
      if (pem !== undefined) state.certificates[key] = pem;
      answer(state, key, path);
      return;
    } catch (cause) {
      if (!(cause instanceof CliError)) throw cause;
      context.out.warn(`${cause.message} Seen: ${cause.seen}. Needed: ${cause.needed}`);
    }
  }
}

/** What to do with a certificate of SQL Server that no authority known here has signed. */
export async function askDatabaseTrust(wizard: Wizard): Promise<void> {
  const { state, prompts } = wizard;
  const madeUp = state.failed.get('database-certificate')?.result.verdict.summary.includes('by itself');
  const chosen = await prompts.select({
    message: 'Trust SQL Server?',
    options: [
      { value: 'trust', label: 'Yes, as it is: it stands in this building' },
      { value: 'file', label: 'Give a CA certificate (a file from the DBA)' },
      { value: 'host', label: 'Correct the host' },
      { value: 'refuse', label: 'No' },
    ],
    initial: madeUp === false ? 'file' : 'trust',
    back: true,
  });
  answer(state, 'DB_TRUST_SERVER_CERTIFICATE', chosen === 'trust' ? 'true' : 'false');
  if (chosen === 'file') await askCertificate(wizard, 'dbCa');
  if (chosen === 'host') reopen(state, 'DB_HOST');
}
