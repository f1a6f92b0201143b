/**
 * `pnpm cinder:peers [ROUNDS]`: Polyvol beside the clients of others on the real Cinder, in one run, in requests and processor time.
 * The others are Debian's packages python3-openstacksdk, python3-cinderclient, golang-go and
 * golang-github-gophercloud-gophercloud-dev; whoever is missing is left out, in words.
 */
import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { holdingsOf } from "../src/database.ts";
import { control } from "../src/project.ts";
import { openStage, type Stage } from "./stage.ts";

const run = promisify(execFile);
const VOLUMES = 2_000;
const ROUNDS = Number(process.argv[2] ?? 3);
/** Seconds that a snapshot takes. */
const SNAPSHOT_SECONDS = 3;

interface Measured {
  readonly result: number | string | null;
  readonly cpuMs: number;
  readonly ms: number;
  readonly requests: number;
}

const file = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "peers-"));
const CLIENTS: Readonly<Record<string, () => readonly string[]>> = {
  polyvol: () => [process.execPath, "--conditions=@polyvol/source", file("polyvol.ts")],
  openstacksdk: () => python("openstacksdk", "openstack"),
  cinderclient: () => python("cinderclient", "cinderclient"),
  gophercloud: () => {
    const program = join(folder, "gophercloud");
    const env = {
      ...process.env,
      GO111MODULE: "off",
      GOPATH: "/usr/share/gocode",
      GOCACHE: join(folder, "cache"),
    };
    execFileSync("go", ["build", "-o", program, file("gophercloud.go")], { env, stdio: "pipe" });
    return [program];
  },
};

function python(client: string, module: string): readonly string[] {
  execFileSync("/usr/bin/python3", ["-W", "ignore", "-c", `import ${module}`], { stdio: "pipe" });
  return ["/usr/bin/python3", "-W", "ignore", file("peers.py"), client];
}

function available(): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const [name, command] of Object.entries(CLIENTS)) {
    try {
      found.set(name, command());
    } catch (error) {
      process.stderr.write(`${name} is left out: ${String(error).split("\n")[0]}\n`);
    }
  }
  return found;
}

async function measure(
  { proxy, environment }: Stage,
  [program = "", ...words]: readonly string[],
  task: Readonly<Record<string, string>>,
): Promise<Measured> {
  proxy.log.clear();
  const env = { ...process.env, ...environment, PYTHONWARNINGS: "ignore", REPEATS: "1", ...task };
  const { stdout } = await run(program, words, { env });
  return { ...(JSON.parse(stdout) as Omit<Measured, "requests">), requests: proxy.log.entries().length };
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): void {
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(" | ")} |\n`;
  process.stdout.write(`\n${line(head)}|${"---|".repeat(head.length)}\n${rows.map(line).join("")}`);
}

const clients = available();
const stage = await openStage(VOLUMES);
try {
  const listed = new Map(
    [...clients.keys()].map((name) => [name, { first: [] as Measured[], third: [] as Measured[] }]),
  );
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, command] of clients) {
      const of = listed.get(name);
      of?.first.push(await measure(stage, command, { TASK: "list" }));
      of?.third.push(await measure(stage, command, { TASK: "list", REPEATS: "3" }));
    }
  }
  const rate = (all: readonly Measured[]): number =>
    Math.round((VOLUMES / median(all.map(({ cpuMs }) => cpuMs))) * 1_000);
  const base = listed.get("openstacksdk");
  table(
    [
      `list ${VOLUMES.toLocaleString("en-US")} volumes`,
      ...[
        "found",
        "requests",
        "items a second of processor time",
        "the same, third listing",
        "times openstacksdk",
        "ms",
      ],
    ],
    [...listed].map(([name, { first, third }]) => [
      name,
      [...new Set(first.map(({ result }) => result))].join(),
      [...new Set(first.map(({ requests }) => requests))].join(),
      [...new Set(third.map(({ requests }, round) => (requests - (first[round]?.requests ?? 0)) / 2))].join(),
      rate(first),
      rate(third),
      base === undefined
        ? ""
        : `${(rate(first) / rate(base.first)).toFixed(1)}; ${(rate(third) / rate(base.third)).toFixed(1)}`,
      Math.round(median(third.map(({ ms }) => ms))),
    ]),
  );

  control(stage.server, { delay: { create_snapshot: SNAPSHOT_SECONDS } });
  const snapshots: (readonly (string | number)[])[] = [];
  for (const [name, command] of clients) {
    const task = { TASK: "snapshot", NAME: `of-${name}`, VOLUME_ID: stage.volumeId };
    const { result, requests, cpuMs, ms } = await measure(stage, command, task);
    snapshots.push([name, String(result), requests, Math.round(cpuMs), Math.round(ms)]);
  }
  control(stage.server, undefined);
  table(
    [`one snapshot of ${SNAPSHOT_SECONDS} s, and wait`, "returned as", "requests", "processor ms", "ms"],
    snapshots,
  );

  const lost: (readonly (string | number)[])[] = [];
  for (const [name, command] of clients) {
    stage.proxy.faults.clear();
    stage.proxy.faults.add({ kind: "cut-after", count: 1, match: { method: "POST", path: "/v3/*/volumes" } });
    const { result, requests } = await measure(stage, command, { TASK: "create", NAME: `lost-${name}` });
    const held = holdingsOf(stage.server, stage.project.id).volumes.filter(
      (each) => each.name === `lost-${name}`,
    );
    const reported = held.filter(({ id }) => id === result).length;
    lost.push([
      name,
      reported === 1 ? "a volume" : "an error",
      requests,
      held.length,
      held.length - reported,
    ]);
  }
  table(["answer of a create lost", "returned", "requests", "volumes made", "left behind"], lost);
} finally {
  control(stage.server, undefined);
  await stage.close();
  rmSync(folder, { recursive: true, force: true });
}
