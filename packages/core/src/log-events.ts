import { refusedArgument } from "./errors.ts";
import { eventText } from "./event-text.ts";
import type { EventListener, PolyvolEvent } from "./events.ts";
import { fitWords, listWords } from "./words.ts";

/** Writes one line at one level. */
// biome-ignore lint/suspicious/noExplicitAny: which argument comes first differs from logger to logger
type Write = (...given: any[]) => unknown;

/** What loggers look like: `console`, pino and winston fit as they come. */
export interface EventLogger {
  /** Called for requests, answers and looks. */
  readonly debug: Write;
  /** Called for pacing and recoveries. */
  readonly info: Write;
  /** Called for retries and versions close to their end. */
  readonly warn: Write;
}

/** How `logEvents` calls a logger. */
export interface LogEventsOptions {
  /**
   * Whether the logger takes the fields first and then the text, as pino does. Default: whether it has pino's `bindings`,
   * or bunyan's `addStream`.
   */
  readonly fieldsFirst?: boolean | undefined;
}

/**
 * An `onEvent` that writes to a logger: requests, answers and looks at `debug`, pacing and recoveries at `info`, retries
 * and versions close to their end at `warn`. Each is a text for people and an object with the fields of the event. Events
 * hold no headers, bodies or credentials.
 * @throws PolyvolError `invalid_argument` for what has no `debug`, `info` or `warn`
 */
export function logEvents(logger: EventLogger, options: LogEventsOptions = {}): EventListener {
  const missing = LEVELS.filter((level) => typeof logger?.[level] !== "function");
  if (missing.length > 0) {
    const allowed = "an object with the functions debug, info and warn";
    throw refusedArgument(`logger: found no ${listWords(missing)}, allowed: ${allowed}`);
  }
  const { fieldsFirst = "bindings" in logger || "addStream" in logger } = options;
  return (event) => {
    const text = fitWords(`${event.provider} ${event.operation}: ${eventText(event, milliseconds)}`);
    const fields = fieldsOf(event);
    if (fieldsFirst) logger[levelOf(event)](fields, text);
    else logger[levelOf(event)](text, fields);
  };
}

const milliseconds = (ms: number): string => `${Math.round(ms)} ms`;

type Level = "debug" | "info" | "warn";

const LEVELS: readonly Level[] = ["debug", "info", "warn"];

/** The text has the message already, and winston would append it once more. */
function fieldsOf(event: PolyvolEvent): object {
  if (event.type !== "version") return event;
  const { message: _, ...fields } = event;
  return fields;
}

const LEVEL_OF = {
  ...{ request: "debug", response: "debug", wait: "debug" },
  ...{ throttle: "info", recover: "info" },
  retry: "warn",
} as const satisfies Readonly<Record<string, Level>>;

function levelOf(event: PolyvolEvent): Level {
  if (event.type !== "version") return LEVEL_OF[event.type];
  return event.result === "chosen" ? "info" : "warn";
}
