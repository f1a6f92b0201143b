import type { RegionOptions } from "./options.ts";

const SIZES = ["s-1vcpu-1gb", "s-1vcpu-2gb", "s-2vcpu-4gb", "s-4vcpu-8gb"];

/** The regions of one emulator, by slug. */
export type Regions = ReturnType<typeof createRegions>;

export function createRegions(options: readonly RegionOptions[]) {
  const bySlug = new Map(options.map((region) => [region.slug, region]));
  return {
    has: (slug: string): boolean => bySlug.has(slug),
    hasStorage: (slug: string): boolean => bySlug.get(slug)?.storage ?? bySlug.has(slug),
    /** As it goes over the wire; without `sizes` when the token may not see them. */
    json(slug: string, sizes: boolean) {
      const { name = slug, storage = true, available = true } = bySlug.get(slug) ?? {};
      const features = ["backups", "ipv6", "metadata", "install_agent", "image_transfer"];
      if (storage) features.splice(4, 0, "storage");
      return { name, slug, features, available, sizes: sizes ? SIZES : [] };
    },
    all: (): readonly string[] => [...bySlug.keys()],
  };
}
