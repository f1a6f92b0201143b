import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEmulatedDevices, createVirtualClock } from "@polyvol/emulators";
import { createDigitalOceanEmulator } from "@polyvol/emulators/digitalocean";
import { createSamsungScpEmulator } from "@polyvol/emulators/samsung-scp";
import { runHere } from "../in-process.ts";
import { PROCESS_ENV } from "../polyvol.ts";
import { CONFIG, NOW, OCEAN, SAMSUNG, SERVER } from "./seeds.ts";
import { standingStill } from "./standing-clock.ts";

const ENV = { ...PROCESS_ENV, TOKEN: "T", ACCESS: "A", SECRET: "S", NO_COLOR: "1" };

/** Two emulated clouds with the data of seeds.ts, and a folder in which commands are typed. */
export interface World {
  /** What the command wrote to both outputs, in order, and its exit code. */
  run(command: string): Promise<{ readonly text: string; readonly code: number }>;
  /** Lets time pass, for the clouds and for the commands that follow. */
  advance(ms: number): Promise<void>;
  write(file: string, text: string): Promise<void>;
  /** The content of a file, with addresses and ids as they stand on the page. */
  read(file: string): Promise<string>;
  /** The same as it is. */
  raw(file: string): Promise<string>;
  close(): Promise<void>;
}

export async function createWorld(): Promise<World> {
  const clock = createVirtualClock(NOW);
  const ocean = createDigitalOceanEmulator({ clock, tokens: ["T"], actionDurationMs: 0 });
  const none = {
    volumeCreate: 0,
    snapshotCreate: 0,
    volumeDelete: 0,
    snapshotDelete: 0,
    extend: 0,
    revert: 0,
  };
  const durations = { ...none, reserve: 0, attach: 0, detach: 0, qos: 0 };
  const samsung = createSamsungScpEmulator({ clock, accessKey: "A", secretKey: "S", durations });
  ocean.seed(OCEAN);
  samsung.seed(SAMSUNG);
  const [first, second] = await Promise.all([ocean.listen(), samsung.listen()]);
  const folder = await mkdtemp(join(tmpdir(), "polyvol-transcripts-"));
  const write = (file: string, text: string): Promise<void> => writeFile(join(folder, file), text);
  await write("polyvol.config.yaml", CONFIG(first.url, second.url));
  const plain = normaliser({
    [first.url]: "http://127.0.0.1:4010",
    [second.url]: "http://127.0.0.1:4020",
    [folder]: ".",
  });
  // The server that the story has on the first cloud.
  const devices = createEmulatedDevices({
    inventory: () => ocean.inventory(),
    serverId: "1001",
    links: ({ name }) => [`scsi-0DO_Volume_${name}`],
  });
  return {
    async run(command) {
      let text = "";
      const { code } = await standingStill(clock.now(), () =>
        runHere(
          wordsOf(command),
          { folder, env: ENV },
          (written) => {
            text += written;
          },
          { devices },
        ),
      );
      return { text: plain(text), code };
    },
    advance: (ms) => clock.advance(ms),
    write,
    raw: (file) => readFile(join(folder, file), "utf8"),
    read: async (file) => plain(await readFile(join(folder, file), "utf8")),
    async close() {
      await Promise.all([first.close(), second.close()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Words as a shell would make them; quotes keep spaces. */
function wordsOf(command: string): string[] {
  return [...command.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, bare]) => double ?? single ?? bare ?? "",
  );
}

/** Replaces what differs from run to run: addresses, durations, and ids that are made up. */
function normaliser(replacements: Readonly<Record<string, string>>): (text: string) => string {
  const seeded = new Set(
    JSON.stringify([OCEAN, SAMSUNG, SERVER]).match(/(?<=")[0-9a-f]{8}(?=(-[0-9a-f]{4}){3}-)/g),
  );
  const ids = new Map<string, string>();
  return (text) => {
    let plain = text;
    for (const [from, to] of Object.entries(replacements)) plain = plain.replaceAll(from, to);
    plain = plain
      .replace(/Node [\d.]+ on \w+ \w+/, "Node 24.21.0 on linux x64")
      .replace(/data \d{4}\w/, "data 2026a");
    plain = withoutTimesTaken(plain.replace(/\b(in +)\d+(?:\.\d+)? m?s\b/g, "$140 ms"));
    // Tables show the first group alone.
    return plain.replace(/\b([0-9a-f]{8})((?:-[0-9a-f]{4}){3}-[0-9a-f]{12})?\b/g, (id, start, rest = "") => {
      if (seeded.has(start) || /^\d+$/.test(start)) return id;
      const known = ids.get(start) ?? `0a1b2c${String(ids.size + 1).padStart(2, "0")}`;
      ids.set(start, known);
      return rest === "" ? known : `${known}-0000-4000-8000-${known.slice(-2).padStart(12, "0")}`;
    });
  };
}

/** A last column TOOK, as it looks where nothing takes any time. */
function withoutTimesTaken(text: string): string {
  const lines = text.split("\n");
  const header = lines.find((line) => line.endsWith(" TOOK"));
  if (header === undefined) return text;
  const start = header.trimEnd().replace(/ +TOOK$/, "").length + 2;
  const taken = (line: string): boolean => /^ *[\d.]+ m?s$/.test(line.slice(start));
  return lines
    .map((line) =>
      line === header || taken(line) ? `${line.slice(0, start)}${line === header ? "TOOK" : "0 ms"}` : line,
    )
    .join("\n");
}
