import type { EventListener, PolyvolEvent } from "./events.ts";
import { fitWords } from "./words.ts";

/** What most loggers look like: a message and an object of fields. `console` and pino-like loggers fit. */
export interface PlainLogger {
  /** Called for requests, answers and looks. */
  debug(message: string, fields: object): void;
  /** Called for pacing and recoveries. */
  info(message: string, fields: object): void;
  /** Called for retries and versions close to their end. */
  warn(message: string, fields: object): void;
}

/**
 * An `onEvent` that writes to a plain logger: requests, answers and looks at `debug`, pacing and recoveries at `info`,
 * retries and versions close to their end at `warn`. Events hold no headers, bodies or credentials.
 */
export function logEvents(logger: PlainLogger): EventListener {
  return (event) => logger[levelOf(event)](fitWords(describeEvent(event)), event);
}

function levelOf(event: PolyvolEvent): keyof PlainLogger {
  switch (event.type) {
    case "request":
    case "response":
    case "wait":
      return "debug";
    case "throttle":
    case "recover":
      return "info";
    case "retry":
      return "warn";
    case "version":
      return event.result === "chosen" ? "info" : "warn";
  }
}

/** One line for people. */
function describeEvent(event: PolyvolEvent): string {
  const head = `${event.provider} ${event.operation}`;
  switch (event.type) {
    case "request":
      return `${head}: ${event.method} ${event.target}`;
    case "response":
      return `${head}: ${event.method} ${event.target} gave ${event.status ?? event.failure ?? "no answer"} in ${Math.round(event.durationMs)} ms`;
    case "retry":
      return `${head}: attempt ${event.attempt} failed (${event.code}: ${event.reason}), again in ${Math.round(event.delayMs)} ms`;
    case "wait":
      return `${head}: ${event.resource.kind} ${event.resource.id ?? ""} is ${event.seen}, next look in ${Math.round(event.nextLookMs)} ms`;
    case "throttle":
      return `${head}: held back ${Math.round(event.delayMs)} ms (${event.bound})`;
    case "recover":
      return `${head}: ${event.resource.kind} ${event.resource.name ?? event.resource.id ?? ""} ${event.result.replace("_", " ")}`;
    case "version":
      return `${head}: ${event.message}`;
  }
}
