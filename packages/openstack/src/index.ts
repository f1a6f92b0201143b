/**
 * `@polyvol/openstack`: volumes and snapshots of OpenStack Block Storage (Cinder) behind Polyvol's neutral interface.
 *
 * @module @polyvol/openstack
 */
export type { OpenStackApiVersion } from "./api-versions.ts";
export { createOpenStackDriver, createOpenStackStorage } from "./create.ts";
export { type OpenStackSnapshotDetails, type OpenStackVolumeDetails, openStackDetails } from "./details.ts";
export {
  type OpenStackMessage,
  type OpenStackOperations,
  type OpenStackQuotas,
  type OpenStackTagTarget,
  type OpenStackVolumeType,
  type OpenStackZone,
  openStack,
} from "./native-operations.ts";
export { type OpenStackDriverOptions, type OpenStackStorageOptions, openStackOptions } from "./options.ts";
export type { OpenStackVolumeOptions } from "./provider-options.ts";
