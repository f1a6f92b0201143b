import * as z from "zod";
import { commandLine, type Read, readDuration } from "../kit/command-line.ts";
import {
  check,
  httpUrl,
  InvalidInput,
  lowerCaseUuid,
  milliseconds,
  positive,
  regularExpression,
  strictObject,
  text,
  whole,
} from "../kit/validation.ts";
import { apiVersion, calendarVersions, documentedVersions, versionId } from "./api-versions.ts";
import { accessKey, allAccessKeys } from "./auth.ts";

/** The regions of each environment. */
const REGIONS = {
  s: ["kr-west1", "kr-east1"],
  g: ["kr-south1", "kr-south2", "kr-south3"],
  e: ["kr-west1", "kr-east1"],
} as const satisfies Record<string, readonly string[]>;

const limit = z.int("must be a whole number").min(-1, "must be -1 (none) or more");

/** How long work takes on the emulator's clock, in milliseconds. */
const durations = strictObject({
  /** `creating` of a volume. Default 2000. */
  volumeCreate: milliseconds.default(2000),
  /** `creating` of a snapshot. Default 3000. */
  snapshotCreate: milliseconds.default(3000),
  /** `deleting` of a volume. Default 1000. */
  volumeDelete: milliseconds.default(1000),
  /** `deleting` of a snapshot. Default 1000. */
  snapshotDelete: milliseconds.default(1000),
  /** `extending`. Default 2000. */
  extend: milliseconds.default(2000),
  /** `reverting`, and `restoring` of the snapshot. Default 3000. */
  revert: milliseconds.default(3000),
  /** `reserved`, before attaching begins. Default 500. */
  reserve: milliseconds.default(500),
  /** `attaching`. Default 1500. */
  attach: milliseconds.default(1500),
  /** `detaching`. Default 1500. */
  detach: milliseconds.default(1500),
  /** Until new IOPS and throughput show; the state does not change meanwhile. Default 2000. */
  qos: milliseconds.default(2000),
});

/** One span of time for all kinds of work. */
const allDurations: Read = (text, name) => {
  const ms = readDuration(text, name);
  return Object.fromEntries(Object.keys(durations.shape).map((kind) => [kind, ms]));
};

const races = strictObject({
  /**
   * Deleting a snapshot within this many milliseconds after its create was accepted fails, also when it is
   * `available` by then; while it is `creating` it fails in any case. Default 0.
   */
  snapshotDeleteAfterCreateMs: milliseconds.default(0),
  /**
   * Deleting a volume within this many milliseconds after the delete of its last snapshot was accepted fails.
   * Default 0.
   */
  volumeDeleteAfterSnapshotDeleteMs: milliseconds.default(0),
  /** The status of both failures. 500 was seen on the live service; Cinder would say 400. Default 500. */
  status: z.literal([400, 409, 500]).default(500),
  /**
   * The answer to a transfer of a volume that has a snapshot which is not `available`; 202 accepts it. Default 500:
   * Cinder refuses it with 400, and such refusals were seen to arrive as 500, also from transfers.
   */
  transferStatus: z.literal([202, 400, 500]).default(500),
});

/** Accepted work that fails later. */
export const failureRule = strictObject({
  /** The work that fails. */
  work: z.enum([
    "createVolume",
    "createSnapshot",
    "deleteVolume",
    "deleteSnapshot",
    "extendVolume",
    "revertVolume",
    "attachVolume",
    "detachVolume",
  ]),
  /** A regular expression that the name of the volume or snapshot must match. Default: any name. */
  name: regularExpression.optional(),
  /** How many times it fails. Default: always. */
  count: positive.optional(),
  /**
   * The end of the resource: `error` is the error state of the work; `undone` is the state before the work. Attaching
   * and detaching are always undone; creates always end in `error`. Default `error`.
   */
  outcome: z.enum(["error", "undone"]).default("error"),
});

const quotas = strictObject({
  /** Volumes of the account. Default -1. */
  volumes: limit.default(-1),
  /** Snapshots of the account. Default -1. */
  snapshots: limit.default(-1),
  /** GiB of volumes and snapshots together, `usages` on the wire. Default -1. */
  gigabytes: limit.default(-1),
  /** The largest volume in GiB. Default 12288. */
  perVolumeSize: limit.default(12_288),
});

/** A server that exists from the start. */
export const serverOptions = strictObject({
  /** A lower-case UUID. Default: a new one. */
  id: lowerCaseUuid.optional(),
  /** Default: `server-` and the first part of the id. */
  name: text.optional(),
  /** Default: the first zone of the region, such as `kr-west1-a`. */
  zone: text.optional(),
  /** Windows servers take no multi-attach volumes. Default false. */
  windows: z.boolean().default(false),
  /** GiB of the disk that it starts from, a volume like any other. Default: no such disk. */
  osDiskSize: positive.optional(),
});

const volumeType = strictObject({
  /** A lower-case UUID. Default: one that is the same in every run. */
  id: lowerCaseUuid.optional(),
  /** Case-sensitive, such as `SSD`. */
  name: text,
  /** Default: none. */
  description: z.string().nullable().default(null),
  /** Volumes of this type can be on several servers. Default: whether the name ends in `_MultiAttach`. */
  multiattach: z.boolean().optional(),
  /** Whether IOPS and throughput can be set. Default: whether the name ends in `_Provisioned`. */
  provisioned: z.boolean().optional(),
});

/** The types that the live list showed in kr-west1; the id of `SSD` is the documented example. */
const DEFAULT_TYPES: z.input<typeof volumeType>[] = [
  { id: "c643ac35-3aec-43e6-b97a-3d6f666c5207", name: "SSD" },
  { id: "0f2d5a4e-6b1c-4d57-9a43-8c2e71f0b6d1", name: "SSD_KMS" },
  { id: "5b7e9c10-42a8-4f3d-8e65-1d90c3a7f248", name: "SSD_MultiAttach" },
  { id: "a91c4f27-8d3e-4b06-b5f2-67e8d2140c9a", name: "SSD_Provisioned" },
];

/** Every option of the emulator: one schema for callers, for files and for the command line. */
export const optionsSchema = strictObject({
  /** Samsung (`s`), Sovereign (`g`, the public sector) or Enterprise (`e`). Default `e`. */
  environment: z.enum(["s", "g", "e"]).default("e").register(commandLine, {
    flags: "--environment <letter>",
    help: "Samsung, Sovereign or Enterprise; from SCP_ENVIRONMENT",
  }),
  /** A region of the environment. Default: the first one, `kr-west1` in `s` and `e`. */
  region: text.optional().register(commandLine, {
    flags: "--region <region>",
    help: "region served; from SCP_REGION or kr-west1",
  }),
  /** One access key; with `secretKey`. */
  accessKey: text.optional().register(commandLine, {
    flags: "--access-key <key>",
    help: "access key of requests; default from SCP_ACCESS_KEY",
  }),
  /** The key that signs; with `accessKey`. */
  secretKey: text.optional().register(commandLine, {
    flags: "--secret-key <secret>",
    help: "secret that signs them; default from SCP_SECRET_KEY",
  }),
  /** More access keys, with rights and accounts of their own. Default: none. */
  accessKeys: z.array(accessKey).readonly().default([]),
  /** Servers that volumes can be attached to; a string is an id. Default: none. */
  servers: z
    .array(
      z.union(
        [lowerCaseUuid.transform((id) => ({ id, windows: false })), serverOptions],
        "must be a lower-case UUID or an object",
      ),
    )
    .readonly()
    .default([])
    .register(commandLine, { flags: "--server <uuid>", help: "a server that volumes can be attached to" }),
  /** The base URL that clients sign when it is not the address that they reach. Default: none. */
  publicUrl: httpUrl.optional(),
  /** The versions on offer: the documented table, the same with statuses by date, or a table. Default `documented`. */
  versions: z
    .union([
      z.enum(["documented", "calendar"]),
      z.array(apiVersion).min(1, "must have at least one version").readonly(),
    ])
    .default("documented")
    .register(commandLine, {
      flags: "--versions <kind>",
      help: "fixed statuses of versions, or statuses by date",
    }),
  /** Whether a version (not the current one) is served after its date. Default `serve`. */
  expiredVersions: z.enum(["serve", "refuse"]).default("serve").register(commandLine, {
    flags: "--expired-versions <how>",
    help: "what happens to a version past its date",
  }),
  /** The only versions that an operation answers in, by its documented name, such as `createSnapshot`. */
  operationVersions: z.record(z.string(), z.array(versionId).readonly()).default({}),
  /** How far a request's timestamp may be off, in milliseconds; false: any. Default 900,000 (15 minutes). */
  clockSkewMs: z
    .union([milliseconds, z.literal(false)], "must be milliseconds or false")
    .default(900_000)
    .register(commandLine, {
      flags: "--clock-skew <time|off>",
      help: "how far a request's time may be off",
      read: (text, name) => (text === "off" ? false : readDuration(text, name)),
    }),
  /** How long work takes on the emulator's clock, in milliseconds. */
  durations: durations.prefault({}).register(commandLine, {
    flags: "--work <time>",
    help: "how long each piece of work takes; default 0.5s to 3s by kind",
    read: allDurations,
  }),
  /** Misbehaviour of the live service that depends on time. Default: none. */
  races: races.prefault({}),
  /** Work that is accepted and fails later; `seed` can add more. Default: none. */
  failures: z.array(failureRule).readonly().default([]),
  /** Default: `SSD`, `SSD_KMS`, `SSD_MultiAttach`, `SSD_Provisioned`. */
  volumeTypes: z.array(volumeType).min(1, "must have at least one type").readonly().prefault(DEFAULT_TYPES),
  /** The name of the type of a volume that names none. Default: the first type. */
  defaultVolumeType: text.optional(),
  /** Limits of the account; -1 is none. */
  quotas: quotas.prefault({}),
  /** The status of a refusal beyond a limit, which is not documented. Default 403. */
  quotaStatus: z.literal([400, 403, 409, 413, 422]).default(403),
  /** Its body: in the service's form, or in that of Cinder beneath it (`overLimit`). Default `service`. */
  quotaBody: z.enum(["service", "cinder"]).default("service"),
  /** Also answer the undocumented quota keys per type, which the vendor's strict client rejects. Default false. */
  quotaExtraKeys: z.boolean().default(false),
  /** How the `name` filter of lists matches; the service does not say. Default `exact`. */
  nameFilter: z.enum(["exact", "partial"]).default("exact"),
  /**
   * The answer to a marker whose item is gone: a refusal by status, an empty page, or the first page.
   * Default 404, as Cinder looks the marker up like any other id.
   */
  goneMarker: z.literal([400, 404, "empty", "first"]).default(404),
  /** The state in the answer to a create; the resource is `creating` in any case. Default `creating`. */
  createdState: z.enum(["creating", "available"]).default("creating"),
  /** The refusal of `cascade=false` while there are snapshots. Default 400. */
  cascadeConflictStatus: z.literal([400, 409]).default(400),
  /** The refusal of a wrong state by the operations that document 409. Default 409. */
  conflictStatus: z.literal([400, 409]).default(409),
  /** `zoneless` leaves the `Z` out of timestamps, as sibling products do. Default `zoned`. */
  timestamps: z.enum(["zoned", "zoneless"]).default("zoned"),
  /** Snapshots in a page that asks for no limit; 0: all. Default 0, as none is documented. */
  snapshotDefaultLimit: whole.default(0),
  /** The largest `limit` for snapshots; 0: none. Default 0, as none is documented. */
  snapshotMaxLimit: whole.default(0),
  /** Metadata of snapshots must be flat, with strings of at most 255 characters. Default true. */
  strictMetadata: z.boolean().default(true),
  /** The status of an accepted change of IOPS and throughput, which is not documented. Default 202. */
  qosStatus: z.literal([200, 202, 204]).default(202),
});

/** Options of the Samsung Cloud Platform emulator. All but an access key have a default. */
export interface SamsungScpOptions extends z.input<typeof optionsSchema> {}

/** The checked options, with what follows from several of them together. */
export type ResolvedOptions = ReturnType<typeof resolveOptions>;
export type VolumeType = ResolvedOptions["defaultVolumeType"];

/** Checks the options and fills in the defaults; throws `InvalidInput` that says what is allowed. */
export function resolveOptions(given: SamsungScpOptions) {
  const options = check(optionsSchema, given, "options");
  const { environment, versions } = options;
  const regions: readonly string[] = REGIONS[environment];
  const region = options.region ?? regions[0] ?? "";
  if (!regions.includes(region))
    throw new InvalidInput(
      `Region "${region}" is not in environment "${environment}": expected ${regions.join(" or ")}.`,
    );
  const volumeTypes = options.volumeTypes.map((type, index) => ({
    ...type,
    id: type.id ?? `00000000-0000-4000-8000-${String(index + 1).padStart(12, "0")}`,
    multiattach: type.multiattach ?? type.name.endsWith("_MultiAttach"),
    provisioned: type.provisioned ?? type.name.endsWith("_Provisioned"),
  }));
  const typeName = options.defaultVolumeType ?? volumeTypes[0]?.name;
  const defaultVolumeType = volumeTypes.find(({ name }) => name === typeName);
  if (defaultVolumeType === undefined)
    throw new InvalidInput(
      `Default volume type "${typeName}": expected one of ${volumeTypes.map(({ name }) => name).join(", ")}.`,
    );
  return {
    ...options,
    region,
    /** The first zone of the region. */
    zone: `${region}-a`,
    accessKeys: allAccessKeys(options),
    versions:
      versions === "documented" ? documentedVersions : versions === "calendar" ? calendarVersions : versions,
    volumeTypes,
    defaultVolumeType,
  };
}
