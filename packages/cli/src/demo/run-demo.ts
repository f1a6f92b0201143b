import { connectClouds, loadConfig } from "@polyvol/container";
import { colour } from "../output/colour.ts";
import { countText, secondsText } from "../output/format.ts";
import type { Progress } from "../output/progress.ts";
import { out } from "../output/streams.ts";
import { createRequestCounter } from "./count-requests.ts";
import type { EmulatedCloud, EmulatedClouds } from "./emulated-clouds.ts";
import { renderReport, renderVerdict } from "./report.ts";
import { deleteEverywhere, listEverywhere, snapshotEverything } from "./round.ts";
import { differences, statesOf } from "./verify.ts";
import { createWatch } from "./watch.ts";
import type { WrittenConfig } from "./write-config.ts";

/** Tells the whole story. `true`: both clouds hold what they should in the end. */
export async function runDemo(
  emulated: EmulatedClouds,
  written: WrittenConfig,
  abortSignal: AbortSignal,
  progress: Progress,
): Promise<boolean> {
  const startedAt = performance.now();
  const name = `demo-${new Date().toISOString().slice(11, 19).replaceAll(":", "")}`;
  introduce(emulated.clouds, written);

  const counter = createRequestCounter();
  const clouds = await connectClouds(await loadConfig({ path: written.path }), {
    environment: emulated.environment,
    onEvent: counter.onEvent,
  });
  const before = statesOf(emulated.clouds);

  heading(`Snapshot ${name} of every volume, on both clouds at once`);
  const creation = createWatch(abortSignal, counter, progress, ["snapshotting", "snapshot ready"]);
  const taken = await snapshotEverything(clouds, name, creation);
  const between = statesOf(emulated.clouds);

  const listed = await listEverywhere(clouds, name, abortSignal);
  heading(`${countText(listed.length, "snapshot")} listed; delete them again`);
  const deletion = createWatch(abortSignal, counter, progress, ["deleting", "snapshot deleted"]);
  await deleteEverywhere(clouds, taken, deletion);
  const after = statesOf(emulated.clouds);

  heading("What happened");
  const rows = taken.map((each) => ({
    ...each,
    creation: creation.costOf(each.cloud, each.volume),
    deletion: deletion.costOf(each.cloud, each.volume),
    deletionError: deletion.errorOf(each.cloud, each.volume),
  }));
  out(`${renderReport(rows)}\n`);
  const wrong = differences({ before, between, after, taken, listed: listed.length, name });
  out(renderVerdict(wrong, taken.length, taken.length));
  const took = secondsText(performance.now() - startedAt);
  out(
    `  ${countText(counter.total(), "request")} over HTTP in ${took}. The code that did it names no provider.\n`,
  );
  return wrong.length === 0;
}

function introduce(clouds: readonly EmulatedCloud[], { path, text }: WrittenConfig): void {
  heading("Two emulated clouds on this machine, reached over HTTP");
  for (const cloud of clouds) {
    const volumes = countText(cloud.state().volumes.length, "volume");
    out(`${cloud.name.padEnd(8)}  ${cloud.title.padEnd(22)}  ${cloud.url}  ${volumes}\n`);
  }
  heading(`One configuration file (${path})`);
  out(text);
}

function heading(text: string): void {
  out(`\n${colour("strong", text)}\n\n`);
}
