/** A region of the emulated account, as options have it. */
interface Region {
  readonly slug: string;
  readonly name?: string | undefined;
  readonly storage?: boolean | undefined;
  readonly available?: boolean | undefined;
}

/** A region as it goes over the wire. */
export interface RegionJson {
  readonly name: string;
  readonly slug: string;
  readonly features: readonly string[];
  readonly available: boolean;
  readonly sizes: readonly string[];
}

/** The regions of the provider's documentation; the oldest ones offer no volumes. */
export const DEFAULT_REGIONS: readonly Region[] = [
  { slug: "ams1", name: "Amsterdam 1", storage: false, available: false },
  { slug: "ams2", name: "Amsterdam 2", storage: false },
  { slug: "ams3", name: "Amsterdam 3" },
  { slug: "atl1", name: "Atlanta 1" },
  { slug: "blr1", name: "Bangalore 1" },
  { slug: "fra1", name: "Frankfurt 1" },
  { slug: "lon1", name: "London 1" },
  { slug: "nyc1", name: "New York 1" },
  { slug: "nyc2", name: "New York 2" },
  { slug: "nyc3", name: "New York 3" },
  { slug: "sfo1", name: "San Francisco 1", storage: false },
  { slug: "sfo2", name: "San Francisco 2" },
  { slug: "sfo3", name: "San Francisco 3" },
  { slug: "sgp1", name: "Singapore 1" },
  { slug: "syd1", name: "Sydney 1" },
  { slug: "tor1", name: "Toronto 1" },
];

const SIZES = ["s-1vcpu-1gb", "s-1vcpu-2gb", "s-2vcpu-4gb", "s-4vcpu-8gb"];

/** The regions of one emulator, by slug. */
export interface Regions {
  has(slug: string): boolean;
  hasStorage(slug: string): boolean;
  /** As it goes over the wire; without `sizes` when the token may not see them. */
  json(slug: string, sizes: boolean): RegionJson;
  all(): readonly string[];
}

export function createRegions(options: readonly Region[]): Regions {
  const bySlug = new Map(options.map((region) => [region.slug, region]));
  const rendered = new Map<string, RegionJson>();

  function json(slug: string, sizes: boolean): RegionJson {
    const key = sizes ? slug : `${slug} without sizes`;
    const known = rendered.get(key);
    if (known !== undefined) return known;
    const { name = slug, storage = true, available = true } = bySlug.get(slug) ?? {};
    const features = ["backups", "ipv6", "metadata", "install_agent", "image_transfer"];
    if (storage) features.splice(4, 0, "storage");
    const made: RegionJson = { name, slug, features, available, sizes: sizes ? SIZES : [] };
    rendered.set(key, made);
    return made;
  }

  return {
    has: (slug) => bySlug.has(slug),
    hasStorage: (slug) => bySlug.get(slug)?.storage ?? bySlug.has(slug),
    json,
    all: () => [...bySlug.keys()],
  };
}
