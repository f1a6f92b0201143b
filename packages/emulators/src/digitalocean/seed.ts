import { InvalidInput } from "../kit/validation.ts";
import { type DropletRecord, PLAIN_DROPLET, type SnapshotRecord, type VolumeRecord } from "./records.ts";
import { type DigitalOceanSeed, parseSeed, type SnapshotSeed, type VolumeSeed } from "./seed-schema.ts";
import { ensureTag, useTags } from "./tag-rules.ts";
import type { World } from "./world.ts";

const list = (slugs: Iterable<string>): string => `known: ${[...slugs].join(", ")}`;
const instant = (text: string | undefined, now: number): number =>
  text === undefined ? now : Date.parse(text);

/** Collects what a seed adds, checked against what exists, so that it is added whole or not at all. */
class SeedPlan {
  readonly droplets: DropletRecord[] = [];
  readonly volumes: VolumeRecord[] = [];
  readonly snapshots: SnapshotRecord[] = [];
  readonly #world: World;
  readonly #now: number;
  readonly #taken = new Set<string>();
  readonly #volumesById = new Map<string, VolumeRecord>();

  constructor(world: World, now: number) {
    this.#world = world;
    this.#now = now;
  }

  addDroplet(seed: NonNullable<DigitalOceanSeed["droplets"]>[number], place: string): void {
    const { id, region, name = `droplet-${id}`, tags = [] } = seed;
    this.#checkRegion(region, place);
    if (this.#world.droplets.get(id) !== undefined)
      throw new InvalidInput(`${place}.id: ${id} exists already`);
    this.#take(`droplet ${id}`, `${place}.id: ${id} is given twice`);
    this.droplets.push({ id, region, name, tags, createdAt: this.#now, ...PLAIN_DROPLET });
  }

  addVolume(seed: VolumeSeed, place: string): void {
    const { name, region, id = this.#world.newId() } = seed;
    this.#checkRegion(region, place);
    this.#checkId(id, place);
    if (this.#world.volumeNamed(name, region) !== undefined) {
      throw new InvalidInput(`${place}.name: "${name}" exists already in ${region}`);
    }
    this.#take(`name ${region}/${name}`, `${place}.name: "${name}" is given twice in ${region}`);
    const droplet = this.#droplet(seed.droplet_id);
    if (seed.droplet_id !== undefined && droplet?.region !== region) {
      throw new InvalidInput(`${place}.droplet_id: there is no Droplet ${seed.droplet_id} in ${region}`);
    }
    const volume: VolumeRecord = {
      id,
      name,
      region,
      description: seed.description ?? "",
      sizeGiB: seed.size_gigabytes,
      dropletId: seed.droplet_id,
      createdAt: instant(seed.created_at, this.#now),
      filesystemType: seed.filesystem_type ?? "",
      filesystemLabel: seed.filesystem_label ?? "",
      tags: seed.tags ?? [],
      usedGB: seed.used_gigabytes ?? 0,
    };
    this.volumes.push(volume);
    this.#volumesById.set(id, volume);
  }

  addSnapshot(seed: SnapshotSeed, place: string): void {
    const { resource_type: resourceType = "volume", name } = seed;
    const source = this.#source(seed, place);
    const region = seed.region ?? source?.region ?? seed.regions?.[0];
    const minDiskSize = seed.min_disk_size ?? source?.sizeGiB;
    const resourceId = seed.resource_id ?? source?.id;
    if (region === undefined)
      throw new InvalidInput(`${place}.region: needed, since its volume does not exist`);
    if (minDiskSize === undefined) {
      throw new InvalidInput(`${place}.min_disk_size: needed, since its volume does not exist`);
    }
    if (resourceId === undefined) throw new InvalidInput(`${place}: needs resource_id or volume_name`);
    const id = seed.id ?? this.#snapshotId(resourceType);
    this.#checkId(id, place);
    const { snapshotRegionNames } = this.#world.settings;
    this.snapshots.push({
      id,
      name,
      resourceType,
      resourceId,
      regions: seed.regions ?? [snapshotRegionNames[region] ?? region],
      homeRegion: region,
      createdAt: instant(seed.created_at, this.#now),
      minDiskSize,
      sizeGB: seed.size_gigabytes ?? source?.usedGB ?? 0,
      filesystemType: source?.filesystemType ?? "",
      filesystemLabel: source?.filesystemLabel ?? "",
      tags: seed.tags ?? [],
    });
  }

  #droplet(id: number | undefined): DropletRecord | undefined {
    if (id === undefined) return undefined;
    return this.#world.droplets.get(id) ?? this.droplets.find((droplet) => droplet.id === id);
  }

  /** The volume that a snapshot was taken of, when it exists. */
  #source(seed: SnapshotSeed, place: string): VolumeRecord | undefined {
    const { volume_name: name, resource_id: id, region } = seed;
    if (name === undefined) {
      return id === undefined ? undefined : (this.#world.volumes.get(id) ?? this.#volumesById.get(id));
    }
    const named = [
      ...this.#world.volumes.by("name", name),
      ...this.volumes.filter((one) => one.name === name),
    ];
    const found = region === undefined ? named : named.filter((one) => one.region === region);
    if (found.length === 1) return found[0];
    throw new InvalidInput(
      `${place}.volume_name: ${found.length} volumes are named "${name}", one is needed`,
    );
  }

  #snapshotId(type: "volume" | "droplet"): string {
    if (type === "volume") return this.#world.newId();
    return this.#world.newImageId((id) => this.#taken.has(`id ${id}`));
  }

  #checkRegion(slug: string, place: string): void {
    const { regions } = this.#world;
    if (!regions.has(slug))
      throw new InvalidInput(`${place}.region: "${slug}" is no region; ${list(regions.all())}`);
  }

  #checkId(id: string, place: string): void {
    const exists = this.#world.volumes.get(id) !== undefined || this.#world.snapshots.get(id) !== undefined;
    if (exists) throw new InvalidInput(`${place}.id: "${id}" exists already`);
    this.#take(`id ${id}`, `${place}.id: "${id}" is given twice`);
  }

  #take(key: string, complaint: string): void {
    if (this.#taken.has(key)) throw new InvalidInput(complaint);
    this.#taken.add(key);
  }
}

/** Adds data to the account; throws `InvalidInput`, with nothing added, when it does not fit. */
export function seedWorld(world: World, data: unknown, now: number): void {
  const seed = parseSeed(data);
  const plan = new SeedPlan(world, now);
  for (const [index, one] of (seed.droplets ?? []).entries()) plan.addDroplet(one, `seed.droplets[${index}]`);
  for (const [index, one] of (seed.volumes ?? []).entries()) plan.addVolume(one, `seed.volumes[${index}]`);
  for (const [index, one] of (seed.snapshots ?? []).entries())
    plan.addSnapshot(one, `seed.snapshots[${index}]`);

  for (const tag of seed.tags ?? []) ensureTag(world, tag, now);
  world.droplets.load(
    plan.droplets.map((one) => ({ ...one, tags: useTags(world, one.tags, "droplet", String(one.id), now) })),
  );
  world.volumes.load(
    plan.volumes.map((one) => ({ ...one, tags: useTags(world, one.tags, "volume", one.id, now) })),
  );
  world.snapshots.load(
    plan.snapshots.map((one) => ({ ...one, tags: useTags(world, one.tags, "volume_snapshot", one.id, now) })),
  );
  for (const id of seed.images ?? []) world.images.add(String(id));
  world.plannedOutcomes.push(...(seed.action_outcomes ?? []));
}
