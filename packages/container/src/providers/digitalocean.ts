import type { DigitalOceanStorageOptions } from "@polyvol/digitalocean";
import { COMMON_OPTIONS, type CodeOnly, HTTP_OPTIONS } from "./common-options.ts";
import type { OptionRule, ProviderRegistration } from "./registration.ts";

type FromFile = Exclude<keyof DigitalOceanStorageOptions, CodeOnly | "token" | "region">;

/** DigitalOcean. */
export const digitalOcean: ProviderRegistration = {
  provider: "digitalocean",
  credentials: {
    token: {
      required: true,
      description: "API token",
      variables: ["DIGITALOCEAN_TOKEN", "DIGITALOCEAN_ACCESS_TOKEN"],
    },
  },
  options: { ...COMMON_OPTIONS, ...HTTP_OPTIONS } satisfies Record<FromFile, OptionRule>,
  load: async () => {
    const { createDigitalOceanStorage } = await import("@polyvol/digitalocean");
    return (options) => createDigitalOceanStorage(options as DigitalOceanStorageOptions);
  },
  loadTagWriter: async () => (await import("./digitalocean-tags.ts")).writeSnapshotTag,
};
