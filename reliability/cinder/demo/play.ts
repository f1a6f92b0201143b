import { systemClock } from "@polyvol/core/driver";
import type { Context } from "../../../packages/cli/src/context.ts";
import { createTemporaryFolder } from "../../../packages/cli/src/demo/folder.ts";
import { createReporter } from "../../../packages/cli/src/demo/reporter.ts";
import { playAndReport } from "../../../packages/cli/src/demo/run-demo.ts";
import type { Script } from "../../../packages/cli/src/demo/script.ts";
import { isData } from "../../../packages/cli/src/output/result.ts";
import { writeMessage } from "../../../packages/cli/src/output/streams.ts";
import type { CinderServer } from "../src/server.ts";
import { openRealCloud } from "./real-cloud.ts";

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

/** Plays the demo in real time on a real server, and removes what it has made. @returns the exit code */
export async function playMinutes(
  { output, signal }: Pick<Context, "output" | "signal">,
  server: CinderServer,
  minutes: number,
): Promise<number> {
  const cloud = await openRealCloud(server);
  const folder = await createTemporaryFolder();
  const reporter = createReporter(isData(output));
  const script = minuteScript(cloud.name, cloud.prefix, minutes);
  let ok = false;
  try {
    reporter.doing("making volumes");
    await cloud.fill(signal);
    const stage = { clouds: [cloud], clock: systemClock, script, folder, reporter, seed: 1 };
    ok = await playAndReport({ ...stage, abortSignal: signal }, output);
  } finally {
    cloud.emulator.faults.clear();
    reporter.doing("removing what the demo has made");
    const left = await cloud.clear();
    reporter.close();
    if (left.length > 0) {
      ok = false;
      writeMessage(`Left on the server, remove it by hand: ${left.join(", ")}\n`);
    }
    await cloud.close();
    await folder.remove();
  }
  return ok ? 0 : 1;
}

/** Minutes in real time, where the names of all volumes to back up begin with `prefix`. */
function minuteScript(cloud: string, prefix: string, minutes: number): Script {
  const nextMinute = (at: number): number => (Math.floor(at / MINUTE_MS) + 1) * MINUTE_MS + SECOND_MS;
  return {
    unit: "minute",
    rounds: minutes,
    startOf: (round, now) => (round === 0 ? now : nextMinute(now)),
    startText: (at) => new Date(at).toISOString().slice(11, 19),
    policies: `policies:
  minutely:
    select: { name: [ "${prefix}db-*", "${prefix}web-*", "${prefix}files-*" ] }
    schedule: { cron: "* * * * *", timezone: UTC }
    retention: { last: 2 }
`,
    policyId: "minutely",
    death: { round: 1, afterRequests: 12 },
    outage: { round: 2, cloud, long: "a minute", endAfter: nextMinute },
    catchUps: 3,
    pauses: { runMs: 3 * SECOND_MS, commandMs: SECOND_MS },
    titles: {
      clouds: "A real server on this machine, reached through a proxy that makes requests fail",
      rounds: `${minutes} minutes of "polyvol backup run" in real time, while one request in eight fails`,
      checked: "Checked on the server itself, past the proxy, whatever Polyvol says",
    },
  };
}
