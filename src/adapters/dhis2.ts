import * as z from 'zod';
import type { Answer } from './answer.ts';
import type { Dhis2Failure, Dhis2Port, OrganisationUnit } from './dhis2-port.ts';

/** A registry behind a satellite link answers within this. */
const PATIENCE_MS = 15_000;
const FIELDS = 'id,code,name,level,closedDate,ancestors[id,name,level]';

/** What DHIS2 documents of an organisation unit, as far as it was asked for; fields without a value are left out. */
const UNIT = z.object({
  id: z.string(),
  code: z.string().default(''),
  name: z.string().default(''),
  level: z.number().default(0),
  closedDate: z.string().nullable().default(null),
  ancestors: z.array(z.object({ name: z.string().default(''), level: z.number().default(0) })).default([]),
});
const LIST = z.object({ organisationUnits: z.array(UNIT) });

/**
 * The Web API of a DHIS2 server.
 * @param token personal access token (`d2pat_…`); it is sent to this server alone: redirects are not followed
 */
export function dhis2(url: string, token: string | undefined): Dhis2Port {
  const base = url.replace(/\/+$/, '');
  return {
    url: base,
    async units(by, value, signal) {
      const address =
        by === 'uid'
          ? `${base}/api/organisationUnits/${encodeURIComponent(value)}.json?fields=${FIELDS}`
          : `${base}/api/organisationUnits.json?filter=code:eq:${encodeURIComponent(value)}&fields=${FIELDS}&paging=false`;
      const answer = await get(address, token, signal);
      if (!answer.ok) return answer;
      if (answer.value === undefined) return { ok: true, value: [] };
      const parsed =
        by === 'uid' ? UNIT.transform((unit) => [unit]).safeParse(answer.value) : listOf(answer.value);
      if (!parsed.success) return failed('other', 'it answers, and not with organisation units');
      return { ok: true, value: parsed.data.map(toUnit) };
    },
  };
}

function listOf(data: unknown) {
  return LIST.transform(({ organisationUnits }) => organisationUnits).safeParse(data);
}

/** The JSON of an answer; undefined for 404. */
async function get(
  address: string,
  token: string | undefined,
  signal: AbortSignal,
): Promise<Answer<unknown, Dhis2Failure>> {
  const headers = {
    accept: 'application/json',
    ...(token === undefined || token === '' ? {} : { authorization: `ApiToken ${token}` }),
  };
  let response: Response;
  try {
    response = await fetch(address, {
      headers,
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]),
    });
  } catch (cause) {
    signal.throwIfAborted();
    return failed('unreachable', reason(cause));
  }
  const { status } = response;
  if (status === 401 || status === 403) return failed('refused', `HTTP ${status}`);
  if (status >= 300 && status < 400) {
    const to = response.headers.get('location') ?? 'another address';
    // Without a token DHIS2 sends a browser to its login page.
    return /login/i.test(to)
      ? failed('refused', 'it asks for a login')
      : failed('other', `it moved to ${to}`);
  }
  const body = await response.text().catch(() => '');
  const data = jsonOf(body);
  if (status === 404 && isObject(data)) return { ok: true, value: undefined };
  if (status !== 200) return failed('other', `HTTP ${status}`);
  return data === undefined ? failed('other', 'its answer is no JSON') : { ok: true, value: data };
}

function toUnit({ id, code, name, level, closedDate, ancestors }: z.output<typeof UNIT>): OrganisationUnit {
  const above = ancestors.toSorted((a, b) => a.level - b.level).map((ancestor) => ancestor.name);
  return { uid: id, code, name, level, closedDate, ancestors: above };
}

function failed(kind: Dhis2Failure['kind'], message: string): { ok: false; failure: Dhis2Failure } {
  return { ok: false, failure: { kind, message } };
}

/** `fetch` hides the reason in its cause. */
function reason(cause: unknown): string {
  const inner = cause instanceof Error ? (cause.cause ?? cause) : cause;
  if (inner instanceof Error && inner.name === 'TimeoutError')
    return `no answer within ${PATIENCE_MS / 1000} s`;
  const code = (inner as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : inner instanceof Error ? inner.message : String(inner);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(data: unknown): boolean {
  return typeof data === 'object' && data !== null;
}
