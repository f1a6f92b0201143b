import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SamsungScpEmulatorOptions } from "@polyvol/emulators/samsung-scp";
import {
  type OffsiteDefinition,
  type OffsiteOptions,
  type OffsiteReport,
  offsite,
  offsiteEntry,
  type Policy,
  parsePolicies,
  type RecordEntry,
} from "../../src/index.ts";
import { type CloudName, createMountWorld, type MountWorld } from "../support/mount-world.ts";
import { nightly } from "../support/shapes.ts";

/** A cloud with three volumes, data-1 to data-3, and this machine as a server of it. */
export interface OffsiteWorld extends MountWorld {
  /** A command that appends its environment as a line of JSON, runs this code, and ends. */
  logging(code?: string): string[];
  /** What such commands have appended. */
  logged(): Record<string, string>[];
  /** For all three volumes, or for one: each takes a process of its own. */
  policiesWith(keys?: Partial<OffsiteDefinition>, name?: string): readonly Policy[];
  /** Takes the volumes of the cloud off-site, and keeps the record. */
  take(
    policies: readonly Policy[],
    options?: OffsiteOptions,
    entries?: RecordEntry[],
  ): Promise<OffsiteReport>;
  close(): Promise<void>;
}

export async function createOffsiteWorld(
  cloud: CloudName = "do",
  scp: Partial<SamsungScpEmulatorOptions> = {},
): Promise<OffsiteWorld> {
  const here = await createMountWorld(cloud, undefined, scp);
  const folder = mkdtempSync(join(tmpdir(), "polyvol-offsite-"));
  const logging = (code = ""): string[] => {
    const script = `require("fs").appendFileSync(process.argv[1], JSON.stringify(process.env) + "\\n"); ${code}`;
    return [process.execPath, "-e", script, join(folder, "log")];
  };
  return {
    ...here,
    logging,
    logged: () =>
      readFileSync(join(folder, "log"), "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as Record<string, string>),
    policiesWith: (keys = {}, name = "data-*") =>
      parsePolicies({
        nightly: nightly({ select: { name }, offsite: { command: logging(), ...keys } }),
      }),
    take: (policies, options = {}, entries = []) =>
      offsite(
        policies,
        { main: here.storage() },
        {
          ...here.options,
          serverId: here.serverId,
          record: { entries: [...entries], aside: [] },
          onVolume: (volume, { startedAt }) => void entries.push(offsiteEntry(volume, startedAt)),
          ...options,
        },
      ),
    async close() {
      await here.world.close();
      rmSync(folder, { recursive: true });
    },
  };
}

export const outcomes = ({ volumes }: OffsiteReport): string[] =>
  volumes.map(({ volumeName, outcome }) => `${volumeName} ${outcome}`);
