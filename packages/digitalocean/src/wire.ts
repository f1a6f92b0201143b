/** What goes over the wire. Answers are checked for the fields that the code reads; request bodies are plain types. */
import { isDateTime } from "@polyvol/core/driver";
import type { ResponseParser } from "@polyvol/core/http";
import * as z from "zod/mini";

type Nullish<T> = T | null | undefined;

interface WireResource {
  readonly id: string;
  readonly name: string;
  readonly created_at: string;
  readonly tags?: Nullish<readonly string[]>;
}

export interface WireVolume extends WireResource {
  readonly description?: Nullish<string>;
  readonly size_gigabytes: number;
  readonly region: { readonly slug: string };
  /** `null` right after creation, a list otherwise. */
  readonly droplet_ids?: Nullish<readonly number[]>;
  readonly filesystem_type?: Nullish<string>;
  readonly filesystem_label?: Nullish<string>;
}

export interface WireSnapshot extends WireResource {
  readonly regions: readonly string[];
  /** The volume or Droplet. Read without it, too: one odd item must not make all others unreadable. */
  readonly resource_id?: Nullish<string>;
  readonly resource_type: string;
  readonly min_disk_size: number;
  readonly size_gigabytes: number;
}

export interface WireAction {
  readonly id: number;
  readonly status: string;
  readonly type: string;
  readonly started_at?: Nullish<string>;
  readonly completed_at?: Nullish<string>;
}

/**
 * One page of a listing. Of `links` only whether there is a next one is read: pages are asked for by number, on the
 * configured origin.
 */
export interface WirePage {
  readonly meta?: Nullish<{ readonly total: number }>;
  readonly links?: unknown;
}
export type WireVolumes = WirePage & { readonly volumes: readonly WireVolume[] };
export type WireSnapshots = WirePage & { readonly snapshots: readonly WireSnapshot[] };
export type WireActions = WirePage & { readonly actions: readonly WireAction[] };

export interface CreateSnapshotBody {
  readonly name: string;
  readonly tags?: readonly string[];
}

export interface CreateVolumeBody extends CreateSnapshotBody {
  /** Must be sent, and is ignored, with `snapshot_id`. */
  readonly size_gigabytes: number;
  readonly region?: string;
  readonly description?: string;
  readonly snapshot_id?: string;
  readonly filesystem_type?: string;
  readonly filesystem_label?: string;
}

export type VolumeActionBody =
  | { readonly type: "attach" | "detach"; readonly droplet_id: number }
  | { readonly type: "resize"; readonly size_gigabytes: number };

const text = z.string();
const texts = z.array(text);
const maybe = z.nullish(text);
const whole = z.int().check(z.nonnegative());
const meta = z.nullish(z.object({ total: whole }));
const page = { meta, links: z.optional(z.unknown()) };

const resource = {
  id: text.check(z.minLength(1)),
  name: text,
  created_at: text.check(z.refine(isDateTime)),
  tags: z.nullish(texts),
};

const volume = z.object({
  ...resource,
  description: maybe,
  size_gigabytes: whole,
  // Passed on as it came: it can hold a hundred slugs of sizes, and only its own slug matters.
  region: z.custom<WireVolume["region"]>((value) => typeof Object(value).slug === "string"),
  droplet_ids: z.nullish(z.array(z.int())),
  filesystem_type: maybe,
  filesystem_label: maybe,
});

const snapshot = z.object({
  ...resource,
  regions: texts,
  resource_id: maybe,
  resource_type: text,
  min_disk_size: whole,
  size_gigabytes: z.number().check(z.nonnegative()),
});

// `z.int()` takes safe integers only: a larger id has lost digits in parsing, and names another action.
const id = z.int().check(z.positive());
const action = z.object({ id, status: text, type: text, started_at: maybe, completed_at: maybe });

export const volumeAnswer: ResponseParser<{ readonly volume: WireVolume }> = z.object({ volume });
export const volumesAnswer: ResponseParser<WireVolumes> = z.object({ volumes: z.array(volume), ...page });
export const snapshotAnswer: ResponseParser<{ readonly snapshot: WireSnapshot }> = z.object({ snapshot });
export const snapshotsAnswer: ResponseParser<WireSnapshots> = z.object({
  snapshots: z.array(snapshot),
  ...page,
});
export const actionAnswer: ResponseParser<{ readonly action: WireAction }> = z.object({ action });
export const actionsAnswer: ResponseParser<WireActions> = z.object({ actions: z.array(action), ...page });

const tag = z.object({ name: text });
export const tagAnswer: ResponseParser<{ readonly tag: { readonly name: string } }> = z.object({ tag });
export const tagsAnswer: ResponseParser<unknown> = z.object({ tags: z.array(z.unknown()) });
