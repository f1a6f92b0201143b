import type { Snapshot, Volume } from "@polyvol/core";
import type { Started } from "@polyvol/core/driver";
import { expect } from "vitest";
import type { Bench } from "../bench.ts";
import type { HeldResource } from "../harness.ts";

/** Changes that may take time, as the driver itself is asked for them: without what core makes of its answer. */
export const DIRECT_TARGETS = [
  "volumes.create",
  "snapshots.create",
  "volumes.resize",
  "volumes.attach",
] as const;

export type DirectTarget = (typeof DIRECT_TARGETS)[number];

/** Makes what a creation needs, and returns the one call of the driver. */
export const CREATE_DIRECTLY = {
  "volumes.create": async (bench: Bench): Promise<() => Promise<Started<Volume>>> => {
    const name = bench.volumeName();
    bench.remember("volume", name);
    const input = { name, sizeGiB: bench.size(), tags: {} };
    return () => bench.driver.createVolume(input, bench.context("volumes.create"));
  },
  "snapshots.create": async (bench: Bench): Promise<() => Promise<Started<Snapshot>>> => {
    const { id: volumeId } = await bench.volume();
    const name = bench.snapshotName();
    bench.remember("snapshot", name);
    const input = { volumeId, name, tags: {}, allowAttached: true, attemptId: "kit" };
    return () => bench.driver.createSnapshot(input, bench.context("snapshots.create"));
  },
} as const;

/** What the driver's answer says of the end of the change. Where a record is named, core follows it, whatever else. */
function isSettled(answer: { readonly settled?: boolean; readonly pending?: unknown } | undefined): boolean {
  return answer?.settled === true && answer.pending === undefined;
}

/** Carries out the change once. True where the driver says that the answer ended it; then that has to be so. */
const SETTLES: Readonly<Record<DirectTarget, (bench: Bench) => Promise<boolean>>> = {
  "volumes.create": async (bench) => {
    const create = await CREATE_DIRECTLY["volumes.create"](bench);
    const started = await create();
    if (!isSettled(started)) return false;
    expectReady((await bench.holds()).volumes, started.resource.id, "volumes.create");
    return true;
  },
  "snapshots.create": async (bench) => {
    const create = await CREATE_DIRECTLY["snapshots.create"](bench);
    const started = await create();
    if (!isSettled(started)) return false;
    expectReady((await bench.holds()).snapshots, started.resource.id, "snapshots.create");
    return true;
  },
  "volumes.resize": async (bench) => {
    const { id } = await bench.volume();
    const answer = await bench.driver.resizeVolume?.(id, bench.size(1), bench.context("volumes.resize"));
    if (!isSettled(answer)) return false;
    expectReady((await bench.holds()).volumes, id, "volumes.resize");
    const { sizeGiB } = await bench.driver.getVolume(id, bench.context("volumes.get"));
    expect(sizeGiB, "size after a volumes.resize that the driver called settled").toBe(bench.size(1));
    return true;
  },
  "volumes.attach": async (bench) => {
    const { id } = await bench.volume();
    const [server] = bench.servers();
    const answer = await bench.driver.attachVolume?.(id, server, bench.context("volumes.attach"));
    if (!isSettled(answer)) return false;
    expectReady((await bench.holds()).volumes, id, "volumes.attach");
    const { attachments } = await bench.driver.getVolume(id, bench.context("volumes.get"));
    const servers = attachments.map((each) => each.serverId);
    expect(servers, "servers after a volumes.attach that the driver called settled").toEqual([server]);
    return true;
  },
};

function expectReady(held: readonly HeldResource[], id: string, target: DirectTarget): void {
  const found = held.find((each) => each.id === id);
  expect(found, `${target}: what the driver called settled, as the provider holds it`).toMatchObject({
    ready: true,
  });
}

/** Skips the test where the driver says, when asked directly, that the answer ends the change, and that is true. */
export async function skipWhereSettled(bench: Bench, target: DirectTarget): Promise<void> {
  if (!(await SETTLES[target](bench))) return;
  bench.skip(`a driver whose ${target} takes time (this driver's own answer said settled: true)`);
}
