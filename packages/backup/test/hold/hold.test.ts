import { digitalOcean } from "@polyvol/digitalocean";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { hasMarker, withMarker, withoutMarker } from "../../src/hold/marker.ts";
import { type HoldWriter, hold, isHeld, plan, release } from "../../src/index.ts";
import type { EmulatedWorld } from "../support/emulated-clouds.ts";
import { ownMarks } from "../support/marks.ts";
import { createSeededWorld, NIGHTLY, VOLUMES } from "../support/seeded.ts";

/** What @polyvol/config wires in for DigitalOcean. */
const tagWriter: HoldWriter = async (storage, snapshot, held, options) => {
  const operations = digitalOcean(storage);
  const targets = [{ kind: "snapshot", id: snapshot.id }] as const;
  if (held) await operations.addTag(await operations.createTag("polyvol-hold", options), targets, options);
  else await operations.removeTag("polyvol-hold", targets, options);
};
const writers = { digitalocean: tagWriter };

let world: EmulatedWorld;
beforeEach(async () => {
  world = await createSeededWorld();
});
afterEach(() => world.close());

/** The snapshot that a run would delete next of the second volume. */
async function doomed(cloud: "do" | "scp"): Promise<string> {
  const made = await plan(NIGHTLY, world.open(), new Date(world.clock.now()));
  const volume = made.volumes.find((each) => each.cloud === cloud && each.volumeId === VOLUMES[1]?.id);
  return volume?.delete[0]?.snapshotId ?? "";
}

describe("a hold", () => {
  test.each(["do", "scp"] as const)("on %s keeps what would go, until it is released", async (name) => {
    const storage = world.open()[name];
    const id = await doomed(name);
    expect(id).not.toBe("");
    expect(isHeld(await hold(storage, id, { writers }))).toBe(true);
    expect(await doomed(name)).toBe("");
    const requests = world.emulators[name].log.entries().length;
    expect(isHeld(await hold(storage, id, { writers }))).toBe(true);
    expect(world.emulators[name].log.entries().length).toBe(requests + 1);
    expect(isHeld(await release(storage, id, { writers }))).toBe(false);
    expect(await doomed(name)).toBe(id);
    await release(storage, id, { writers });
  });

  test("is a tag on DigitalOcean and part of the description on Samsung", async () => {
    const { do: one, scp } = world.open();
    expect((await hold(one, await doomed("do"), { writers })).tags).toMatchObject({ "polyvol-hold": "" });
    expect((await hold(scp, await doomed("scp"), { writers })).description).toBe(
      `${ownMarks("nightly").description} [polyvol hold]`,
    );
  });

  test("without a writer it is unsupported where nothing about a snapshot can change, and says what to do", async () => {
    const id = await doomed("do");
    await expect(hold(world.open().do, id)).rejects.toMatchObject({
      code: "unsupported",
      reason: expect.stringContaining("set the tag polyvol-hold in its console"),
    });
  });

  test("is read back: a writer that does nothing is found out", async () => {
    const id = await doomed("do");
    await expect(
      hold(world.open().do, id, { writers: { digitalocean: async () => undefined } }),
    ).rejects.toMatchObject({ code: "operation_failed" });
  });

  test("survives a description of its own", async () => {
    const { scp } = world.open();
    const id = await doomed("scp");
    await scp.snapshots.update(id, { description: "for the auditors" });
    await hold(scp, id);
    expect((await release(scp, id)).description).toBe("for the auditors");
  });
});

describe("the mark", () => {
  test.each([
    [undefined, "[polyvol hold]"],
    ["", "[polyvol hold]"],
    ["a", "a [polyvol hold]"],
    ["a [polyvol hold]", "a [polyvol hold]"],
    ["[polyvol hold]", "[polyvol hold]"],
    ["by hand [Polyvol Hold]", "by hand [Polyvol Hold]"],
  ])("on %j", (description, marked) => {
    expect(withMarker(description)).toBe(marked);
    expect(hasMarker(marked)).toBe(true);
    expect(hasMarker(withoutMarker(marked))).toBe(false);
  });

  test.each([
    ["do not[polyvol hold]", "do not"],
    ["for the auditors\n[POLYVOL HOLD]", "for the auditors"],
    ["a\t[ polyvol-hold ] b", "a b"],
  ])("is known as a person may write it: %j", (description, rest) => {
    expect(isHeld({ tags: {}, description })).toBe(true);
    expect(withMarker(description)).toBe(description);
    expect(withoutMarker(description)).toBe(rest);
  });

  test.each(["polyvol hold", "[polyvol]", "[polyvolhold]", "[no polyvol hold]"])(
    "is not just any words: %j",
    (description) => expect(hasMarker(description)).toBe(false),
  );
});
