import type { ConfigPath, Position } from "../config.ts";

/** A configuration as it was read, before anything in it is checked. */
export interface ConfigSource {
  readonly file?: string;
  readonly directory: string;
  readonly explicit: boolean;
  readonly value: unknown;
  locate(path: ConfigPath): Position | undefined;
}

/** The part of a source that depends on how the file is written. */
export type ParsedText = Pick<ConfigSource, "value" | "locate">;
