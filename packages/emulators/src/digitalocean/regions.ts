import type { RegionOptions } from "./options.ts";

/** A region as it goes over the wire. */
interface RegionJson {
  readonly name: string;
  readonly slug: string;
  readonly features: readonly string[];
  readonly available: boolean;
  readonly sizes: readonly string[];
}

const SIZES = ["s-1vcpu-1gb", "s-1vcpu-2gb", "s-2vcpu-4gb", "s-4vcpu-8gb"];

/** The regions of one emulator, by slug. */
export interface Regions {
  has(slug: string): boolean;
  hasStorage(slug: string): boolean;
  /** As it goes over the wire; without `sizes` when the token may not see them. */
  json(slug: string, sizes: boolean): RegionJson;
  all(): readonly string[];
}

export function createRegions(options: readonly RegionOptions[]): Regions {
  const bySlug = new Map(options.map((region) => [region.slug, region]));

  function json(slug: string, sizes: boolean): RegionJson {
    const { name = slug, storage = true, available = true } = bySlug.get(slug) ?? {};
    const features = ["backups", "ipv6", "metadata", "install_agent", "image_transfer"];
    if (storage) features.splice(4, 0, "storage");
    return { name, slug, features, available, sizes: sizes ? SIZES : [] };
  }

  return {
    has: (slug) => bySlug.has(slug),
    hasStorage: (slug) => bySlug.get(slug)?.storage ?? bySlug.has(slug),
    json,
    all: () => [...bySlug.keys()],
  };
}
