/** Tags and descriptions that the credentials are not shown are unknown, and nothing is deleted for want of them. */
import type { BlockStorage } from "@polyvol/core";
import { digitalOcean } from "@polyvol/digitalocean";
import { createMemoryStorage } from "@polyvol/memory";
import { afterEach, describe, expect, test } from "vitest";
import {
  apply,
  audit,
  hold,
  isHeld,
  parsePolicies,
  plan,
  release,
  run,
  snapshotName,
  status,
} from "../../src/index.ts";
import { createEmulatedWorld, type EmulatedWorld, storedSnapshots } from "../support/emulated-clouds.ts";
import {
  DB,
  fourNights,
  JOB,
  namesIn,
  oldest,
  POLICIES,
  policiesWith,
  START,
  withoutTagRead,
} from "../support/four-nights.ts";
import { createMemoryWorld, makeVolumes } from "../support/memory-clouds.ts";
import { sleepUntil, takeNights } from "../support/nights.ts";
import { fates, nightly, volumeIn } from "../support/shapes.ts";

let world: EmulatedWorld | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});

async function opened(tags: readonly string[] = []): Promise<EmulatedWorld> {
  world = await fourNights(tags);
  return world;
}

const NOTHING_DELETED = {
  code: "permission_denied",
  effect: "nothing_deleted",
  message: expect.stringContaining("the scope tag:read"),
};

describe("a token of DigitalOcean without tag:read", () => {
  test.each([
    ["held", ["polyvol-hold"], {}],
    ["with a tag of keepTags", ["gold"], { keepTags: [["gold"]] }],
  ])(
    "deletes nothing, neither what is %s nor anything else, and says so everywhere",
    async (_what, tags, rules) => {
      const at = await opened(tags);
      const policies = policiesWith({ daily: 3, keepOldest: false, ...rules });
      const clouds = { do: withoutTagRead(at) };
      const now = new Date(at.clock.now());
      const made = await plan(policies, clouds, now);
      expect(made.problems).toMatchObject([NOTHING_DELETED]);
      expect(made.totals).toEqual({ create: 1, delete: 0, keep: 4 });
      expect(fates(volumeIn(made, "db"))).toMatchObject({
        "2026-05-05T03:00": "keep: a hold or keepTags may keep it: what would show that cannot be seen",
      });
      expect(await status(policies, clouds, now)).toMatchObject({
        verdict: "failed",
        problems: [NOTHING_DELETED],
      });
      expect(await audit(policies, clouds)).toMatchObject({ ok: false, problems: [NOTHING_DELETED] });
      const report = await apply(made, policies, clouds, { clock: at.clock });
      expect(report).toMatchObject({
        ok: false,
        totals: { created: 1, deleted: 0 },
        problems: [NOTHING_DELETED],
      });
      expect(namesIn(at, "do")).toEqual(["20260505", "20260506", "20260507", "20260508", "20260509"]);
      // With the right, the next run sees what is held and deletes the rest.
      await at.clock.sleep(86_400_000);
      const seeing = await run(policies, { do: at.open().do }, { clock: at.clock });
      expect(seeing.problems).toEqual([]);
      expect(namesIn(at, "do")).toEqual(["20260505", "20260508", "20260509", "20260510"]);
    },
  );

  test("concerns its own cloud alone", async () => {
    const at = await opened();
    const clouds = { hidden: withoutTagRead(at), scp: at.open().scp };
    const made = await plan(POLICIES, clouds, new Date(at.clock.now()));
    expect(made.problems).toMatchObject([{ ...NOTHING_DELETED, cloud: "hidden" }]);
    expect(volumeIn(made, "db", "scp").delete).toHaveLength(1);
    expect(volumeIn(made, "db", "hidden").delete).toHaveLength(0);
  });

  test.each([false, true])("is why no volume is chosen by its tags (allowEmpty: %j)", async (allowEmpty) => {
    world = await createEmulatedWorld(START, { do: { tokens: ["T", { token: "JOB", scopes: JOB }] } });
    world.emulators.do.seed({
      volumes: [{ name: "db", region: "nyc3", size_gigabytes: 10, tags: ["env:prod"] }],
    });
    const policies = parsePolicies({ nightly: nightly({ select: { tags: "env:prod" }, allowEmpty }) });
    const clouds = { do: withoutTagRead(world) };
    const now = new Date(world.clock.now());
    const expected = [{ code: "permission_denied", message: expect.stringContaining("the scope tag:read") }];
    expect((await plan(policies, clouds, now)).problems).toMatchObject(expected);
    expect((await status(policies, clouds, now)).problems).toMatchObject(expected);
    const { findings, problems } = await audit(policies, clouds);
    expect(problems).toMatchObject(expected);
    expect(findings).toEqual([]);
  });
});

test("with the right, a selector that is misspelt is one, and costs one request more only then", async () => {
  world = await createEmulatedWorld(START);
  world.emulators.do.seed({ volumes: [{ name: "db", region: "nyc3", size_gigabytes: 10 }] });
  const policies = parsePolicies({ nightly: nightly({ select: { tags: "env:prod" } }) });
  const made = await plan(policies, { do: world.open().do }, new Date(world.clock.now()));
  expect(made.problems).toMatchObject([{ code: "not_found" }]);
});

test("a look at tags that fails has seen nothing: nothing is deleted, and it stops no backup", async () => {
  const at = await opened(["polyvol-hold"]);
  at.emulators.do.faults.add({
    kind: "answer",
    status: 500,
    when: "before",
    match: { method: "GET", path: "/v2/tags" },
    count: 99,
  });
  const policies = parsePolicies({
    nightly: nightly({ select: { name: "db" }, retention: { daily: 3, keepOldest: false } }),
    tagged: nightly({ select: { tags: "env:prod" }, allowEmpty: true }),
  });
  const report = await run(policies, { do: withoutTagRead(at) }, { clock: at.clock });
  expect(report.problems.map(({ code }) => code)).toEqual(["permission_denied", "permission_denied"]);
  expect(report.totals).toMatchObject({ created: 1, deleted: 0 });
});

test("one own snapshot without a tag beside others that show theirs is as bare as it looks", async () => {
  const at = await opened();
  at.emulators.do.seed({
    snapshots: [
      {
        name: snapshotName("polyvol", "nightly", DB, new Date("2026-05-04T03:00:00Z")),
        created_at: "2026-05-04T03:00:07Z",
        volume_name: "db",
      },
    ],
  });
  const made = await plan(POLICIES, { do: at.open().do }, new Date(at.clock.now()));
  expect(made.problems).toEqual([]);
  expect(volumeIn(made, "db").delete.map(({ slot }) => slot.slice(8, 10))).toEqual(["06", "05", "04"]);
});

test("a driver whose credentials are shown no tags deletes nothing, whichever provider it is of", async () => {
  for (const name of ["do", "scp"] as const) {
    const memory = createMemoryWorld("2026-05-01T00:00:00Z");
    const { db = "" } = await makeVolumes(memory.open()[name], ["db"]);
    await takeNights(memory, memory.open()[name], db, [
      "2026-05-05",
      "2026-05-06",
      "2026-05-07",
      "2026-05-08",
    ]);
    await sleepUntil(memory, "2026-05-08T12:00:00Z");
    const blind = createMemoryStorage({ account: memory.accounts[name], hidesTags: true });
    const now = new Date(memory.clock.now());
    expect((await plan(POLICIES, { [name]: memory.open()[name] }, now)).totals.delete).toBe(1);
    const made = await plan(POLICIES, { [name]: blind }, now);
    expect(made.totals.delete).toBe(0);
    expect(made.problems).toMatchObject([{ code: "permission_denied", effect: "nothing_deleted" }]);
  }
});

describe("hold and release where tags are hidden", () => {
  const writers = {
    digitalocean: async (on: BlockStorage, { id }: { readonly id: string }, held: boolean) => {
      const targets = [{ kind: "snapshot", id }] as const;
      if (held) await digitalOcean(on).addTag(await digitalOcean(on).createTag("polyvol-hold"), targets);
      else await digitalOcean(on).removeTag("polyvol-hold", targets);
    },
  };

  test("a hold is written, and it is said that it cannot be seen", async () => {
    const at = await opened();
    const id = oldest(at);
    await expect(hold(withoutTagRead(at), id, { writers })).rejects.toMatchObject({
      code: "permission_denied",
      outcome: "unknown",
      reason:
        "the hold was written, and cannot be seen: the credentials cannot see tags and need the scope tag:read",
    });
    expect(isHeld(await at.open().do.snapshots.get(id))).toBe(true);
  });

  test("a release says that it cannot see what to take off, and changes nothing", async () => {
    const at = await opened(["polyvol-hold:legal"]);
    const id = oldest(at);
    await expect(release(withoutTagRead(at), id, { writers })).rejects.toMatchObject({
      code: "permission_denied",
      outcome: "not_applied",
      reason: expect.stringContaining("the scope tag:read"),
    });
    expect(isHeld(await at.open().do.snapshots.get(id))).toBe(true);
  });

  test("with the right, a snapshot without any tag is not held: released at the price of one look more", async () => {
    const at = await opened();
    at.emulators.do.seed({ snapshots: [{ name: "by hand", volume_name: "db" }] });
    const id = storedSnapshots(at).find(({ name }) => name === "by hand")?.id ?? "";
    const before = at.emulators.do.log.entries().length;
    expect((await release(at.open().do, id, { writers })).id).toBe(id);
    expect(at.emulators.do.log.entries().length - before).toBe(3);
  });
});
