import type { ConnectorConfig } from '../adapters/connect-port.ts';

/**
 * The connector configuration from its template: a flat map of texts in which secrets are `${env:…}` references.
 * @param name of the connector; Connect wants it inside too when it validates
 */
export function connectorConfig(template: string, name: string): ConnectorConfig {
  const parsed: unknown = JSON.parse(template);
  const entries = Object.entries(parsed as object).map(([key, value]) => [key, String(value)]);
  return { name, ...Object.fromEntries(entries) };
}

/** Keys whose values differ between two configurations, in alphabetical order. */
export function configDifferences(wanted: ConnectorConfig, actual: ConnectorConfig): string[] {
  const keys = new Set([...Object.keys(wanted), ...Object.keys(actual)]);
  return [...keys].filter((key) => wanted[key] !== actual[key]).sort();
}
