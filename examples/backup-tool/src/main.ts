import { apply as carryOut, type Policy, parsePolicies, plan, type RunReport } from "@polyvol/backup";
import { connect, loadConfig } from "@polyvol/config";

const say = (line: string): void => void process.stdout.write(`${line}\n`);
/** A cloud that cannot be connected (its credentials are missing, say) does not hide the others. */
type Clouds = Parameters<typeof plan>[1];

const complain = (line: string): void => void process.stderr.write(`${line}\n`);

/** Says what the policies ask for now, and does exactly that; or nothing, if the clouds change in between. */
async function backUp(policies: readonly Policy[], clouds: Clouds): Promise<RunReport> {
  const made = await plan(policies, clouds, new Date());
  for (const { cloud, volumeName, create, delete: remove } of made.volumes) {
    for (const { name, reason } of create) say(`plan    ${cloud} ${volumeName}: make ${name}: ${reason}`);
    for (const { name, reason } of remove) say(`plan    ${cloud} ${volumeName}: delete ${name}: ${reason}`);
  }
  // Ctrl-C finishes what is in flight and begins nothing new; the next run goes on from there.
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  return await carryOut(made, policies, clouds, {
    drainSignal: stop.signal,
    onEvent: (event) => {
      if (event.type === "created") say(`made    ${event.cloud} ${event.volumeName}: ${event.name}`);
      if (event.type === "deleted") say(`deleted ${event.cloud} ${event.volumeName}: ${event.name}`);
    },
  });
}

try {
  const config = await loadConfig({ path: process.argv[2] });
  const report = await backUp(parsePolicies(config.policies), await connect(config, { onError: "collect" }));
  for (const { cloud, volumeName, message } of report.problems) {
    complain([cloud, volumeName, message].filter((part) => part !== undefined).join(": "));
  }
  const { created, deleted, left } = report.totals;
  say(`${report.volumes.length} volumes: ${created} made, ${deleted} deleted, ${left} left`);
  process.exitCode = report.ok ? 0 : 1;
} catch (error) {
  complain(error instanceof Error ? error.message : String(error));
  process.exitCode = 2;
}
