/**
 * `@polyvol/fleet`: backups of thousands of accounts on many machines, carried by BullMQ and Redis or Valkey.
 *
 * @module @polyvol/fleet
 */
export type { AccountSource, ConnectAccount } from "./account.ts";
export {
  createFleetDispatcher,
  type DispatchedAccount,
  type DispatcherOptions,
  type DispatchReport,
  type FleetDispatcher,
} from "./dispatcher.ts";
export type { FleetEvent, FleetEventListener, JobPlace } from "./events.ts";
export { FleetError, type FleetErrorCode, isFleetError } from "./fleet-error.ts";
export type { RunAccount } from "./process-job.ts";
export type { JobResult } from "./queue.ts";
export type { FleetConnection } from "./redis.ts";
export {
  type AccountState,
  type AccountStatus,
  type FleetStatus,
  type FleetStatusOptions,
  fleetStatus,
} from "./status.ts";
export { createFleetWorker, type FleetWorker, type WorkerOptions } from "./worker.ts";
