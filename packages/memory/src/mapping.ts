/** The account's answers and what the driver makes of them: the part of an adapter that a memory driver hardly needs. */
import {
  PolyvolError,
  type Snapshot,
  type SnapshotState,
  type Volume,
  type VolumeState,
} from "@polyvol/core";
import { providerDetails, withProviderDetails } from "@polyvol/core/driver";
import type { SnapshotRecord, VolumeRecord } from "./state.ts";

/** One resource in an answer. */
export type Answer = Readonly<Record<string, unknown>>;

/** What a driver needs to know beside the answer to read it. */
export interface Reading {
  readonly provider: string;
  readonly requestId: string;
  /** Whether the provider returns the tags of volumes. */
  readonly readTags: boolean;
  /** Whether the credentials are shown no tags. */
  readonly hidesTags: boolean;
}

interface MemoryDetails {
  readonly attemptId: string | undefined;
}

const VOLUME_STATES: Readonly<Record<Exclude<VolumeState, "unknown">, true>> = {
  creating: true,
  available: true,
  attaching: true,
  in_use: true,
  detaching: true,
  resizing: true,
  reverting: true,
  deleting: true,
  error: true,
};

const SNAPSHOT_STATES: Readonly<Record<Exclude<SnapshotState, "unknown">, true>> = {
  creating: true,
  available: true,
  restoring: true,
  deleting: true,
  error: true,
};

export function volumeAnswer(record: VolumeRecord): Answer {
  const { ordinal, change, removedAt, attachments, ...rest } = record;
  return { ...rest, attachments: attachments.map((each) => ({ ...each })) };
}

export function snapshotAnswer(record: SnapshotRecord): Answer {
  const { ordinal, users, removedAt, ...rest } = record;
  return { ...rest };
}

export function readVolume(answer: Answer, reading: Reading): Volume {
  const field = reader(answer, reading);
  const state = field.text("state");
  const tags = answer["tags"];
  const attachments = field.list("attachments").map((each) => {
    const attachment = reader(each, reading);
    return {
      serverId: attachment.text("serverId"),
      device: attachment.text("device"),
      attachedAt: attachment.date("attachedAt"),
    };
  });
  return {
    id: field.text("id"),
    name: field.text("name"),
    provider: reading.provider,
    region: field.text("region"),
    sizeGiB: field.number("sizeGiB"),
    state: isKey(VOLUME_STATES, state) ? state : "unknown",
    providerState: state,
    createdAt: field.date("createdAt"),
    ...field.optional("description"),
    ...(reading.readTags ? readTags(tags, reading) : { tags: {} }),
    attachments,
    ...field.optional("sourceSnapshotId"),
    ...field.optional("volumeType"),
  };
}

export function readSnapshot(answer: Answer, reading: Reading): Snapshot {
  const field = reader(answer, reading);
  const state = field.text("state");
  const tags = answer["tags"];
  const snapshot: Snapshot = {
    id: field.text("id"),
    name: field.text("name"),
    provider: reading.provider,
    volumeId: field.text("volumeId"),
    regions: [field.text("region")],
    state: isKey(SNAPSHOT_STATES, state) ? state : "unknown",
    providerState: state,
    createdAt: field.date("createdAt"),
    minVolumeSizeGiB: field.number("sizeGiB"),
    ...field.optional("description"),
    ...readTags(tags, reading),
  };
  const attemptId = answer["attemptId"];
  const details: MemoryDetails = { attemptId: typeof attemptId === "string" ? attemptId : undefined };
  return withProviderDetails(snapshot, details);
}

/** The mark of the create that made it, where names are free. */
export function attemptIdOf(snapshot: Snapshot): string | undefined {
  return (providerDetails(snapshot) as MemoryDetails | undefined)?.attemptId;
}

interface FieldReader {
  text(name: string): string;
  number(name: string): number;
  date(name: string): Date;
  list(name: string): readonly Answer[];
  optional<Name extends string>(name: Name): { readonly [Key in Name]?: string };
}

/** Reads fields, or fails as an adapter does whose provider broke its own contract. */
function reader(answer: Answer, reading: Reading): FieldReader {
  function malformed(name: string): PolyvolError {
    return new PolyvolError("malformed_response", `the answer has no usable ${JSON.stringify(name)}`, {
      provider: reading.provider,
      requestId: reading.requestId,
      retryable: true,
      outcome: "unknown",
    });
  }
  function number(name: string): number {
    const value = answer[name];
    if (typeof value !== "number" || !Number.isFinite(value)) throw malformed(name);
    return value;
  }
  return {
    number,
    text(name) {
      const value = answer[name];
      if (typeof value !== "string" || value === "") throw malformed(name);
      return value;
    },
    date: (name) => new Date(number(name)),
    list(name) {
      const value = answer[name];
      if (!Array.isArray(value)) throw malformed(name);
      return value;
    },
    optional<Name extends string>(name: Name) {
      const value = answer[name];
      const found: { [Key in Name]?: string } = {};
      if (typeof value === "string") found[name] = value;
      return found;
    },
  };
}

function isKey<Key extends string>(keys: Readonly<Record<Key, true>>, word: string): word is Key {
  return Object.hasOwn(keys, word);
}

/** Tags as the credentials are shown them. An answer without the field says nothing about them. */
function readTags(value: unknown, { hidesTags }: Reading): Pick<Snapshot, "tags" | "tagsUnknown"> {
  if (hidesTags) return { tags: {} };
  return isTags(value) ? { tags: { ...value } } : { tags: {}, tagsUnknown: true };
}

function isTags(value: unknown): value is Readonly<Record<string, string>> {
  return typeof value === "object" && value !== null;
}
