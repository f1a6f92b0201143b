/**
 * `@polyvol/emulators`: what the emulators of all providers have in common.
 *
 * @module @polyvol/emulators
 */
export { createVirtualClock, realClock, type VirtualClock } from "./kit/clock.ts";
export {
  createEmulatedDevices,
  type DeviceFault,
  type EmulatedDevice,
  type EmulatedDevices,
  type EmulatedDevicesOptions,
} from "./kit/devices.ts";
export { createEmulator } from "./kit/emulator.ts";
export type { Emulator, EmulatorOptions, Fetch, Listener, ListenOptions } from "./kit/emulator-types.ts";
export type {
  Fault,
  FaultAnswer,
  FaultEffect,
  FaultKind,
  FaultMatch,
  FaultMoment,
  FaultPattern,
  FaultRule,
} from "./kit/fault.ts";
export { parseFaults } from "./kit/fault.ts";
export { createFaultProxy, type FaultProxyOptions } from "./kit/fault-proxy.ts";
export type { FaultRegistry, FaultStatus } from "./kit/faults.ts";
export type { LogEntry, RequestLog } from "./kit/request-log.ts";
export type { Clock, EmulatedService, Inventory, ServiceRequest, ServiceResponse } from "./kit/service.ts";
export { InvalidInput } from "./kit/validation.ts";
