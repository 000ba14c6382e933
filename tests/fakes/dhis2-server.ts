import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An organisation unit as DHIS2's Web API writes it; fields without a value are left out. */
export interface UnitRow {
  id: string;
  code?: string;
  name: string;
  level: number;
  closedDate?: string;
  ancestors: { id: string; name: string; level: number }[];
}

interface Reply {
  status: number;
  body: string;
  headers?: Record<string, string>;
}

export interface Dhis2Server {
  url: string;
  units: UnitRow[];
  /** Answers instead of the registry's. */
  instead?: Reply;
  /** Method, address and Authorization of each request. */
  asked: string[];
  close(): Promise<void>;
}

export const TOKEN = 'd2pat_5xVA12xyUbWNedQxy4ohH77WlxRGVvZZ1151814092';

export const KAYUNGA: UnitRow = {
  id: 'xY9AbCdEf12',
  code: 'UG-0007',
  name: 'Kayunga Regional Referral Hospital',
  level: 5,
  ancestors: [
    { id: 'dDistrict01', name: 'Kayunga District', level: 3 },
    { id: 'uUganda0001', name: 'Uganda', level: 1 },
    { id: 'rCentral001', name: 'Central', level: 2 },
  ],
};

/** Answers as the documentation of `/api/organisationUnits` says: by UID, by `filter=code:eq:…`, 401 without the token, 404 in JSON. */
export async function dhis2Server(): Promise<Dhis2Server> {
  const it: Dhis2Server = { url: '', units: [KAYUNGA], asked: [], close: async () => {} };
  const server = createServer((request, response) => {
    it.asked.push(`${request.method} ${request.url} ${request.headers.authorization ?? ''}`);
    const { status, body, headers }: Reply = it.instead ?? answer(it.units, request);
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(body);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  it.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hmis`;
  it.close = () => new Promise((done) => server.close(() => done()));
  return it;
}

function answer(units: readonly UnitRow[], request: IncomingMessage): { status: number; body: string } {
  const failure = (status: number, message: string) => ({
    status,
    body: JSON.stringify({ httpStatusCode: status, status: 'ERROR', message }),
  });
  if (request.headers.authorization !== `ApiToken ${TOKEN}`) return failure(401, 'Unauthorized');
  const url = new URL(request.url ?? '', 'http://dhis2');
  const uid = /^\/hmis\/api\/organisationUnits\/([^/]+)\.json$/.exec(url.pathname)?.[1];
  if (uid !== undefined) {
    const unit = units.find(({ id }) => id === decodeURIComponent(uid));
    if (unit === undefined) return failure(404, `OrganisationUnit with id ${uid} could not be found.`);
    return { status: 200, body: JSON.stringify(unit) };
  }
  if (url.pathname !== '/hmis/api/organisationUnits.json') return failure(404, 'no such resource');
  const code = /^code:eq:(.*)$/.exec(url.searchParams.get('filter') ?? '')?.[1];
  const found = units.filter((unit) => unit.code === code);
  return { status: 200, body: JSON.stringify({ organisationUnits: found }) };
}
