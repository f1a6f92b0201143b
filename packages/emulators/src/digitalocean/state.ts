import { createCollection } from "../kit/collection.ts";
import { createIds, freeId } from "../kit/ids.ts";
import { createSchedule } from "../kit/schedule.ts";
import type { ResolvedOptions } from "./options.ts";
import {
  type ActionRecord,
  type DropletRecord,
  PLAIN_DROPLET,
  type SnapshotRecord,
  type TagRecord,
  type VolumeRecord,
} from "./records.ts";
import { createRegions } from "./regions.ts";

const FIRST_ACTION_ID = 2_200_000_001;
const FIRST_DROPLET_ID = 500_000_001;
const FIRST_IMAGE_ID = 180_000_001;

/** Everything that exists in the emulated account. Rules live beside it; here is only what there is. */
export type State = ReturnType<typeof createState>;

export function createState(options: ResolvedOptions, randomSeed: number, startMs: number) {
  const volumes = createCollection({
    indexes: {
      name: (volume: VolumeRecord) => volume.name,
      region: (volume: VolumeRecord) => volume.region,
      droplet: (volume: VolumeRecord) => volume.dropletId?.toString(),
    },
  });
  const snapshots = createCollection({
    indexes: {
      type: (snapshot: SnapshotRecord) => snapshot.resourceType,
      resource: (snapshot: SnapshotRecord) => snapshot.resourceId,
      name: (snapshot: SnapshotRecord) => snapshot.name,
    },
  });
  /** An action is filed under the volume that it is on, or under the Droplet. */
  const actions = createCollection({
    indexes: {
      volume: (action: ActionRecord) => action.volumeId,
      droplet: (action: ActionRecord) =>
        action.volumeId === undefined ? action.dropletId?.toString() : undefined,
      status: (action: ActionRecord) => action.status,
    },
  });
  const droplets = createCollection({ indexes: { name: (droplet: DropletRecord) => droplet.name } });
  const tags = createCollection<TagRecord>();
  /** Ids of images that are not snapshots. */
  const images = new Set<string>();
  /** Ends of actions in progress. */
  const schedule = createSchedule();
  /** When the last snapshot of a volume was taken, by volume id. */
  const lastSnapshotAt = new Map<string, number>();
  /** How the next actions end; when it is empty the options decide. */
  const plannedOutcomes: ("completed" | "errored")[] = [];
  let ids = createIds(randomSeed);
  let lastActionId = FIRST_ACTION_ID - 1;
  let lastDropletId = FIRST_DROPLET_ID - 1;

  /** Back to the Droplets of the options. */
  function reset(now: number): void {
    for (const part of [volumes, snapshots, actions, droplets, tags, images, schedule, lastSnapshotAt])
      part.clear();
    plannedOutcomes.length = 0;
    ids = createIds(randomSeed);
    lastActionId = FIRST_ACTION_ID - 1;
    lastDropletId = FIRST_DROPLET_ID - 1;
    droplets.load(
      options.droplets.map(({ id, region, name = `droplet-${id}` }) => {
        return { id, region, name, createdAt: now, tags: [], ...PLAIN_DROPLET };
      }),
    );
  }

  reset(startMs);
  return {
    options,
    regions: createRegions(options.regions),
    volumes,
    snapshots,
    actions,
    droplets,
    tags,
    images,
    schedule,
    lastSnapshotAt,
    plannedOutcomes,
    /** Actions in progress. */
    running: (): readonly ActionRecord[] => actions.by("status", "in-progress"),
    /** An id that no volume and no snapshot has. */
    newId: (): string =>
      freeId(
        () => ids.timeUuid(),
        (id) => volumes.get(id) !== undefined || snapshots.get(id) !== undefined,
      ),
    newActionId(): number {
      lastActionId += 1;
      return lastActionId;
    },
    /** A number that no Droplet has. */
    newDropletId(): number {
      do lastDropletId += 1;
      while (droplets.get(lastDropletId) !== undefined);
      return lastDropletId;
    },
    /** The id of a snapshot of a Droplet; `isTaken` says which ones are spoken for besides. */
    newImageId(isTaken: (id: string) => boolean = () => false): string {
      let id = FIRST_IMAGE_ID;
      while (snapshots.get(String(id)) !== undefined || isTaken(String(id))) id += 1;
      return String(id);
    },
    /** The volume of a name in a region; no two have both in common. */
    volumeNamed: (name: string, region: string): VolumeRecord | undefined =>
      volumes.by("name", name).find((volume) => volume.region === region),
    /** GiB that all volumes and snapshots count for. */
    usedGiB(): number {
      let total = 0;
      for (const volume of volumes.all()) total += volume.sizeGiB;
      for (const snapshot of snapshots.by("type", "volume")) total += snapshot.minDiskSize;
      return total;
    },
    reset,
  };
}
