import type { BlockStorage } from "@polyvol/core";
import type { InjectionToken } from "tsyringe";
import type { Clouds } from "./compose/clouds.ts";
import type { CloudConfig, Config } from "./config.ts";
import type { ProviderRegistration } from "./providers/registration.ts";

/** What can be resolved after `registerClouds`, and what can be registered before it. */
export interface Tokens {
  /** The configuration. */
  readonly config: InjectionToken<Config>;
  /** All connected clouds. */
  readonly clouds: InjectionToken<Clouds>;
  /** The one cloud of a configuration that has one; with several, ask for `cloudToken(name)`. */
  readonly blockStorage: InjectionToken<BlockStorage>;
  /** Register more providers under this one, as often as needed, before `registerClouds`. */
  readonly provider: InjectionToken<ProviderRegistration>;
  /** Within the container of one cloud: its part of the configuration. */
  readonly cloud: InjectionToken<CloudConfig>;
}

/** The tokens, the same in every copy of this package. */
export const TOKENS: Tokens = {
  config: Symbol.for("polyvol.Config"),
  clouds: Symbol.for("polyvol.Clouds"),
  blockStorage: Symbol.for("polyvol.BlockStorage"),
  provider: Symbol.for("polyvol.ProviderRegistration"),
  cloud: Symbol.for("polyvol.CloudConfig"),
};

/** The token of the cloud of that name. */
export function cloudToken(name: string): InjectionToken<BlockStorage> {
  return Symbol.for(`polyvol.cloud.${name}`);
}
