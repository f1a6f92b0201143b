import type { Packed } from "../pack.ts";
import { tableOf } from "../table.ts";
import { type Cost, overBudget, readBudgets } from "./budgets.ts";
import { bundleSize } from "./bundles.ts";
import { importTimes, loadedBy } from "./import-cost.ts";
import { minifiedGzipBytes, unpackedBytes } from "./sizes.ts";

/** Its import works inside a vitest process only. */
const NOT_IMPORTED = ["@polyvol/conformance"];
const YARDSTICK = ["ky", "zod"];

const inKiB = (bytes: number): number => Math.ceil(bytes / 1024);

/**
 * Measures every package where it is installed and returns a table. Times are shown and never judged.
 * @throws Error that names everything above its budget
 */
export async function checkCosts(packed: readonly Packed[], home: string): Promise<string[]> {
  const names = packed.map(({ manifest }) => manifest.name);
  const imported = names.filter((name) => !NOT_IMPORTED.includes(name));
  const costs: Record<string, Partial<Cost>> = {};
  for (const each of packed) costs[each.manifest.name] = await costOf(each, home);
  const problems = overBudget(costs, await readBudgets());
  if (problems.length > 0) {
    const hint = "Where that is meant, raise the budget in scripts/packed/cost/budgets.json.";
    throw new Error(`above the budget\n${problems.join("\n")}\n${hint}`);
  }
  const [yardstickMs = 0, ...eachMs] = await importTimes(
    [YARDSTICK, ...imported.map((name) => [name])],
    home,
  );
  const times = new Map(imported.map((name, index) => [name, eachMs[index]]));
  return [
    ...tableOf(
      [
        "package",
        "packed KiB",
        "unpacked",
        "min+gzip",
        "bundle",
        "at first",
        "modules",
        "loaded KiB",
        "import ms",
        "of ky + zod",
      ],
      Object.entries(costs).map(([name, cost]) => row(name, cost, times.get(name), yardstickMs)),
    ),
    "bundle, at first: minified and gzipped, with dependencies, of the storage of an adapter, and of PolyvolError in core",
    `min+gzip, modules, loaded, import: of the main entry; importing ky and zod takes ${yardstickMs.toFixed(0)} ms`,
  ];
}

async function costOf(packed: Packed, home: string): Promise<Partial<Cost>> {
  const { name } = packed.manifest;
  const bundle = await bundleSize(name, home);
  const sizes = {
    packedKiB: inKiB(packed.packedBytes),
    unpackedKiB: inKiB(await unpackedBytes(packed)),
    minifiedGzipKiB: inKiB(await minifiedGzipBytes(packed)),
    ...(bundle && {
      bundledGzipKiB: inKiB(bundle.bundledGzipBytes),
      firstGzipKiB: inKiB(bundle.firstGzipBytes),
    }),
  };
  if (NOT_IMPORTED.includes(name)) return sizes;
  const { modules, bytes } = await loadedBy(name, home);
  return { ...sizes, importedModules: modules, importedKiB: inKiB(bytes) };
}

function row(name: string, cost: Partial<Cost>, ms: number | undefined, yardstickMs: number): string[] {
  const { packedKiB, unpackedKiB, minifiedGzipKiB, bundledGzipKiB, firstGzipKiB } = cost;
  const { importedModules, importedKiB } = cost;
  const sizes = [packedKiB, unpackedKiB, minifiedGzipKiB, bundledGzipKiB, firstGzipKiB];
  const figures = [...sizes, importedModules, importedKiB, ms?.toFixed(0)];
  const ratio = ms === undefined ? undefined : (ms / yardstickMs).toFixed(2);
  return [name, ...[...figures, ratio].map((figure) => String(figure ?? "-"))];
}
