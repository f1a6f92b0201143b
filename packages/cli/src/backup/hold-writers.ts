import type { HoldWriter } from "@polyvol/backup";
import { snapshotTagWriter } from "@polyvol/container";
import type { BlockStorage } from "@polyvol/core";

/** The tag that the backup library takes for a hold; it reads back what is written here. */
const HOLD_TAG = "polyvol-hold";

/** What puts holds on snapshots of this storage, where their descriptions cannot carry them. */
export async function holdWriters(storage: BlockStorage): Promise<Readonly<Record<string, HoldWriter>>> {
  const write = await snapshotTagWriter(storage);
  if (write === undefined) return {};
  return {
    [storage.provider]: (on, snapshot, held, options) => write(on, snapshot, HOLD_TAG, held, options),
  };
}
