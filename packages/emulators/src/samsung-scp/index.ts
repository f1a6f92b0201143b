/**
 * The emulator of Samsung Cloud Platform.
 *
 * @module @polyvol/emulators/samsung-scp
 */
export type { AccessKey } from "./auth.ts";
export { samsungScpCommand } from "./command.ts";
export { createSamsungScpEmulator, type SamsungScpEmulatorOptions } from "./emulator.ts";
export {
  DEFAULT_DURATIONS,
  type Durations,
  type Environment,
  type FailureRule,
  type Quotas,
  type Races,
  REGIONS,
  type SamsungScpOptions,
  type ServerOptions,
  type VolumeTypeOptions,
  type Work,
} from "./options.ts";
export type { SnapshotStatus, VolumeState } from "./records.ts";
export type { SamsungScpSeed, SeedServer, SeedSnapshot, SeedVolume } from "./seed-schema.ts";
export type { SamsungScpState } from "./state.ts";
export {
  type ApiVersion,
  calendarVersions,
  documentedVersions,
  type VersionStatus,
} from "./versions.ts";
