import { centralFields } from './central.ts';
import type { Field } from './field.ts';
import { facilityFields } from './fields.ts';

export interface SettingsKind {
  title: string;
  /** A key that only the `.env` of such an installation holds. */
  marker: 'FACILITY_DHIS2_CODE' | 'WAREHOUSE_HOST';
  fields: readonly Field[];
}

/** The two kinds of installation, each with its table of settings. */
export function settingsKinds(version: string): { facility: SettingsKind; central: SettingsKind } {
  return {
    facility: { title: 'A facility', marker: 'FACILITY_DHIS2_CODE', fields: facilityFields(version) },
    central: { title: 'The central sink', marker: 'WAREHOUSE_HOST', fields: centralFields(version) },
  };
}
