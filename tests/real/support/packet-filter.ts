import { execFileSync } from 'node:child_process';

/** By this a rule of the tests is known again. */
const MARK = 'clinicmaster-cdc-test';

/**
 * Makes this machine swallow packets that match, without a word, as a firewall on the way would.
 * @param rule what iptables matches by, such as `-p tcp --dport 9093`
 * @returns takes the rule away
 */
export function swallow(rule: string): () => void {
  const words = [...rule.split(' '), '-m', 'comment', '--comment', MARK, '-j', 'DROP'];
  execFileSync('iptables', ['-I', 'INPUT', '1', ...words]);
  return () => {
    execFileSync('iptables', ['-D', 'INPUT', ...words]);
  };
}

/** Takes away what a run that was killed has left: its rule would meet whoever gets that address next. */
export function sweepSwallowed(): void {
  let rules: string;
  try {
    rules = execFileSync('iptables', ['-S', 'INPUT'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    // Without iptables, or the right to it, no test has made a rule.
    return;
  }
  for (const line of rules.split('\n').filter((one) => one.includes(MARK))) {
    execFileSync('iptables', line.replace(/^-A /, '-D ').split(' '));
  }
}
