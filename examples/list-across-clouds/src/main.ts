import { connectClouds, loadConfig } from "@polyvol/container";
import { inventory, totals } from "./inventory.ts";

const path = process.argv[2];
const config = await loadConfig(path === undefined ? {} : { path });

// Each cloud is connected by itself: one whose credentials are missing or refused must not hide the others.
const names = [...config.clouds.keys()];
const results = await Promise.allSettled(
  names.map(async (name) => inventory((await connectClouds(config, { only: [name] })).named(name))),
);

for (const [index, result] of results.entries()) {
  const cloud = names[index] ?? "";
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
