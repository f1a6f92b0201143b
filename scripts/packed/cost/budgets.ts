import { readFile } from "node:fs/promises";

/** What a package may cost at most. All of it is the same on every machine, so it can be bounded. */
export interface Cost {
  readonly packedKiB: number;
  readonly unpackedKiB: number;
  /** Of the main entry's own code; see `minifiedGzipBytes`. */
  readonly minifiedGzipKiB: number;
  /** Of a bundle that takes the package's main thing, dependencies included: all of it, and what is loaded at first. */
  readonly bundledGzipKiB: number;
  readonly firstGzipKiB: number;
  /** Files that Node loads for an import of the main entry, dependencies included, and their size. */
  readonly importedModules: number;
  readonly importedKiB: number;
}

export type Costs = Readonly<Record<string, Partial<Cost>>>;

const FILE = new URL("budgets.json", import.meta.url);

export async function readBudgets(): Promise<Costs> {
  return JSON.parse(await readFile(FILE, "utf8")) as Costs;
}

/** What exceeds its budget, has none, or is a budget of nothing. */
export function overBudget(costs: Costs, budgets: Costs): string[] {
  const unknown = Object.keys(budgets).filter((name) => !(name in costs));
  const problems = unknown.map((name) => `${name} has a budget and is no package`);
  for (const [name, cost] of Object.entries(costs)) {
    for (const [figure, value] of Object.entries(cost)) {
      const budget = budgets[name]?.[figure as keyof Cost];
      if (budget === undefined) problems.push(`${name} has no budget for ${figure}, which is ${value}`);
      else if (value > budget)
        problems.push(`${name}: ${figure} is ${value}, more than its budget of ${budget}`);
    }
  }
  return problems;
}
