import type { Answer } from './answer.ts';

/** Questions to a DHIS2 server: its registry of organisation units. */
export interface Dhis2Port {
  /** As the user gave it, without a slash at its end. */
  readonly url: string;
  /**
   * The organisation units with this UID (`by: 'uid'`: one at most) or with exactly this code. An organisation unit that is not
   * there is an empty list, not a failure.
   */
  units(
    by: 'uid' | 'code',
    value: string,
    signal: AbortSignal,
  ): Promise<Answer<OrganisationUnit[], Dhis2Failure>>;
}

export interface OrganisationUnit {
  uid: string;
  /** Empty where the registry has none. */
  code: string;
  name: string;
  /** Depth in the tree; 1 is the country. */
  level: number;
  /** ISO 8601; null while it is open. */
  closedDate: string | null;
  /** Names of what it lies in, from the country down to its parent. */
  ancestors: string[];
}

export type Dhis2Failure = {
  /** `refused`: the server wants another token, or none was given. `other`: it answers, and not as DHIS2 does. */
  kind: 'unreachable' | 'refused' | 'other';
  message: string;
};
