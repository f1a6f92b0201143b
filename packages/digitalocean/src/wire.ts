/** What answers look like: they are checked for the fields that the code reads. */
import { isDateTime } from "@polyvol/core/driver";
import { absentIfOdd } from "@polyvol/core/http";
import * as z from "zod/mini";

const text = z.string();
const maybe = z.nullish(text);
const whole = z.int().check(z.nonnegative());

const resource = {
  /** A UUID; of the snapshot of a Droplet a number. */
  id: text.check(z.minLength(1)),
  /** Its name. */
  name: text,
  /** When it was made: ISO 8601. */
  created_at: text.check(z.refine(isDateTime)),
  /** Flat tags. */
  tags: z.nullish(z.array(text)),
};
const volume = z.object({
  ...resource,
  description: maybe,
  size_gigabytes: whole,
  // Passed on as it came: it can hold a hundred slugs of sizes, and only its own slug matters.
  region: z.custom<{ readonly slug: string }>((value) => typeof Object(value).slug === "string"),
  /** `null` right after creation, a list otherwise. */
  droplet_ids: z.nullish(z.array(z.int())),
  filesystem_type: maybe,
  filesystem_label: maybe,
});
const snapshot = z.object({
  ...resource,
  /** Slugs of the regions that it is in. */
  regions: z.array(text),
  /** The volume or Droplet. Read without it, too: one odd item must not make all others unreadable. */
  resource_id: maybe,
  /** What it was taken of: `volume` or `droplet`. */
  resource_type: text,
  /** GiB of the smallest volume or disk that it fits on. */
  min_disk_size: whole,
  /** GB that it is billed for. */
  size_gigabytes: z.number().check(z.nonnegative()),
});
const action = z.object({
  // Safe integers only: a larger id has lost digits in parsing, and names another action.
  /** Its number. */
  id: z.int().check(z.positive()),
  /** `in-progress`, `completed` or `errored`. */
  status: text,
  /** What it does, such as `attach`. */
  type: text,
  /** When it began: ISO 8601. */
  started_at: maybe,
  /** When it ended; absent or `null` until then. */
  completed_at: maybe,
});
const tag = z.object({ name: text });
/** Of `links` only whether there is a next one is read: pages are asked for by number, on the configured origin. */
const page = {
  /** What is said of the listing; as good as absent where it does not say how many there are. */
  meta: z.nullish(
    z.union([
      z.object({
        /** How many there are on all pages. */
        total: whole,
      }),
      absentIfOdd,
    ]),
  ),
  /** Addresses of other pages. */
  links: z.optional(z.unknown()),
};

export const volumeAnswer = z.object({ volume });
export const volumesAnswer = z.object({ volumes: z.array(volume), ...page });
export const snapshotAnswer = z.object({ snapshot });
export const snapshotsAnswer = z.object({
  /** Those of the page. */
  snapshots: z.array(snapshot),
  ...page,
});
export const actionAnswer = z.object({ action });
export const actionsAnswer = z.object({
  /** Those of the page. */
  actions: z.array(action),
  ...page,
});
export const tagAnswer = z.object({ tag });
export const tagsAnswer = z.object({ tags: z.array(z.unknown()) });

export type WireVolume = z.infer<typeof volume>;
export type WireVolumes = z.infer<typeof volumesAnswer>;
export type WireSnapshot = Readonly<z.infer<typeof snapshot>>;
export type WireSnapshots = Readonly<z.infer<typeof snapshotsAnswer>>;
export type WireAction = Readonly<z.infer<typeof action>>;
export type WireActions = Readonly<z.infer<typeof actionsAnswer>>;
/** One page of a listing. */
export type WirePage = Pick<WireVolumes, keyof typeof page>;

export type VolumeActionBody =
  | { readonly type: "attach" | "detach"; readonly droplet_id: number }
  | { readonly type: "resize"; readonly size_gigabytes: number };
