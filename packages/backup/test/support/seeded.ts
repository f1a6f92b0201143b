import { type Policy, parsePolicies, snapshotName } from "../../src/index.ts";
import { createEmulatedWorld, type EmulatedWorld } from "./emulated-clouds.ts";
import { seededMarks } from "./marks.ts";

/** The policy of the tests with three volumes on each cloud. */
export const NIGHTLY: readonly Policy[] = parsePolicies({
  nightly: {
    select: { name: "data-*" },
    schedule: { cron: "0 3 * * *", timezone: "UTC" },
    retention: { daily: 3 },
  },
});
const START = "2026-05-10T03:05:00Z";
/** Slots that there are snapshots of: a run at START makes one for 10 May and deletes that of 7 May. */
const SLOTS = ["2026-05-07T03:00:00Z", "2026-05-08T03:00:00Z", "2026-05-09T03:00:00Z"];

export const VOLUMES: readonly { readonly id: string; readonly name: string }[] = [1, 2, 3].map((number) => ({
  id: `00000000-0000-4000-8000-00000000000${number}`,
  name: `data-${number}`,
}));

/** Seeds both accounts: three volumes each, each with three nightly snapshots, one by hand, and one held. */
function seedVolumes({ emulators }: EmulatedWorld): void {
  const taken = VOLUMES.flatMap((volume) =>
    SLOTS.map((slot) => ({
      volume,
      name: snapshotName("polyvol", "nightly", volume.id, new Date(slot)),
      created_at: slot.replace(":00Z", ":07Z"),
    })),
  );
  emulators.do.seed({
    volumes: VOLUMES.map((each) => ({ ...each, region: "nyc3", size_gigabytes: 10 })),
    snapshots: [
      ...taken.map(({ volume, name, created_at }) => ({
        name,
        created_at,
        volume_name: volume.name,
        ...seededMarks.do("nightly"),
      })),
      ...VOLUMES.map(({ name }) => ({
        name: "before the upgrade",
        created_at: "2026-05-01T12:00:00Z",
        volume_name: name,
      })),
      held("volume_name", { tags: ["polyvol-hold"] }),
    ],
  });
  emulators.scp.seed({
    volumes: VOLUMES.map((each) => ({ ...each, size: 8 })),
    snapshots: [
      ...taken.map(({ volume, name, created_at }) => ({
        name,
        created_at,
        volume_id: volume.id,
        ...seededMarks.scp("nightly"),
      })),
      ...VOLUMES.map(({ id }) => ({
        name: "before the upgrade",
        created_at: "2026-05-01T12:00:00Z",
        volume_id: id,
      })),
      held("volume_id", { description: "for the auditors [polyvol hold]" }),
    ],
  });
}

/** A nightly snapshot of the first volume that would go if nobody held it. */
function held<T extends object>(
  key: "volume_id" | "volume_name",
  mark: T,
): T & { name: string; created_at: string } {
  const [{ id, name } = { id: "", name: "" }] = VOLUMES;
  const slot = "2026-05-02T03:00:00Z";
  return {
    name: snapshotName("polyvol", "nightly", id, new Date(slot)),
    created_at: slot,
    [key]: key === "volume_id" ? id : name,
    ...mark,
  };
}

export async function createSeededWorld(
  options: Parameters<typeof createEmulatedWorld>[1] = {},
): Promise<EmulatedWorld> {
  const world = await createEmulatedWorld(START, options);
  seedVolumes(world);
  return world;
}
