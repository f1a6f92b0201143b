import { createIds, type IdSource } from "../kit/ids.ts";
import { Collection } from "./collection.ts";
import type { Settings } from "./options.ts";
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
export class World {
  readonly settings: Settings;
  readonly regions: Regions;
  readonly volumes: Collection<VolumeRecord> = new Collection<VolumeRecord>({
    name: (volume) => volume.name,
    region: (volume) => volume.region,
    droplet: (volume) => volume.dropletId?.toString(),
  });
  readonly snapshots: Collection<SnapshotRecord> = new Collection<SnapshotRecord>({
    type: (snapshot) => snapshot.resourceType,
    resource: (snapshot) => snapshot.resourceId,
    name: (snapshot) => snapshot.name,
  });
  readonly actions: Collection<ActionRecord> = new Collection<ActionRecord>({
    volume: (action) => action.volumeId,
    droplet: (action) => (action.volumeId === undefined ? action.dropletId?.toString() : undefined),
  });
  readonly droplets: Collection<DropletRecord> = new Collection<DropletRecord>({
    name: (droplet) => droplet.name,
  });
  readonly tags: Collection<TagRecord> = new Collection<TagRecord>();
  /** Ids of images that are not snapshots. */
  readonly images: Set<string> = new Set<string>();
  /** Actions in progress, the next one to end first. */
  readonly running: ActionRecord[] = [];
  /** How the next actions end; when it is empty the settings decide. */
  readonly plannedOutcomes: ("completed" | "errored")[] = [];
  /** When the last snapshot of a volume was taken, by volume id. */
  readonly lastSnapshotAt: Map<string, number> = new Map<string, number>();
  ids: IdSource;
  #lastActionId = FIRST_ACTION_ID - 1;
  #lastDropletId = FIRST_DROPLET_ID - 1;

  constructor(settings: Settings, now: number) {
    this.settings = settings;
    this.regions = createRegions(settings.regions);
    this.ids = createIds(settings.randomSeed);
    this.#addDroplets(now);
  }

  /** An id that no volume and no snapshot has: data from elsewhere may bring ids that this emulator gives. */
  newId(): string {
    let id = this.ids.timeUuid();
    while (this.volumes.get(id) !== undefined || this.snapshots.get(id) !== undefined)
      id = this.ids.timeUuid();
    return id;
  }

  nextActionId(): number {
    this.#lastActionId += 1;
    return this.#lastActionId;
  }

  /** A number that no Droplet has. */
  newDropletId(): number {
    do this.#lastDropletId += 1;
    while (this.droplets.get(this.#lastDropletId) !== undefined);
    return this.#lastDropletId;
  }

  /** The id of a snapshot of a Droplet; `isTaken` says which ones are spoken for besides. */
  newImageId(isTaken: (id: string) => boolean = () => false): string {
    let id = FIRST_IMAGE_ID;
    while (this.snapshots.get(String(id)) !== undefined || isTaken(String(id))) id += 1;
    return String(id);
  }

  /** The volume of a name in a region; no two have both in common. */
  volumeNamed(name: string, region: string): VolumeRecord | undefined {
    return [...this.volumes.by("name", name)].find((volume) => volume.region === region);
  }

  /** GiB that all volumes and snapshots count for. */
  usedGiB(): number {
    let total = 0;
    for (const volume of this.volumes.all()) total += volume.sizeGiB;
    for (const snapshot of this.snapshots.by("type", "volume")) total += snapshot.minDiskSize;
    return total;
  }

  reset(now: number): void {
    for (const kind of [this.volumes, this.snapshots, this.actions, this.droplets, this.tags]) kind.clear();
    this.images.clear();
    this.running.length = 0;
    this.plannedOutcomes.length = 0;
    this.lastSnapshotAt.clear();
    this.ids = createIds(this.settings.randomSeed);
    this.#lastActionId = FIRST_ACTION_ID - 1;
    this.#lastDropletId = FIRST_DROPLET_ID - 1;
    this.#addDroplets(now);
  }

  #addDroplets(now: number): void {
    const records = this.settings.droplets.map(
      ({ id, region, name = `droplet-${id}` }): DropletRecord => ({
        id,
        region,
        name,
        createdAt: now,
        tags: [],
        ...PLAIN_DROPLET,
      }),
    );
    this.droplets.load(records);
  }
}
