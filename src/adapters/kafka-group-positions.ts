import { endsOf } from './kafka-offsets.ts';
import type { GroupPosition } from './kafka-port.ts';
import type { KafkaSession } from './kafka-session.ts';

/** Ends first, then what the group has stored: whoever has reached such an end had read all that stood there when asked. */
export async function positionsOfGroup(
  session: KafkaSession,
  group: string,
  topics: readonly string[],
  signal: AbortSignal,
): Promise<GroupPosition[]> {
  const ends = await endsOf(session, topics);
  if (ends.length === 0) return [];
  const names = [...new Set(ends.map(({ led }) => led.topic))];
  const request = {
    groupId: group,
    topics: names.map((topic) => ({
      topic,
      partitions: ends
        .filter(({ led }) => led.topic === topic)
        .map(({ led: { partition } }) => ({ partition })),
    })),
  };
  const { responses } = await session.atCoordinator(group, signal, (broker) => broker.offsetFetch(request));
  const stored = new Map(
    responses.flatMap(({ topic, partitions }) =>
      partitions.map(({ partition, offset }) => [`${topic}-${partition}`, Number(offset)] as const),
    ),
  );
  return ends.map(({ led: { topic, partition }, offset: end }) => {
    const committed = stored.get(`${topic}-${partition}`) ?? -1;
    return { topic, partition, end, committed: committed < 0 ? null : committed };
  });
}
