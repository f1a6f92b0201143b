import { readFileSync } from "node:fs";
import { REDIS_SERVER, WITHOUT_REDIS } from "../../packages/fleet/test/redis-server.ts";
import { backUp } from "./backup.ts";
import { fleetTime } from "./fleet.ts";
import { fasterFloor, measureInTurns, median, type Ratio, type Rounds, speedAgainst } from "./measure.ts";
import { importTime, startEmulator } from "./processes.ts";
import { type ClientName, FLOORS, PEERS } from "./tasks.ts";

/** One line of the table. */
export interface Row {
  readonly what: string;
  readonly bar: string;
  readonly figure: string;
  /** What runs are held against each other by, by name. */
  readonly values: Readonly<Record<string, number>>;
  /** `undefined`: too few rounds were undisturbed to say. */
  readonly reached: boolean | undefined;
  /** What others show in the same run. */
  readonly others: string;
  readonly data: Readonly<Record<string, number | string>>;
}

export interface Scale {
  readonly rounds: number;
  readonly repeats: number;
  readonly importRounds: number;
}

const ALL: readonly ClientName[] = [...FLOORS, ...PEERS, "polyvol"];

const two = (value: number): string => value.toFixed(2);

interface Speeds extends Record<string, Ratio> {
  readonly polyvol: Ratio;
  /** By processor time. */
  readonly cpu: Ratio;
}

function speeds(rounds: Rounds): Speeds {
  const base = fasterFloor(rounds);
  const of = (client: ClientName): Ratio => speedAgainst(rounds, base, client);
  return {
    polyvol: of("polyvol"),
    cpu: speedAgainst(rounds, base, "polyvol", "cpuMs"),
    "ky-zod": of("ky-zod"),
    "dots-wrapper": of("dots-wrapper"),
  };
}

/** So few undisturbed rounds say nothing. */
const FEWEST_ROUNDS = 3;

/** Whether a ratio reaches a bar, where enough rounds were undisturbed. */
function reaches(ratio: Ratio, bar: number): boolean | undefined {
  return ratio.rounds < FEWEST_ROUNDS ? undefined : ratio.median >= bar;
}

function byBoth({ polyvol, cpu }: Speeds): Row["values"] {
  return { "by the clock": polyvol.median, "by processor time": cpu.median };
}

/** The ratio with its quartiles and rounds, and that of processor time. */
function shown({ polyvol, cpu }: Speeds): string {
  return `${spread(polyvol)} of ${cpu.rounds} rounds; processor time ${spread(cpu)}`;
}

function spread({ median: middle, from, to, rounds }: Ratio): string {
  return rounds === 0 ? "not told, in 0" : `${two(middle)} (${two(from)} to ${two(to)}), in ${rounds}`;
}

function others(found: Readonly<Record<string, Ratio>>): string {
  return PEERS.map((name) => `${name} ${told(found[name])}`).join(", ");
}

function told(ratio: Ratio | undefined): string {
  return ratio === undefined || ratio.rounds === 0 ? "not told" : two(ratio.median);
}

/** Ratios as data. */
function flat(found: Readonly<Record<string, Ratio>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(found).flatMap(([name, ratio]) =>
      Object.entries(ratio).map(([key, value]) => [`${name}.${key}`, value as number]),
    ),
  );
}

export async function listSequentially(scale: Scale): Promise<Row> {
  const items = 100_000;
  await using emulator = await startEmulator(["--volumes", "4000", "--snapshots", String(items)]);
  const job = { task: "list", url: emulator.url, concurrency: 1, items, repeats: scale.repeats } as const;
  const rounds = await measureInTurns(ALL, scale.rounds, job);
  const found = speeds(rounds);
  return {
    what: "list 100,000 at 0 ms, one page at a time, validated",
    bar: "1.00 of the floor",
    figure: shown(found),
    values: byBoth(found),
    reached: reaches(found.polyvol, 1),
    others: others(found),
    data: {
      floor: fasterFloor(rounds),
      floorPages: "plainly: 500 requests, Polyvol's windows overlap: 548",
      ...flat(found),
    },
  };
}

/** Polyvol's own, and so that of the floor. */
const DEFAULT_CONCURRENCY = 16;

export async function listSideBySide(scale: Scale): Promise<Row> {
  const items = 10_000;
  const seed = ["--volumes", "400", "--snapshots", String(items), "--latency", "20ms"];
  await using emulator = await startEmulator(seed);
  const job = {
    task: "list-by-default",
    url: emulator.url,
    concurrency: DEFAULT_CONCURRENCY,
    items,
    repeats: scale.repeats,
  } as const;
  const rounds = await measureInTurns(ALL, scale.rounds, job);
  const found = speeds(rounds);
  const overPeer = speedAgainst(rounds, "dots-wrapper", "polyvol");
  return {
    what: "list 10,000 at 20 ms, default settings, validated",
    bar: "9 times the best sequential peer",
    figure: `${shown(found)}; ${told(overPeer)} times`,
    values: { "times the peer": overPeer.median, "by processor time": found.cpu.median },
    reached: reaches(overPeer, 9),
    others: `${others(found)} (dots-wrapper: sequential)`,
    data: { floor: fasterFloor(rounds), ...flat({ overPeer, ...found }) },
  };
}

export async function createOneByOne(scale: Scale): Promise<Row> {
  const items = 1_000;
  await using emulator = await startEmulator(["--volumes", String(items)]);
  const job = { task: "create", url: emulator.url, concurrency: 1, items, repeats: scale.repeats } as const;
  const rounds = await measureInTurns(ALL, scale.rounds, job);
  const found = speeds(rounds);
  return {
    what: "create 1,000 snapshots at 0 ms, one at a time, exactly-once on",
    bar: "0.85 of the floor",
    figure: shown(found),
    values: byBoth(found),
    reached: reaches(found.polyvol, 0.85),
    others: others(found),
    data: { floor: fasterFloor(rounds), ...flat(found) },
  };
}

export async function streamMemory(scale: Scale): Promise<Row> {
  const items = 100_000;
  await using emulator = await startEmulator(["--volumes", "4000", "--snapshots", String(items)]);
  const job = { task: "stream", url: emulator.url, concurrency: 1, items, repeats: 1 } as const;
  const rounds = await measureInTurns(ALL, scale.rounds, job);
  const growthOf = (name: ClientName): number =>
    median((rounds.get(name) ?? []).map(({ growthMiB }) => growthMiB));
  const found = Object.fromEntries(ALL.map((name) => [name, growthOf(name)]));
  const peers = PEERS.map((name) => `${name} ${(found[name] ?? Number.NaN).toFixed(0)} MiB`);
  const own = found["polyvol"] ?? Number.NaN;
  return {
    what: "stream 100,000 items: growth of peak memory",
    bar: "60 MiB",
    figure: `${own.toFixed(0)} MiB`,
    values: { "peak memory": own },
    reached: own <= 60,
    others: `floor ${(found["floor-http"] ?? Number.NaN).toFixed(0)}, ${peers.join(", ")}`,
    data: found,
  };
}

export async function backup(): Promise<Row> {
  const result = await backUp(1_000);
  const over = result.makespanMs / result.boundMs;
  return {
    what: "back up 1,000 volumes under DigitalOcean's limits (virtual time)",
    bar: "within 5 % of the bound that the quotas set, no 429",
    figure: `${((over - 1) * 100).toFixed(2)} % over, ${result.refused} refused`,
    values: { makespan: over },
    reached: over <= 1.05 && result.refused === 0,
    others: "",
    data: { ...result },
  };
}

/** 1, 2 and 4 workers in turns; the best of each, since what else the machine does only adds to the waits. */
export async function fleet({ rounds }: Scale): Promise<Row> {
  const what = "16 accounts at 50 ms by 1, 2 and 4 workers";
  const bar = "2 workers 1.9 times one, 4 workers 3.6 times";
  if (REDIS_SERVER === undefined) {
    const figure = `not measured: ${WITHOUT_REDIS}`;
    return { what, bar, figure, values: {}, reached: false, others: "", data: {} };
  }
  const times = new Map<number, number[]>([1, 2, 4].map((workers) => [workers, []]));
  for (let round = 0; round < Math.min(rounds, 5); round += 1) {
    for (const [workers, own] of times) own.push(await fleetTime(workers));
  }
  const ms = (workers: number): number => Math.min(...(times.get(workers) ?? []));
  const [double, fourfold] = [ms(1) / ms(2), ms(1) / ms(4)];
  return {
    what,
    bar,
    figure: `${two(double)} and ${two(fourfold)} times`,
    values: { "two workers": double, "four workers": fourfold },
    reached: double >= 1.9 && fourfold >= 3.6,
    others: "",
    data: { oneMs: ms(1), twoMs: ms(2), fourMs: ms(4) },
  };
}

export async function imports(scale: Scale): Promise<Row> {
  const own: number[] = [];
  const libraries: number[] = [];
  for (let round = 0; round < scale.importRounds; round += 1) {
    libraries.push(await importTime(["ky", "zod"]));
    own.push(await importTime(["@polyvol/core", "@polyvol/digitalocean"]));
  }
  const ratio = median(own.map((ms, round) => ms / (libraries[round] ?? Number.NaN)));
  return {
    what: "import of core and one adapter",
    bar: "1.3 times ky + zod imported alone",
    figure: `${two(ratio)} times`,
    values: { time: ratio },
    reached: ratio <= 1.3,
    others: "",
    data: { ratio },
  };
}

export function dependencies(): Row {
  const names = ["core", "digitalocean"].flatMap((name) => {
    const file = new URL(`../../packages/${name}/package.json`, import.meta.url);
    const { dependencies: found = {} } = JSON.parse(readFileSync(file, "utf8")) as {
      dependencies?: Record<string, string>;
    };
    return Object.keys(found).filter((each) => !each.startsWith("@polyvol/"));
  });
  const unique = [...new Set(names)].sort();
  return {
    what: "runtime dependencies of core and one adapter",
    bar: "ky and zod",
    figure: unique.join(" and "),
    values: { count: unique.length },
    reached: unique.join() === "ky,zod",
    others: "",
    data: { count: unique.length },
  };
}
