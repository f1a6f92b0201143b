import { runWorker } from "./processes.ts";
import { type ClientName, FLOORS, type Job } from "./tasks.ts";

export type Times = ReadonlyMap<ClientName, readonly number[]>;

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
  pick: (measurement: { readonly ms: number; readonly growthMiB: number }) => number = ({ ms }) => ms,
): Promise<Times> {
  const times = new Map<ClientName, number[]>(clients.map((client) => [client, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < clients.length; turn += 1) {
      const client = clients[(round + turn) % clients.length];
      if (client === undefined) continue;
      times.get(client)?.push(pick(await runWorker({ ...job, client })));
    }
  }
  return times;
}

/** The floor that is faster over all rounds. */
export function fasterFloor(times: Times): ClientName {
  const [first = "floor-http", second = "floor-undici"] = FLOORS;
  return median(times.get(first) ?? []) <= median(times.get(second) ?? []) ? first : second;
}

/** How much of `base`'s speed `client` has: the median of the ratios, round by round. */
export function speedAgainst(times: Times, base: ClientName, client: ClientName): number {
  const bases = times.get(base) ?? [];
  return median((times.get(client) ?? []).map((ms, round) => (bases[round] ?? Number.NaN) / ms));
}
