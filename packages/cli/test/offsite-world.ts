import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createEmulatedDevices } from "@polyvol/emulators";
import { expect } from "vitest";
import type { Machine } from "../src/context.ts";
import { type Clouds, ENV, startClouds } from "./clouds.ts";
import { runHere, type Written } from "./in-process.ts";
import { PROCESS_ENV } from "./polyvol.ts";

/** Id of the Droplet that the command line runs on. */
export const SERVER = "1001";
/** Says where the data is, and what it was asked for: `process.argv[1]`. */
const TOOL = `
const { POLYVOL_VOLUME_NAME: volume, POLYVOL_DEVICE: device, POLYVOL_MOUNT: mount = "no mount" } = process.env;
if (volume === process.env.BREAKS) { console.error("Fatal: no space left in the repository"); process.exit(3); }
if (process.argv[2] === "hang") setInterval(() => 0, 1000);
console.log(["stored", volume, device, mount].join(" "));
`;

/** Runs the tool, as a line below `offsite` of a policy. */
export const COMMAND = `command: [${JSON.stringify(process.execPath)}, tool.js]`;

/** Clouds with the volumes `web` and `db`, and the command line on a server of one of them. */
export interface OffsiteWorld extends Clouds {
  /** Adds a policy, with these lines below `offsite`, and has it make its snapshots. */
  withPolicy(...lines: readonly string[]): Promise<void>;
  /** Runs the command line on the server: the words of it, and more that may have blanks. */
  runThere(
    words: string,
    more?: readonly string[],
    env?: Readonly<Record<string, string>>,
    onText?: (text: string) => void,
  ): Promise<Written>;
  /** Names of the temporary volumes that are there. */
  strays(): readonly string[];
  /** A metadata service that answers as the Droplet of this id, and what ends it. */
  onDroplet(id: string, region: string): Promise<() => Promise<unknown>>;
}

export async function createOffsiteWorld(): Promise<OffsiteWorld> {
  const clouds = await startClouds();
  const { ocean, folder } = clouds;
  ocean.seed({
    volumes: ["web", "db"].map((name) => ({ name, region: "nyc3", size_gigabytes: 10 })),
  });
  await clouds.write("tool.js", TOOL);
  const devices = createEmulatedDevices({
    inventory: () => ocean.inventory(),
    serverId: SERVER,
    links: ({ name }) => [`scsi-0DO_Volume_${name}`],
  });
  // Nobody answers there: discard.
  let machine: Machine = { devices, metadataUrl: "http://127.0.0.1:9" };
  return {
    ...clouds,
    async withPolicy(...lines) {
      const config = await readFile(join(folder, "polyvol.config.yaml"), "utf8");
      const offsite =
        lines.length === 0 ? "" : `    offsite:\n${lines.map((line) => `      ${line}\n`).join("")}`;
      await clouds.write(
        "polyvol.config.yaml",
        `${config}policies:
  nightly:
    select: { cloud: ocean, name: [ "web", "db" ] }
    schedule: { cron: "0 0 * * *", timezone: UTC }
    retention: { daily: 2 }
${offsite}`,
      );
      const ran = await clouds.run("backup run");
      expect(ran.code, ran.err).toBe(0);
    },
    runThere(words, more = [], env = {}, onText) {
      const place = { folder, env: { ...PROCESS_ENV, ...ENV, ...env } };
      return runHere([...words.split(" "), ...more], place, onText, machine);
    },
    strays: () =>
      ocean
        .inventory()
        .volumes.map(({ name }) => name)
        .filter((name) => name.startsWith("polyvol-")),
    async onDroplet(id, region) {
      const server = createServer((request, response) => {
        response.end(request.url === "/metadata/v1/id" ? id : region);
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      machine = { devices, metadataUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
      return () => new Promise((resolve) => server.close(resolve));
    },
  };
}
