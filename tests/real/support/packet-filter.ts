import { execFileSync } from 'node:child_process';

/**
 * Makes this machine swallow packets that match, without a word, as a firewall on the way would.
 * @param rule what iptables matches by, such as `-p tcp --dport 9093`
 * @returns takes the rule away
 */
export function swallow(rule: string): () => void {
  const words = [...rule.split(' '), '-j', 'DROP'];
  execFileSync('iptables', ['-I', 'INPUT', '1', ...words]);
  return () => {
    execFileSync('iptables', ['-D', 'INPUT', ...words]);
  };
}
