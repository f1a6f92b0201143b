/** When to take snapshots, as written in a configuration: exactly one of `cron` and `every`. */
export interface ScheduleDefinition {
  /** IANA name, such as `Europe/Berlin` or `UTC`. `cron` goes by its wall clock; `every` is elapsed time. */
  readonly timezone: string;
  /**
   * Five fields (minute, hour, day of month, month, day of week) or a nickname such as `@daily`. If day of month and
   * day of week are both given, a day matches when either does. A step or a range counts as given, `*` and `?` do not:
   * `0 0 * * 5` is every Friday, `0 0 1-31 * 5` every day.
   */
  readonly cron?: string | undefined;
  /**
   * Elapsed time between slots: whole numbers of `d` (24 hours), `h`, `min` and `s`, such as `6h` or `1h30min`.
   */
  readonly every?: string | undefined;
  /**
   * One slot of `every`, ISO 8601 with an offset or Z, whole seconds; slots lie before and after it. Default
   * `1970-01-01T00:00:00Z`, so that `6h` means 00, 06, 12 and 18 o'clock UTC.
   */
  readonly anchor?: string | undefined;
}

/**
 * An endless row of slots, each one instant in UTC on a whole second. What a slot is depends on the definition
 * alone, never on when or how often it is asked.
 */
export interface Schedule {
  /** As written. */
  readonly definition: ScheduleDefinition;
  /** The first slot later than this instant (milliseconds since the Unix epoch); undefined when there is none. */
  readonly firstAfter: (instant: number) => number | undefined;
  /** The last slot at or before this instant. */
  readonly lastAtOrBefore: (instant: number) => number | undefined;
  /**
   * The slot that a snapshot named after this instant counts as. A slot of a cron pattern is a local time: a machine
   * with other time zone data has it at another instant. So what is no slot here counts as the slot of its local time by
   * another offset that the zone has had in these years; where there is none, as itself.
   */
  readonly countedAs: (slot: number) => number;
}

/** A row of slots without its definition. */
export type Slots = Pick<Schedule, "firstAfter" | "lastAtOrBefore" | "countedAs">;
