import { type Collection, createCollection } from "../kit/collection.ts";
import { createIds, freeId } from "../kit/ids.ts";
import { createSchedule, type Schedule } from "../kit/schedule.ts";
import type { ResolvedOptions } from "./options.ts";
import {
  type ActionRecord,
  type DropletRecord,
  PLAIN_DROPLET,
  type SnapshotRecord,
  type TagRecord,
  type VolumeRecord,
} from "./records.ts";
import { createRegions, type Regions } from "./regions.ts";

const FIRST_ACTION_ID = 2_200_000_001;
const FIRST_DROPLET_ID = 500_000_001;
const FIRST_IMAGE_ID = 180_000_001;

/** Everything that exists in the emulated account. Rules live beside it; here is only what there is. */
export interface State {
  readonly options: ResolvedOptions;
  readonly regions: Regions;
  readonly volumes: Collection<VolumeRecord, "name" | "region" | "droplet">;
  readonly snapshots: Collection<SnapshotRecord, "type" | "resource" | "name">;
  /** An action is filed under the volume that it is on, or under the Droplet. */
  readonly actions: Collection<ActionRecord, "volume" | "droplet" | "status">;
  readonly droplets: Collection<DropletRecord, "name">;
  readonly tags: Collection<TagRecord>;
  /** Ids of images that are not snapshots. */
  readonly images: Set<string>;
  /** Ends of actions in progress. */
  readonly schedule: Schedule;
  /** How the next actions end; when it is empty the options decide. */
  readonly plannedOutcomes: ("completed" | "errored")[];
  /** When the last snapshot of a volume was taken, by volume id. */
  readonly lastSnapshotAt: Map<string, number>;
  /** Actions in progress. */
  running(): readonly ActionRecord[];
  /** An id that no volume and no snapshot has: data from elsewhere may bring ids that this emulator gives. */
  newId(): string;
  newActionId(): number;
  /** A number that no Droplet has. */
  newDropletId(): number;
  /** The id of a snapshot of a Droplet; `isTaken` says which ones are spoken for besides. */
  newImageId(isTaken?: (id: string) => boolean): string;
  /** The volume of a name in a region; no two have both in common. */
  volumeNamed(name: string, region: string): VolumeRecord | undefined;
  /** GiB that all volumes and snapshots count for. */
  usedGiB(): number;
  /** Back to the Droplets of the options. */
  reset(now: number): void;
}

export function createState(options: ResolvedOptions, randomSeed: number, now: number): State {
  let ids = createIds(randomSeed);
  let lastActionId = FIRST_ACTION_ID - 1;
  let lastDropletId = FIRST_DROPLET_ID - 1;

  function addDroplets(at: number): void {
    const records = options.droplets.map(
      ({ id, region, name = `droplet-${id}` }): DropletRecord => ({
        id,
        region,
        name,
        createdAt: at,
        tags: [],
        ...PLAIN_DROPLET,
      }),
    );
    state.droplets.load(records);
  }

  const state: State = {
    options,
    regions: createRegions(options.regions),
    volumes: createCollection({
      indexes: {
        name: (volume) => volume.name,
        region: (volume) => volume.region,
        droplet: (volume) => volume.dropletId?.toString(),
      },
    }),
    snapshots: createCollection({
      indexes: {
        type: (snapshot) => snapshot.resourceType,
        resource: (snapshot) => snapshot.resourceId,
        name: (snapshot) => snapshot.name,
      },
    }),
    actions: createCollection({
      indexes: {
        volume: (action) => action.volumeId,
        droplet: (action) => (action.volumeId === undefined ? action.dropletId?.toString() : undefined),
        status: (action) => action.status,
      },
    }),
    droplets: createCollection({ indexes: { name: (droplet) => droplet.name } }),
    tags: createCollection(),
    images: new Set(),
    schedule: createSchedule(),
    plannedOutcomes: [],
    lastSnapshotAt: new Map(),
    running: () => state.actions.by("status", "in-progress"),
    newId: () =>
      freeId(
        () => ids.timeUuid(),
        (id) => state.volumes.get(id) !== undefined || state.snapshots.get(id) !== undefined,
      ),
    newActionId() {
      lastActionId += 1;
      return lastActionId;
    },
    newDropletId() {
      do lastDropletId += 1;
      while (state.droplets.get(lastDropletId) !== undefined);
      return lastDropletId;
    },
    newImageId(isTaken = () => false) {
      let id = FIRST_IMAGE_ID;
      while (state.snapshots.get(String(id)) !== undefined || isTaken(String(id))) id += 1;
      return String(id);
    },
    volumeNamed: (name, region) => state.volumes.by("name", name).find((volume) => volume.region === region),
    usedGiB() {
      let total = 0;
      for (const volume of state.volumes.all()) total += volume.sizeGiB;
      for (const snapshot of state.snapshots.by("type", "volume")) total += snapshot.minDiskSize;
      return total;
    },
    reset(at) {
      const { volumes, snapshots, actions, droplets, tags, images, schedule, lastSnapshotAt } = state;
      for (const part of [volumes, snapshots, actions, droplets, tags, images, schedule, lastSnapshotAt])
        part.clear();
      state.plannedOutcomes.length = 0;
      ids = createIds(randomSeed);
      lastActionId = FIRST_ACTION_ID - 1;
      lastDropletId = FIRST_DROPLET_ID - 1;
      addDroplets(at);
    },
  };
  addDroplets(now);
  return state;
}
