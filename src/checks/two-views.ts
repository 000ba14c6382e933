import type { InsidePort, Vantage } from '../adapters/inside-port.ts';
import type { KafkaAnswer, KafkaPort } from '../adapters/kafka-port.ts';
import type { ReachPort } from '../adapters/network-port.ts';
import type { Remedy, Verdict } from './types.ts';
import { fail, pass, warn } from './verdicts.ts';

/** What a probe needs to look from both sides. */
export interface Views {
  network: ReachPort;
  kafka: KafkaPort;
  /** Undefined where neither the container nor its image is there. */
  inside(): Promise<InsidePort | undefined>;
}

/** One question, asked from this machine and from inside the container; null where there was nothing to look from. */
export type TwoViews<T> = { host: T; inside: T | null };

/** Asks from both sides at once. The inside never spoils what the host knows: it is null when Docker will not have it. */
export async function fromBoth<T>(
  views: Views,
  signal: AbortSignal,
  ask: (from: Vantage) => Promise<T>,
): Promise<TwoViews<T>> {
  const host = ask({ network: views.network, kafka: views.kafka });
  const inside = lookInside(views, signal).then((from) => (from === undefined ? null : ask(from)));
  const [seen, seenInside] = await Promise.all([host, inside]);
  return { host: seen, inside: seenInside };
}

/** The vantage inside, or undefined when there is none or the signal comes first. */
function lookInside({ inside }: Views, signal: AbortSignal): Promise<InsidePort | undefined> {
  return new Promise((settle) => {
    signal.addEventListener('abort', () => settle(undefined), { once: true });
    if (signal.aborted) settle(undefined);
    // The checks of Docker itself say what is wrong with it.
    inside().then(settle, () => settle(undefined));
  });
}

/** Failures that say nothing of Kafka: the question did not get there. */
const NOT_THERE = new Set(['unreachable', 'timeout', 'closed']);

/** Asks Kafka from this machine; where that does not get through, from inside the container, whose way may be another. */
export async function askKafka<T>(
  views: Views,
  signal: AbortSignal,
  ask: (kafka: KafkaPort) => Promise<KafkaAnswer<T>>,
): Promise<KafkaAnswer<T>> {
  const answer = await ask(views.kafka);
  if (answer.ok || !NOT_THERE.has(answer.failure.kind) || signal.aborted) return answer;
  const inside = await lookInside(views, signal);
  return inside === undefined ? answer : ask(inside.kafka);
}

/**
 * One verdict for two views. That the two differ is a finding by itself: what counts for the stream is the container's.
 * @param cure what is to be done when only the container fails
 */
export function judgeBoth<T>(
  id: string,
  views: TwoViews<T>,
  judge: (answers: T) => Verdict,
  cure: (inside: Verdict) => Remedy,
): Verdict {
  const host = judge(views.host);
  if (views.inside === null) return host;
  const inside = judge(views.inside);
  if (host.outcome === 'fail') return inside.outcome === 'fail' ? both(host, inside) : outside(id, host);
  if (inside.outcome === 'fail') return insideOnly(id, host, inside, cure(inside));
  if (inside.outcome === 'warn' && host.outcome === 'pass') {
    return { ...inside, summary: `From inside the container: ${inside.summary}` };
  }
  if (host.outcome !== 'pass') return host;
  const current = [host.current, 'the same from inside the container'].filter(Boolean).join('; ');
  return pass(host.summary, current);
}

function both(host: Verdict, inside: Verdict): Verdict {
  const other = inside.current === host.current ? 'the same' : (inside.current ?? inside.summary);
  return { ...host, current: `${host.current ?? host.summary}; from inside the container: ${other}` };
}

function outside(id: string, host: Verdict): Verdict {
  return warn(`${id}-outside`, `The container gets through, this machine does not. ${host.summary}`, {
    current: `this machine: ${host.current ?? host.summary}; from inside the container: it works`,
    required: 'The same from this machine, for the checks of this program.',
    remedy: {
      text:
        'The stream does not need it: only the container has to get through. Where this machine should too: ' +
        `${host.remedy?.text ?? ''}`.trimEnd(),
      ...(host.remedy?.commands === undefined ? {} : { commands: host.remedy.commands }),
      who: host.remedy?.who ?? 'you',
    },
  });
}

function insideOnly(id: string, host: Verdict, inside: Verdict, remedy: Remedy): Verdict {
  return fail(
    `${id}-inside`,
    `It works from this machine and not from inside the container. ${inside.summary}`,
    {
      current: `this machine: ${host.summary}; from inside the container: ${inside.current ?? inside.summary}`,
      required: 'The same from inside the container: the connector lives there.',
      remedy,
    },
  );
}

/** The container's name server does not know a name that this machine knows. */
export function cureNames(name: string): Remedy {
  return {
    text:
      'Containers ask the name server that Docker gives them: never the local one at 127.0.0.53, nor always the VPN’s. ' +
      'Write the VPN’s name server into /etc/docker/daemon.json and restart Docker; or pin the address of this name under ' +
      'extra_hosts in docker-compose.facility.yml, then run init again.',
    commands: [
      'resolvectl dns   # shows the VPN’s name server',
      'echo \'{ "dns": ["10.8.0.1"] }\' | sudo tee /etc/docker/daemon.json   # that address; keep other entries',
      'sudo systemctl restart docker',
      `docker exec clinicmasterwarehouse busybox ping -c 1 -w 1 ${name}   # must print its address`,
    ],
    who: 'you',
  };
}

/** Packets of the container do not get where those of this machine do. */
export function cureRoute(host: string, port: number): Remedy {
  return {
    text:
      'Docker sends the container’s packets through a bridge of its own. Usual causes: forwarding is off or a firewall ' +
      '(ufw, firewalld) drops it; the VPN lets only this machine’s own packets in; or Docker’s network has the same ' +
      'addresses as a network behind the VPN. Compare the two, then ask the network administrator.',
    commands: [
      'sysctl net.ipv4.ip_forward   # must be 1',
      'sudo iptables -S FORWARD   # a policy DROP without rules for Docker is the cause',
      `ip route get ${host}   # the VPN’s interface?`,
      "docker network inspect -f '{{range .IPAM.Config}}{{.Subnet}}{{end}}' clinicmasterwarehouse",
      `docker exec clinicmasterwarehouse nc -w 5 ${host} ${port} -e true && echo reached`,
    ],
    who: 'network-admin',
  };
}

/** Small packets of the container pass and large ones do not. */
export function curePacketSize(): Remedy {
  return {
    text:
      'The VPN carries smaller packets than the container’s network sends: large ones are lost without a word. Give the ' +
      'network a smaller packet size; if 1360 does not help, 1280.',
    commands: ['clinicmaster-cdc init --mtu 1360'],
    who: 'you',
  };
}
