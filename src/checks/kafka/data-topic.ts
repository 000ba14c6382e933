import { TOPIC_PREFIX } from '../../connector/names.ts';
import type { FacilitySettings } from '../../settings/facility.ts';

/** Stands for all data topics: rights on a name can be asked without such a topic being there, or being made. */
const SAMPLE_TABLE = 'cdc_rights_sample';

/** Start of the names of this database's topics. */
export function dataPrefix({ database }: Pick<FacilitySettings, 'database'>): string {
  return `${TOPIC_PREFIX}.${database.name}.`;
}

export function sampleDataTopic(settings: Pick<FacilitySettings, 'database'>): string {
  return `${dataPrefix(settings)}dbo.${SAMPLE_TABLE}`;
}
