/** Compares what two servers answered to the same program. */
import type { Recorded } from "./run.ts";

/** One place at which the emulator is not as the server is. */
export interface Difference {
  readonly title: string;
  /** `status`, `headers.vary`, `body.volume.size`. */
  readonly place: string;
  readonly server: string;
  readonly emulator: string;
}

export function differencesOf(
  server: readonly Recorded[],
  emulator: readonly Recorded[],
): readonly Difference[] {
  return server.flatMap((one, index) => {
    const { title, ...real } = one;
    const { title: _, ...emulated } = emulator[index] ?? { title };
    return compare(real, emulated, "").map((each) => ({ title, ...each }));
  });
}

function compare(server: unknown, emulator: unknown, place: string): readonly Omit<Difference, "title">[] {
  if (isBranch(server) && isBranch(emulator) && Array.isArray(server) === Array.isArray(emulator)) {
    const keys = [...new Set([...Object.keys(server), ...Object.keys(emulator)])];
    return keys.flatMap((key) => compare(server[key], emulator[key], place === "" ? key : `${place}.${key}`));
  }
  const [left, right] = [server, emulator].map((value) => JSON.stringify(value) ?? "nothing");
  return left === right ? [] : [{ place, server: left ?? "", emulator: right ?? "" }];
}

function isBranch(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
