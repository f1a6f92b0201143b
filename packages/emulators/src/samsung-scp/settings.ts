import { check, InvalidInput } from "../kit/validation.ts";
import type { AccessKey } from "./auth.ts";
import {
  DEFAULT_DURATIONS,
  type Durations,
  type Quotas,
  type Races,
  REGIONS,
  type SamsungScpOptions,
} from "./options.ts";
import { optionsSchema } from "./options-schema.ts";
import type { VolumeType } from "./records.ts";

type Filled =
  | "servers"
  | "failures"
  | "operationVersions"
  | "quotaStatus"
  | "quotaBody"
  | "quotaExtraKeys"
  | "nameFilter"
  | "goneMarker"
  | "createdState"
  | "cascadeConflictStatus"
  | "conflictStatus"
  | "timestamps"
  | "snapshotDefaultLimit"
  | "snapshotMaxLimit"
  | "strictMetadata"
  | "qosStatus"
  | "clockSkewMs"
  | "region"
  | "environment";

/** The options with their defaults, checked. */
export interface Settings
  extends Readonly<{
    [Name in Filled]-?: Exclude<SamsungScpOptions[Name], undefined>;
  }> {
  readonly accessKeys: readonly AccessKey[];
  readonly publicUrl: string | undefined;
  readonly durations: Durations;
  readonly races: Races;
  readonly quotas: Quotas;
  readonly volumeTypes: readonly VolumeType[];
  readonly defaultVolumeType: VolumeType;
  /** The first zone of the region. */
  readonly zone: string;
}

/** Checks the options and fills in the defaults; throws `InvalidInput` that says what is allowed. */
export function resolveSettings(given: SamsungScpOptions): Settings {
  const options = check(optionsSchema, withoutUndefined(given), "options");
  const { environment = "e" } = options;
  const regions = REGIONS[environment];
  const region = options.region ?? regions[0] ?? "";
  if (!regions.includes(region))
    throw new InvalidInput(
      `Region "${region}" is not in environment "${environment}": expected ${regions.join(" or ")}.`,
    );
  const volumeTypes = typesOf(options);
  const wantedType = options.defaultVolumeType ?? volumeTypes[0]?.name;
  const defaultVolumeType = volumeTypes.find(({ name }) => name === wantedType);
  if (defaultVolumeType === undefined)
    throw new InvalidInput(
      `Default volume type "${wantedType}": expected one of ${volumeTypes.map(({ name }) => name).join(", ")}.`,
    );
  return {
    region,
    environment,
    zone: `${region}-a`,
    accessKeys: keysOf(options),
    servers: options.servers ?? [],
    publicUrl: options.publicUrl?.replace(/\/+$/, ""),
    operationVersions: options.operationVersions ?? {},
    clockSkewMs: options.clockSkewMs ?? 15 * 60_000,
    durations: { ...DEFAULT_DURATIONS, ...options.durations },
    races: {
      snapshotDeleteAfterCreateMs: 0,
      volumeDeleteAfterSnapshotDeleteMs: 0,
      status: 500,
      transferStatus: 500,
      ...options.races,
    },
    failures: options.failures ?? [],
    volumeTypes,
    defaultVolumeType,
    quotas: { volumes: -1, snapshots: -1, gigabytes: -1, perVolumeSize: 12_288, ...options.quotas },
    quotaStatus: options.quotaStatus ?? 403,
    quotaBody: options.quotaBody ?? "service",
    quotaExtraKeys: options.quotaExtraKeys ?? false,
    nameFilter: options.nameFilter ?? "exact",
    goneMarker: options.goneMarker ?? 404,
    createdState: options.createdState ?? "creating",
    cascadeConflictStatus: options.cascadeConflictStatus ?? 400,
    conflictStatus: options.conflictStatus ?? 409,
    timestamps: options.timestamps ?? "zoned",
    snapshotDefaultLimit: options.snapshotDefaultLimit ?? 0,
    snapshotMaxLimit: options.snapshotMaxLimit ?? 0,
    strictMetadata: options.strictMetadata ?? true,
    qosStatus: options.qosStatus ?? 202,
  };
}

/** An option that is there but undefined counts as left out, also within an option. */
function withoutUndefined(options: object): Record<string, unknown> {
  const kept = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    kept.map(([name, value]) => [name, isPlain(value) ? withoutUndefined(value) : value]),
  );
}

function isPlain(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function keysOf({ accessKey, secretKey, accessKeys = [] }: SamsungScpOptions): readonly AccessKey[] {
  if ((accessKey === undefined) !== (secretKey === undefined))
    throw new InvalidInput("accessKey and secretKey go together.");
  const first = accessKey === undefined || secretKey === undefined ? [] : [{ accessKey, secretKey }];
  const keys = [...first, ...accessKeys];
  if (keys.length === 0) throw new InvalidInput("At least one access key is needed.");
  if (new Set(keys.map((key) => key.accessKey)).size < keys.length)
    throw new InvalidInput("An access key is given twice.");
  return keys;
}

/** The types that the live list showed in kr-west1; the id of `SSD` is the documented example. */
const DEFAULT_TYPES = [
  { id: "c643ac35-3aec-43e6-b97a-3d6f666c5207", name: "SSD" },
  { id: "0f2d5a4e-6b1c-4d57-9a43-8c2e71f0b6d1", name: "SSD_KMS" },
  { id: "5b7e9c10-42a8-4f3d-8e65-1d90c3a7f248", name: "SSD_MultiAttach" },
  { id: "a91c4f27-8d3e-4b06-b5f2-67e8d2140c9a", name: "SSD_Provisioned" },
];

function typesOf({ volumeTypes = DEFAULT_TYPES }: SamsungScpOptions): readonly VolumeType[] {
  return volumeTypes.map((type, index) => ({
    // A type without an id still needs one that is the same in every run.
    id: type.id ?? `00000000-0000-4000-8000-${String(index + 1).padStart(12, "0")}`,
    name: type.name,
    description: type.description ?? null,
    multiattach: type.multiattach ?? type.name.endsWith("_MultiAttach"),
    provisioned: type.provisioned ?? type.name.endsWith("_Provisioned"),
  }));
}
