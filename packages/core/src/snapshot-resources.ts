import { omitUndefined } from "./omit-undefined.ts";
import type { SnapshotQuery } from "./options.ts";
import { createResources, type Resources } from "./resources.ts";
import type { Runtime } from "./runtime.ts";
import type { Snapshot } from "./snapshot.ts";
import { hasTags } from "./tags.ts";

export type SnapshotResources = Resources<Snapshot, SnapshotQuery>;

export function createSnapshotResources(runtime: Runtime): SnapshotResources {
  const { driver } = runtime;
  return createResources<Snapshot, SnapshotQuery>({
    kind: "snapshot",
    runtime,
    getOne: (id, context) => driver.getSnapshot(id, context),
    getPage: (query, page, context) =>
      driver.listSnapshots(omitUndefined({ name: query.name, volumeId: query.volumeId }), page, context),
    matches: (snapshot, query) =>
      (query.name === undefined || snapshot.name === query.name) &&
      (query.volumeId === undefined || snapshot.volumeId === query.volumeId) &&
      (query.tags === undefined || hasTags(snapshot, query.tags, runtime.capabilities.limits.tags)),
  });
}
