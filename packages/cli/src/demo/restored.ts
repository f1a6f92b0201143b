import { drill, restore } from "@polyvol/backup";
import { countText, sizeText } from "../output/format.ts";
import { again } from "./again.ts";
import { type Finale, said } from "./finale-kit.ts";
import type { StoryCloud } from "./story.ts";
import type { TrueState } from "./true-state.ts";

/** What is restored on each cloud: to a new volume, and a larger one. */
const RESTORED: Readonly<Record<string, { volume: string; as: string; sizeGiB: number }>> = {
  ocean: { volume: "db-orders", as: "restored-orders", sizeGiB: 400 },
  samsung: { volume: "db-erp", as: "restored-erp", sizeGiB: 640 },
};
/** What is drilled on each cloud. */
const DRILLED: Readonly<Record<string, string>> = { ocean: "files-home", samsung: "mail-journal" };

/** Names of the volumes that the restores leave on a cloud. */
export function addedOn(cloud: string): readonly string[] {
  const restored = RESTORED[cloud];
  return restored === undefined ? [] : [restored.as];
}

/** Restores a volume, and gives what is wrong with the result. */
export async function tellRestore(finale: Finale, cloud: StoryCloud): Promise<readonly string[]> {
  const { volume: source = "", as: newName = "", sizeGiB = 0 } = RESTORED[cloud.name] ?? {};
  const { abortSignal } = finale.operator;
  const before = cloud.state();
  const volumeId = idOf(before, source);
  const request = { cloud: cloud.name, from: { volumeId, policyId: "nightly" }, newName, sizeGiB };
  await again(finale, `backup restore of ${source}`, async () => {
    await restore(request, finale.connected, { abortSignal });
    return { ok: true };
  });
  said(finale, "restore", `${cloud.name}: ${source} is back as ${newName}, grown to ${sizeText(sizeGiB)}`);
  const found = cloud.state().volumes.filter(({ name }) => name === newName);
  const wanted = newestNightly(before, volumeId);
  const sources = createdFrom(cloud, newName).filter((id, index, all) => all.indexOf(id) === index);
  return [
    ...(found.length === 1 ? [] : [`${cloud.name}: there are ${found.length} volumes ${newName}`]),
    ...found
      .filter((each) => !each.ready || each.sizeGiB !== sizeGiB)
      .map(({ text }) => `${cloud.name}: not as asked for: ${text}`),
    ...(sources.join() === wanted
      ? []
      : [`${cloud.name}: ${newName} was made from snapshot ${sources.join(", ")} instead of ${wanted}`]),
  ];
}

/** Drills a volume, and gives what is wrong with the result. */
export async function tellDrill(finale: Finale, cloud: StoryCloud): Promise<readonly string[]> {
  const source = DRILLED[cloud.name] ?? "";
  const { clock, abortSignal } = finale.operator;
  const before = cloud.state();
  const from = { volumeId: idOf(before, source) };
  const report = await again(finale, `backup drill of ${source}`, () =>
    drill({ cloud: cloud.name, from }, finale.connected, { clock, abortSignal }),
  );
  const result = report.ok ? "restores; the proof is deleted again" : "does not restore";
  said(finale, "drill", `${cloud.name}: ${source} ${result}`);
  const made = createdFrom(cloud, report.drillVolume.name);
  const left = cloud.state().volumes.length - before.volumes.length;
  return [
    ...(report.ok ? [] : [`${cloud.name}: the drill of ${source} failed`]),
    ...report.problems.map(({ message }) => `${cloud.name}: ${message}`),
    ...(made.includes(report.snapshotId) ? [] : [`${cloud.name}: no volume was made from the snapshot`]),
    ...(left === 0 ? [] : [`${cloud.name}: the drill left ${countText(left, "volume")}`]),
  ];
}

function idOf({ volumes }: TrueState, wanted: string): string {
  return volumes.find(({ name }) => name === wanted)?.id ?? "";
}

/** Names hold the slot, so they sort by time. */
function newestNightly({ snapshots }: TrueState, wanted: string): string {
  const own = snapshots.filter(
    ({ volumeId, name }) => volumeId === wanted && name.startsWith("polyvol-nightly-"),
  );
  const [newest] = own.sort((a, b) => b.name.localeCompare(a.name));
  return newest?.id ?? "";
}

/** The snapshots that volumes of this name were made from, as the cloud carried it out. */
function createdFrom({ emulator }: StoryCloud, volumeName: string): readonly string[] {
  return emulator.log
    .entries()
    .filter(({ method, target, committed }) => committed && method === "POST" && target.endsWith("/volumes"))
    .map(
      ({ requestBody }) =>
        JSON.parse(requestBody) as { readonly name?: string; readonly snapshot_id?: string },
    )
    .filter(({ name }) => name === volumeName)
    .map(({ snapshot_id }) => snapshot_id ?? "");
}
