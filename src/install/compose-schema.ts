import * as z from 'zod';

const text = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const texts = z.array(text);
const map = z.record(z.string(), z.union([text, z.null()]));

const healthcheck = z.strictObject({
  test: z.union([z.string(), texts]),
  interval: text.optional(),
  timeout: text.optional(),
  start_period: text.optional(),
  retries: text.optional(),
});

/** The keys of a service that this program knows how to follow; any other key is refused, never skipped. */
export const serviceSchema = z.strictObject({
  image: z.string(),
  /** How Compose would make the image; this program makes it by itself. */
  build: z.unknown().optional(),
  container_name: z.string(),
  hostname: text.optional(),
  user: text.optional(),
  init: z.boolean().optional(),
  command: z.union([z.string(), texts]).optional(),
  environment: z.union([map, texts]).optional(),
  labels: z.union([map, texts]).optional(),
  ports: texts.optional(),
  volumes: texts.optional(),
  networks: z.union([texts, z.record(z.string(), z.null())]).optional(),
  extra_hosts: texts.optional(),
  restart: z.string().optional(),
  read_only: z.boolean().optional(),
  tmpfs: texts.optional(),
  security_opt: texts.optional(),
  cap_drop: texts.optional(),
  cap_add: texts.optional(),
  mem_limit: text.optional(),
  memswap_limit: text.optional(),
  pids_limit: text.optional(),
  cpus: text.optional(),
  stop_grace_period: text.optional(),
  stop_signal: text.optional(),
  logging: z.strictObject({ driver: z.string(), options: map.optional() }).optional(),
  ulimits: z.record(z.string(), z.strictObject({ soft: text, hard: text })).optional(),
  healthcheck: healthcheck.optional(),
});

export const composeSchema = z.object({
  services: z.record(z.string(), z.unknown()),
  networks: z
    .record(
      z.string(),
      z
        .strictObject({
          name: z.string().optional(),
          driver: z.string().optional(),
          driver_opts: map.optional(),
          labels: map.optional(),
        })
        .nullable(),
    )
    .optional(),
});

export type Service = z.infer<typeof serviceSchema>;
