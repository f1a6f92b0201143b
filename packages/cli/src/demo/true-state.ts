import type { Emulator } from "@polyvol/emulators";

/** A volume as the emulator holds it, read past the API that the adapters use. */
export interface TrueVolume {
  readonly id: string;
  readonly name: string;
  readonly sizeGiB: number;
  readonly ready: boolean;
  /** All of it, as JSON. */
  readonly text: string;
}

/** A snapshot, likewise. */
export interface TrueSnapshot {
  readonly id: string;
  readonly name: string;
  readonly volumeId: string;
  readonly ready: boolean;
  readonly text: string;
}

/** What a cloud really holds. */
export interface TrueState {
  readonly volumes: readonly TrueVolume[];
  readonly snapshots: readonly TrueSnapshot[];
}

type Wire = Readonly<Record<string, unknown>>;

/** Each emulator tells its state in its provider's own words. */
export function trueState(emulator: Pick<Emulator, "state">): TrueState {
  const { volumes, snapshots } = emulator.state() as {
    readonly volumes: readonly Wire[];
    readonly snapshots: readonly Wire[];
  };
  return { volumes: volumes.map(volumeOf), snapshots: snapshots.map(snapshotOf) };
}

function volumeOf(wire: Wire): TrueVolume {
  // DigitalOcean's volumes have no state: what is there is ready.
  const state = wire["state"] ?? "available";
  return {
    id: String(wire["id"]),
    name: String(wire["name"]),
    sizeGiB: Number(wire["size_gigabytes"] ?? wire["size"]),
    ready: state === "available" || state === "in-use",
    text: JSON.stringify(wire),
  };
}

function snapshotOf(wire: Wire): TrueSnapshot {
  return {
    id: String(wire["id"]),
    name: String(wire["name"]),
    volumeId: String(wire["resource_id"] ?? wire["volume_id"]),
    ready: (wire["status"] ?? "available") === "available",
    text: JSON.stringify(wire),
  };
}
