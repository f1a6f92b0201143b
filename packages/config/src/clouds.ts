import type { BlockStorage } from "@polyvol/core";
import type { Config } from "./config.ts";
import { ConfigError } from "./config-error.ts";
import { suggestion } from "./nearest.ts";
import { problemAt } from "./problems.ts";

/** Connected clouds by name, in the order of the configuration. */
export interface Clouds extends ReadonlyMap<string, BlockStorage> {
  /** The cloud of that name. @throws ConfigError that lists the known ones */
  named(name: string): BlockStorage;
}

/** Makes the map that is handed to users. */
export function createClouds(config: Config, entries: Iterable<readonly [string, BlockStorage]>): Clouds {
  const map = new Map(entries);
  return Object.assign(map, {
    named(name: string): BlockStorage {
      const storage = map.get(name);
      if (storage === undefined) throw unknownCloud(config, name);
      return storage;
    },
  });
}

/**
 * The names of `wanted` clouds, once each, in the order of the configuration; all of them when none is asked for.
 * @throws ConfigError for a name that the configuration does not have
 */
export function selectClouds(config: Config, wanted: readonly string[] = []): readonly string[] {
  const unknown = wanted.find((name) => !config.clouds.has(name));
  if (unknown !== undefined) throw unknownCloud(config, unknown);
  const known = [...config.clouds.keys()];
  return wanted.length === 0 ? known : known.filter((name) => wanted.includes(name));
}

function unknownCloud(config: Config, name: string): ConfigError {
  const known = [...config.clouds.keys()];
  const found = `no cloud ${JSON.stringify(name)}`;
  return new ConfigError(config.file, [
    problemAt(config, ["clouds"], { found, allowed: known.join(", "), ...suggestion(name, known) }),
  ]);
}
