import { runWorker } from "./processes.ts";
import { type ClientName, FLOORS, type Job, type Measurement } from "./tasks.ts";

/** What each client needed, round by round. */
export type Rounds = ReadonlyMap<ClientName, readonly Measurement[]>;

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Fresh processes, the clients taking turns; each round begins with another one. */
export async function measureInTurns(
  clients: readonly ClientName[],
  rounds: number,
  job: Omit<Job, "client">,
): Promise<Rounds> {
  const found = new Map<ClientName, Measurement[]>(clients.map((client) => [client, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < clients.length; turn += 1) {
      const client = clients[(round + turn) % clients.length];
      if (client === undefined) continue;
      found.get(client)?.push(await runWorker({ ...job, client }));
    }
  }
  return found;
}

/** The floor that is faster over all rounds. */
export function fasterFloor(rounds: Rounds): ClientName {
  const [first = "floor-http", second = "floor-undici"] = FLOORS;
  const msOf = (client: ClientName): number => median((rounds.get(client) ?? []).map(({ ms }) => ms));
  return msOf(first) <= msOf(second) ? first : second;
}

/** A ratio of many rounds: the median, the lower and the upper quartile, and how many rounds are in it. */
export interface Ratio {
  readonly median: number;
  readonly from: number;
  readonly to: number;
  readonly rounds: number;
}

/** Of the time that a client took it may have waited this share for a processor. */
const MOST_WAITED = 0.05;

/**
 * How much of `base`'s speed `client` has, round by round, by the clock or by processor time. By the clock, rounds count in
 * which neither of the two waited for a processor for more than 5 % of its time: the others tell of the machine. Of
 * processor time all count.
 */
export function speedAgainst(
  rounds: Rounds,
  base: ClientName,
  client: ClientName,
  by: "ms" | "cpuMs" = "ms",
): Ratio {
  const own = rounds.get(client) ?? [];
  const pairs = (rounds.get(base) ?? []).flatMap((one, round) => {
    const other = own[round];
    const isDisturbed = [one, other].some((each) => each && each.waitedMs > MOST_WAITED * each.ms);
    return other === undefined || (by === "ms" && isDisturbed) ? [] : [one[by] / other[by]];
  });
  return spreadOf(pairs);
}

function spreadOf(values: readonly number[]): Ratio {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
  return { median: median(values), from: at(0.25), to: at(0.75), rounds: values.length };
}
