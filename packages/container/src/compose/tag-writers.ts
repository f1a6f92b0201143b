import type { BlockStorage } from "@polyvol/core";
import { providersByName } from "../providers/index.ts";
import type { ProviderRegistration, WriteSnapshotTag } from "../providers/registration.ts";

/**
 * What changes the tags of snapshots on the provider of a storage; `undefined` where it has no calls of its own for
 * that.
 * @param more Providers beside those that come with Polyvol
 */
export async function snapshotTagWriter(
  storage: Pick<BlockStorage, "provider">,
  more: readonly ProviderRegistration[] = [],
): Promise<WriteSnapshotTag | undefined> {
  return await providersByName(more).get(storage.provider)?.loadTagWriter?.();
}
