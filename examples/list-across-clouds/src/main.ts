import { connect, loadConfig } from "@polyvol/config";
import { inventory, totals } from "./inventory.ts";

// A cloud whose credentials are missing or refused must not hide the others.
const clouds = [...(await connect(await loadConfig({ path: process.argv[2] }), { onError: "collect" }))];
const results = await Promise.allSettled(
  clouds.map(async ([, storage]) => {
    if (storage instanceof Error) throw storage;
    return await inventory(storage);
  }),
);

for (const [index, result] of results.entries()) {
  const [cloud = ""] = clouds[index] ?? [];
  if (result.status === "rejected") {
    process.stderr.write(`${cloud}: ${result.reason.message}\n`);
    process.exitCode = 1;
    continue;
  }
  for (const { kind, name, sizeGiB, state } of result.value) {
    const size = String(sizeGiB).padStart(6);
    process.stdout.write(`${cloud.padEnd(12)} ${kind.padEnd(8)} ${size} GiB  ${state.padEnd(10)} ${name}\n`);
  }
  process.stdout.write(`${cloud}: ${totals(result.value)}\n`);
}
const all = results.flatMap((result) => (result.status === "fulfilled" ? result.value : []));
process.stdout.write(`together: ${totals(all)}\n`);
