import type { Style } from './output.ts';

/** What an upgrade would change. */
export interface UpgradePlan {
  /** Nothing differs. */
  nothing: boolean;
  image: { from: string; to: string; fromId: string; toId: string };
  /** Lines of the compose file that differ; 0 where it stays. */
  composeLines: number;
  /** Settings of the container that differ, without values. */
  container: readonly string[];
  /** Settings of the connector that differ. */
  connector: readonly string[];
  /** What will be so that one might not expect. */
  notes: readonly string[];
}

export function upgradePlanText(plan: UpgradePlan, style: Style): string {
  const { image, composeLines, container, connector, notes } = plan;
  const id = (text: string) => text.replace(/^sha256:/, '').slice(0, 12);
  const rows = [
    ['Image', `${image.from} (${id(image.fromId)}) -> ${image.to} (${id(image.toId)})`],
    ['Compose', composeLines === 0 ? 'stays' : `this version's file; ${composeLines} lines differ`],
    ['Container', container.length === 0 ? 'made anew' : `made anew; differs in ${container.join(', ')}`],
    ['Connector', connector.length === 0 ? 'stays as it is' : `changes ${connector.join(', ')}`],
    ['Data', 'waits in SQL Server meanwhile; the position stays'],
    ['If it fails', 'the former container and files come back by themselves'],
  ];
  const lines = rows.map(
    ([label = '', text = '']) => `  ${label.padEnd(13)}${style.wrap(text, 15).trimStart()}`,
  );
  return ['', style.bold('Plan'), ...lines, ...notes.map((note) => style.wrap(note, 2))].join('\n');
}
