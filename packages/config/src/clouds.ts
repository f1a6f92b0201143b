import type { BlockStorage, PolyvolError } from "@polyvol/core";
import { refused, suggestion } from "@polyvol/core/driver";
import type { Config } from "./config.ts";
import type { ConfigError } from "./config-error.ts";
import { refusedAt } from "./problems.ts";

/** Connected clouds by name, in the order of the configuration. */
export interface Clouds extends ReadonlyMap<string, BlockStorage> {
  /**
   * The cloud of that name, which may come from a request.
   * @throws PolyvolError `not_found` that lists those that there are, and says nothing of the configuration
   */
  named(name: string): BlockStorage;
}

/** Makes the map that is handed to users. */
export function createClouds(entries: Iterable<readonly [string, BlockStorage]>): Clouds {
  const map = new Map(entries);
  return Object.assign(map, {
    named(name: string): BlockStorage {
      const storage = map.get(name);
      if (storage === undefined) throw notConnected(name, [...map.keys()]);
      return storage;
    },
  });
}

/**
 * The names of `wanted` clouds, once each, in the order of the configuration, and after them those that its source gives
 * wrongly; all of them when none is asked for.
 * @throws ConfigError for a name that the configuration does not have
 */
export function selectClouds(config: Config, wanted: readonly string[] = []): readonly string[] {
  const known = new Set(namesOf(config));
  const unknown = wanted.find((name) => !known.has(name));
  if (unknown !== undefined) throw unknownCloud(config, unknown);
  const chosen = new Set(wanted);
  return [...known].filter((name) => chosen.size === 0 || chosen.has(name));
}

function notConnected(name: string, known: readonly string[]): PolyvolError {
  const hint = suggestion(name, known)?.hint;
  const words = `there is no cloud ${JSON.stringify(name)}; there are: ${known.join(", ") || "none"}`;
  const reason = hint === undefined ? words : `${words}. ${hint}`;
  return refused("not_found", reason);
}

/** Those that a source gives wrongly are known, too: what is wrong is said where they are used. */
function namesOf({ clouds, refused }: Config): readonly string[] {
  return [...clouds.keys(), ...refused.keys()];
}

function unknownCloud(config: Config, name: string): ConfigError {
  const known = namesOf(config);
  const found = `no cloud ${JSON.stringify(name)}`;
  return refusedAt(config, ["clouds"], { found, allowed: known.join(", "), ...suggestion(name, known) });
}
