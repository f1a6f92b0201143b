import * as z from "zod";
import { commandLine, UsageError } from "../kit/command-line.ts";
import type { EmulatorOptions } from "../kit/emulator-types.ts";
import { httpUrl, milliseconds, positive, text, whole } from "../kit/validation.ts";

/** What the volume service can be told to fail in. */
export const WORK = [
  "create_volume",
  "delete_volume",
  "extend_volume",
  "revert_volume",
  "attach_volume",
  "create_snapshot",
  "delete_snapshot",
] as const;
export type Work = (typeof WORK)[number];

const user = z.strictObject({
  /** Its name. */
  name: text,
  /** Its password. */
  password: text,
  /** Names of the projects in which it has a role. */
  projects: z.array(text).min(1, "must have at least one project").readonly(),
});

const applicationCredential = z.strictObject({
  /** Its id. */
  id: text,
  /** Its secret. */
  secret: text,
  /** Name of the project that it is for. */
  project: text,
});

const quotas = z.strictObject({
  /** Default 10, as shipped; -1: no limit. */
  volumes: z.int().min(-1).default(10),
  /** Default 10, as shipped; -1: no limit. */
  snapshots: z.int().min(-1).default(10),
  /** GiB of volumes and snapshots together. Default 1,000, as shipped; -1: no limit. */
  gigabytes: z.int().min(-1).default(1_000),
});

/** What the emulator of OpenStack can be told, besides what every emulator can. */
export const optionsSchema = z.strictObject({
  /** Users who can log in. Default: anybody, with any password that is not empty, in any project. */
  users: z.array(user).min(1, "must have at least one user").readonly().optional().register(commandLine, {
    flags: "--user <name:password:project>",
    help: "user who can log in",
    read: parseUser,
  }),
  /** Application credentials that exist. Default: none. */
  applicationCredentials: z.array(applicationCredential).readonly().default([]),
  /** The region of the catalogue. Default `RegionOne`. */
  region: text.default("RegionOne").register(commandLine, {
    flags: "--region <name>",
    help: "region of the catalogue",
  }),
  /** Newest microversion. Default 3.70, that of the release Zed. */
  newestVersion: z
    .string()
    .regex(/^3\.(?:0|[1-9]\d{0,3})$/, "must be a microversion such as 3.70")
    .default("3.70")
    .register(commandLine, { flags: "--newest-version <3.N>", help: "newest microversion" }),
  /** How long a token is valid, in milliseconds. Default one hour. */
  tokenLifeMs: milliseconds.default(3_600_000).register(commandLine, {
    flags: "--token-life <time>",
    help: "how long a token is valid",
  }),
  /** How long the volume service works on each change, in milliseconds. Default 500; 0: it has ended when it is answered. */
  workMs: milliseconds.default(500).register(commandLine, {
    flags: "--work <time>",
    help: "how long the volume service works on a change",
  }),
  /** Work that fails, every time. Default: none. */
  failing: z
    .array(z.enum(WORK))
    .readonly()
    .default([])
    .register(commandLine, {
      flags: "--failing <list>",
      help: `work that fails: ${WORK.join(",")}`,
    }),
  /** Of each project. */
  quotas: quotas.default({ volumes: 10, snapshots: 10, gigabytes: 1_000 }),
  /** GiB that the backend has for volumes; what does not fit is accepted and fails. Default 0: no limit. */
  capacityGiB: whole.default(0).register(commandLine, {
    flags: "--capacity <gib>",
    help: "GiB of the backend, 0: no limit",
  }),
  /** Most items on a page (`osapi_max_limit`). Default 1,000. */
  maxPageSize: positive.default(1_000),
  /** Availability zones. The first is the default. */
  zones: z.array(text).min(1, "must have at least one zone").readonly().default(["nova"]),
  /** Volume types. The first is the default; volumes of `multiattach` can be on several servers. */
  volumeTypes: z
    .array(text)
    .min(1, "must have at least one type")
    .readonly()
    .default(["__DEFAULT__", "multiattach"]),
  /** The database behind the service: `mariadb` drops fractions of seconds, and filters names without regard to capitals. */
  database: z.enum(["sqlite", "mariadb"]).default("sqlite").register(commandLine, {
    flags: "--database <kind>",
    help: "whose comparisons and dates it shows",
  }),
  /** Whether the catalogue has a compute service (Nova), whose business attachments then are. Default false. */
  compute: z.boolean().default(false),
  /** Ids of the servers of every project, which Nova manages. Default: none. */
  servers: z.array(text).readonly().default([]),
  /** Base URL of the catalogue's addresses and of links. Default: the scheme and host of the request. */
  publicUrl: httpUrl.optional(),
});

/** Options of the OpenStack emulator. All are optional. */
export interface OpenStackOptions extends EmulatorOptions, z.input<typeof optionsSchema> {}

/** The options with every default filled in. */
export type ResolvedOptions = z.output<typeof optionsSchema>;

function parseUser(value: string, name: string): z.input<typeof user> {
  const [, user, password, project] = /^([^:]+):([^:]+):([^:]+)$/.exec(value) ?? [];
  if (user === undefined || password === undefined || project === undefined)
    throw new UsageError(`${name} takes NAME:PASSWORD:PROJECT such as demo:secret:demo`);
  return { name: user, password, projects: [project] };
}
