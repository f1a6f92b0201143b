/** Data as a provider's API shows it; the emulators' states are made of it. */
type Wire = Readonly<Record<string, unknown>>;
type State = Readonly<Record<"volumes" | "snapshots" | "droplets" | "servers", readonly Wire[]>>;

/** What makes an emulator hold again what another one holds, by provider. Work that is under way is not part of it. */
export const STATE_TO_SEED: Readonly<Record<string, (state: unknown) => object>> = {
  digitalocean: (state) => {
    const { volumes, snapshots, droplets } = state as State;
    return {
      droplets: droplets.map((each) => ({ ...pick(each, "id", "name", "tags"), region: slugOf(each) })),
      volumes: volumes.map((each) => {
        const [droplet] = each["droplet_ids"] as readonly number[];
        return {
          ...pick(each, "id", "name", "description", "size_gigabytes", "created_at", "tags"),
          ...pick(each, "filesystem_type", "filesystem_label"),
          region: slugOf(each),
          ...(droplet === undefined ? {} : { droplet_id: droplet }),
        };
      }),
      snapshots: snapshots.map((each) => ({
        ...pick(each, "id", "name", "resource_id", "min_disk_size", "size_gigabytes", "created_at", "tags"),
        region: (each["regions"] as readonly string[])[0],
      })),
    };
  },
  "samsung-scp": (state) => {
    const { volumes, snapshots, servers } = state as State;
    return {
      servers: servers.map((each) => pick(each, "id", "name", "zone", "windows")),
      volumes: volumes.map((each) => ({
        ...pick(each, "id", "name", "size", "volume_type", "bootable", "created_at", "tags"),
        server_ids: (each["attachments"] as readonly Wire[]).map((one) => one["server_id"]),
        ...(each["snapshot_id"] === null ? {} : pick(each, "snapshot_id")),
      })),
      snapshots: snapshots.map((each) =>
        pick(each, "id", "volume_id", "name", "description", "metadata", "size", "status", "created_at"),
      ),
    };
  },
};

function pick(wire: Wire, ...keys: readonly string[]): object {
  return Object.fromEntries(keys.map((key) => [key, wire[key]]));
}

function slugOf(wire: Wire): string {
  return (wire["region"] as { readonly slug: string }).slug;
}
