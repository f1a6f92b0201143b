/**
 * `@polyvol/opentelemetry`: traces and metrics of every call, by OpenTelemetry.
 *
 * @module @polyvol/opentelemetry
 */
export { createTelemetry, type Telemetry, type TelemetryOptions } from "./telemetry.ts";
