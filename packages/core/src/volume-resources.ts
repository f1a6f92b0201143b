import { omitUndefined } from "./omit-undefined.ts";
import type { VolumeQuery } from "./options.ts";
import { createResources, type Resources } from "./resources.ts";
import type { Runtime } from "./runtime.ts";
import { hasTags } from "./tags.ts";
import type { Volume } from "./volume.ts";

export type VolumeResources = Resources<Volume, VolumeQuery>;

export function createVolumeResources(runtime: Runtime): VolumeResources {
  const { driver } = runtime;
  return createResources<Volume, VolumeQuery>({
    kind: "volume",
    runtime,
    getOne: (id, context) => driver.getVolume(id, context),
    getPage: (query, page, context) =>
      driver.listVolumes(omitUndefined({ name: query.name, region: query.region }), page, context),
    matches: (volume, query) =>
      (query.name === undefined || volume.name === query.name) &&
      (query.region === undefined || volume.region === query.region) &&
      (query.tags === undefined || hasTags(volume, query.tags, runtime.capabilities.limits.tags)),
  });
}
