/**
 * `@polyvol/backup/holds`: what a hold is and who is held, without the rest of the library, for programs that load
 * little.
 *
 * @module @polyvol/backup/holds
 */
export {
  createHoldsReader,
  type HoldOptions,
  type HoldsOptions,
  type HoldsReader,
  type HoldWriter,
  hold,
  holdsOf,
  release,
} from "./hold/hold.ts";
export { isHeld, keepHold } from "./hold/marker.ts";
export { parseSnapshotName, type SnapshotName, volumeNameOn } from "./naming.ts";
