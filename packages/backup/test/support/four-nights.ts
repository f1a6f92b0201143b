import type { BlockStorage } from "@polyvol/core";
import { createDigitalOceanStorage } from "@polyvol/digitalocean";
import { type Policy, parsePolicies, type RetentionRules, snapshotName } from "../../src/index.ts";
import { createEmulatedWorld, type EmulatedWorld, storedSnapshots } from "./emulated-clouds.ts";
import { seededMarks } from "./marks.ts";
import { nightly } from "./shapes.ts";

/** All that a job of backups needs, but for `tag:read`. */
export const JOB = [
  "block_storage:read",
  "block_storage_snapshot:create",
  "block_storage_snapshot:read",
  "block_storage_snapshot:delete",
  "snapshot:read",
  "tag:create",
];
/** Id of the volume on both clouds. */
export const DB = "00000000-0000-4000-8000-000000000001";
/** After the last of the nights. */
export const START = "2026-05-09T03:05:00Z";
const SLOTS = ["05", "06", "07", "08"].map((day) => `2026-05-${day}T03:00:00Z`);
/** Three nights of it stay. */
export const POLICIES = policiesWith({ daily: 3, keepOldest: false });

/** The policy `nightly` of it with these rules. */
export function policiesWith(retention: RetentionRules): readonly Policy[] {
  return parsePolicies({ nightly: nightly({ select: { name: "db" }, retention }) });
}

/** Four nights of a volume, the oldest with more tags, on both clouds. */
export async function fourNights(tags: readonly string[] = []): Promise<EmulatedWorld> {
  const world = await createEmulatedWorld(START, {
    do: { tokens: ["dop_v1_test_token_for_backups", { token: "JOB", scopes: JOB }] },
  });
  const taken = SLOTS.map((slot, index) => ({
    name: snapshotName("polyvol", "nightly", DB, new Date(slot)),
    created_at: slot.replace(":00Z", ":07Z"),
    index,
  }));
  world.emulators.do.seed({
    volumes: [{ id: DB, name: "db", region: "nyc3", size_gigabytes: 10, tags: ["env:prod"] }],
    snapshots: taken.map(({ index, ...each }) => ({
      ...each,
      volume_name: "db",
      tags: [...seededMarks.do("nightly").tags, ...(index === 0 ? tags : [])],
    })),
  });
  world.emulators.scp.seed({
    volumes: [{ id: DB, name: "db", size: 8 }],
    snapshots: taken.map(({ index, ...each }) => ({
      ...each,
      volume_id: DB,
      ...seededMarks.scp("nightly"),
      ...(index === 0 ? { description: "[polyvol hold]" } : {}),
    })),
  });
  return world;
}

/** The cloud through a token that lacks `tag:read`. */
export function withoutTagRead({ urls, clock }: EmulatedWorld): BlockStorage {
  return createDigitalOceanStorage({ token: "JOB", region: "nyc3", baseUrl: urls.do, clock });
}

/** The days that there are snapshots of on a cloud. */
export const namesIn = (at: EmulatedWorld, cloud: "do" | "scp"): string[] =>
  storedSnapshots(at)
    .filter((each) => each.cloud === cloud)
    .map(({ name }) => name.slice(16, 24))
    .sort();

/** The one that carries the further tags. */
export function oldest(at: EmulatedWorld): string {
  return storedSnapshots(at).find(({ cloud, name }) => cloud === "do" && name.includes("20260505"))?.id ?? "";
}
