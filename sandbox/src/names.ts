/** Everything in Docker that belongs to the sandbox carries these labels; `down` removes by them. */
export const LABEL = 'org.clinicmaster.cdc.sandbox';
/** Which sandbox (its random id in the credentials): a container with another id has passwords nobody knows any more. */
export const LABEL_ID = `${LABEL}.id`;
/** The checkout that started it, so that a take-over can stop what runs outside Docker. */
export const LABEL_HOME = `${LABEL}.home`;
/** Hash of everything that a container was made from. */
export const LABEL_MADE_FROM = `${LABEL}.made-from`;
/** Hash of an image's build context. */
export const LABEL_CONTEXT = 'org.clinicmaster.cdc.context';

export const KAFKA_CONTAINER = 'clinicmaster-cdc-sandbox-kafka';
export const KAFKA_PORT = 19093;
export const POSTGRES_CONTAINER = 'clinicmaster-cdc-sandbox-postgres';
export const POSTGRES_PORT = 15432;
/** The n-th SQL Server stand-in (from 1) listens here. */
export const standinPort = (n: number): number => 11432 + n;

export const BASE_IMAGE = 'clinicmaster-cdc/base:bookworm';
export const PUBLIC_BASE_IMAGE = 'debian:bookworm-slim';
