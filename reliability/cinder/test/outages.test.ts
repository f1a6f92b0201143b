/** The volume service away for a while, and the whole server killed in the middle of work. */
import { isPolyvolError } from "@polyvol/core";
import { describe, expect, onTestFinished, test } from "vitest";
import { report } from "../../src/report.ts";
import { type CinderCloud, openCloud } from "../src/cloud.ts";
import { worksUnderWay } from "../src/database.ts";
import { control } from "../src/project.ts";
import { readServer } from "../src/server.ts";
import {
  isVolumeServiceUp,
  killServers,
  loseVolumeService,
  startServers,
  startVolumeService,
  stopVolumeService,
} from "../src/service.ts";

/** A cloud whose volume service is there, and is there again when the test is over. */
async function open(): Promise<CinderCloud> {
  const cloud = await openCloud();
  onTestFinished(async () => {
    startVolumeService();
    await expect.poll(isVolumeServiceUp).toBe(true);
  });
  return cloud;
}

const creating = (cloud: CinderCloud, name: string): boolean =>
  [...cloud.holds().volumes, ...cloud.holds().snapshots].some(
    (each) => each.name === name && each.status === "creating",
  );

describe.skipIf(readServer() === undefined)("a real Cinder whose volume service is away", () => {
  test("work that was accepted is waited for, and done when the service is back", async () => {
    const cloud = await open();
    const { volumes, snapshots } = cloud.storage();
    const before = await volumes.create({ name: "before", sizeGiB: 1 });
    stopVolumeService();
    const volume = volumes.create({ name: "meanwhile", sizeGiB: 1 });
    const snapshot = snapshots.create({ name: "meanwhile-too", volumeId: before.id });
    const both = Promise.allSettled([volume, snapshot]);
    await expect.poll(() => creating(cloud, "meanwhile") && creating(cloud, "meanwhile-too")).toBe(true);
    startVolumeService();
    await both;
    const ids = [(await volume).id, (await snapshot).id];
    const held = [...cloud.holds().volumes, ...cloud.holds().snapshots];
    expect(held.map(({ name, status }) => [name, status])).toEqual([
      ["before", "available"],
      ["meanwhile", "available"],
      ["meanwhile-too", "available"],
    ]);
    expect(held.slice(1).map(({ id }) => id)).toEqual(ids);
  });

  test("when it is known to be away, what fails says why and leaves nothing; later the same calls succeed", async () => {
    const cloud = await open();
    const { volumes, snapshots } = cloud.storage();
    const before = await volumes.create({ name: "before", sizeGiB: 1 });
    await loseVolumeService();
    const create = (): Promise<unknown> => volumes.create({ name: "meanwhile", sizeGiB: 1 });
    const snapshot = (): Promise<unknown> => snapshots.create({ name: "meanwhile-too", volumeId: before.id });
    const resize = (): Promise<unknown> => volumes.resize(before.id, 2);

    for (const work of [create, resize]) {
      const failure = await failureOf(work());
      expect(isPolyvolError(failure, "operation_failed"), String(failure)).toBe(true);
      expect(String(failure)).toContain("Could not find any available weighted backend");
    }
    // A failed snapshot is removed by the service that is away: its removal ends when that is back.
    const failure = failureOf(snapshot());
    await expect.poll(() => cloud.holds().snapshots.map(({ status }) => status)).toEqual(["deleting"]);
    startVolumeService();
    expect(isPolyvolError(await failure, "operation_failed"), String(await failure)).toBe(true);
    expect(cloud.holds()).toEqual({
      volumes: [{ id: before.id, name: "before", status: "available" }],
      snapshots: [],
    });

    await expect.poll(isVolumeServiceUp).toBe(true);
    for (const work of [create, snapshot, resize]) await work();
    expect((await volumes.get(before.id)).sizeGiB).toBe(2);
    expect(cloud.holds().volumes.map(({ status }) => status)).toEqual(["available", "available"]);
    expect(cloud.holds().snapshots.map(({ status }) => status)).toEqual(["available"]);
  });
});

/** What the call ends with: its error, or `undefined`. */
async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return await work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe.skipIf(readServer() === undefined)("a real Cinder that is killed in the middle of work", () => {
  test("what was under way fails or succeeds, and the same calls end with one of each", async () => {
    const EACH = 5;
    const cloud = await openCloud();
    const { volumes, snapshots } = cloud.storage();
    const sources = await Promise.all(
      Array.from({ length: EACH }, (_, index) => volumes.create({ name: `source-${index}`, sizeGiB: 1 })),
    );
    const works = sources.flatMap(({ id }, index) => [
      () => volumes.create({ name: `made-${index}`, sizeGiB: 1 }),
      () => snapshots.create({ name: `made-${index}`, volumeId: id }),
    ]);
    control(cloud.server, { delay: { create_volume: 60, create_snapshot: 60 } });
    const first = Promise.allSettled(works.map((work) => work()));
    // What is only accepted is in a queue, and nobody knows of it after a crash: it has to be begun.
    await expect.poll(() => worksUnderWay(cloud.server, cloud.project.id)).toBe(works.length);
    await killServers();
    control(cloud.server, undefined);
    await startServers();

    const results = await first;
    const again = await Promise.allSettled(works.map((work) => work()));
    const held = cloud.holds();
    const made = [...held.volumes, ...held.snapshots].filter(({ name }) => name.startsWith("made-"));
    const returned = new Set(again.flatMap((each) => (each.status === "fulfilled" ? [each.value.id] : [])));
    const figures = {
      "under way": works.length,
      "failed at first": results.filter(({ status }) => status === "rejected").length,
      "made by the same calls": returned.size,
      "left behind": made.filter(({ id }) => !returned.has(id)).length,
    };
    report({
      id: "cinder-2-killed",
      promise: "7",
      what: "creates under way when the whole server is killed, and the same calls again",
      figures,
      bar: `made ${works.length}, left behind 0`,
    });
    expect(again.filter(({ status }) => status === "rejected")).toEqual([]);
    expect(figures).toMatchObject({ "made by the same calls": works.length, "left behind": 0 });
    expect(made.every(({ status }) => status === "available")).toBe(true);
  });
});
