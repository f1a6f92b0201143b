/** What DigitalOcean makes of capitals: a tag is one whatever they are, shown in the spelling of its first use. */
import { digitalOcean } from "@polyvol/digitalocean";
import { afterEach, expect, test } from "vitest";
import { hold, isHeld, parsePolicies, plan, type RetentionRules, run } from "../../src/index.ts";
import { createEmulatedWorld, type EmulatedWorld, storedSnapshots } from "../support/emulated-clouds.ts";
import { nightly } from "../support/shapes.ts";

const START = "2026-01-10T04:00:00Z";
const DAY_MS = 86_400_000;

let world: EmulatedWorld;
afterEach(() => world.close());

/** Six nights over a volume; after the third, the second snapshot gets these tags in the console. What is left? */
async function slotsLeft(
  known: readonly string[],
  tags: readonly string[],
  rules: RetentionRules,
): Promise<string[]> {
  world = await createEmulatedWorld(START);
  world.emulators.do.seed({ tags: known, volumes: [{ name: "db", region: "nyc3", size_gigabytes: 10 }] });
  const storage = world.open().do;
  const policies = parsePolicies({ nightly: nightly({ retention: rules }) });
  for (let night = 0; night < 6; night += 1) {
    const report = await run(policies, { do: storage }, { clock: world.clock });
    expect(report.problems).toEqual([]);
    const id = storedSnapshots(world)[1]?.id ?? "";
    if (night === 2) {
      for (const tag of tags) {
        const spelt = await digitalOcean(storage).createTag(tag);
        await digitalOcean(storage).addTag(spelt, [{ kind: "snapshot", id }]);
      }
    }
    await world.clock.sleep(DAY_MS);
  }
  return storedSnapshots(world)
    .map(({ name }) => name.slice(16, 24))
    .sort();
}

const KEPT = ["20260111", "20260114", "20260115"];

test.each([
  ["the tag of a hold", ["Polyvol-Hold"], ["polyvol-hold"], {}],
  ["a hold with a value", [], ["POLYVOL-HOLD:Auditors"], {}],
  ["a tag of keepTags", ["Keep"], ["keep"], { keepTags: [["keep"]] }],
  ["a tag of keepTags that is spelt otherwise in the policy", [], ["gold"], { keepTags: [["Gold"]] }],
  ["the second tag of one key", [], ["keep:legal", "keep:audit"], { keepTags: [["keep:audit"]] }],
])("%s keeps a snapshot however the account spells it", async (_what, known, tags, rules) => {
  const left = await slotsLeft(known, tags, { daily: 2, keepOldest: false, ...rules });
  expect(left).toEqual(KEPT);
});

test("hold() is seen to be there where the account spells the tag otherwise", async () => {
  world = await createEmulatedWorld(START);
  world.emulators.do.seed({
    tags: ["Polyvol-Hold"],
    volumes: [{ name: "db", region: "nyc3", size_gigabytes: 10 }],
    snapshots: [{ name: "s", volume_name: "db" }],
  });
  const storage = world.open().do;
  const id = storedSnapshots(world)[0]?.id ?? "";
  const held = await hold(storage, id, {
    writers: {
      digitalocean: async (on, snapshot) =>
        await digitalOcean(on).addTag("polyvol-hold", [{ kind: "snapshot", id: snapshot.id }]),
    },
  });
  expect(held.tags).toEqual({ "Polyvol-Hold": "" });
  expect(isHeld(held)).toBe(true);
});

test("volumes are chosen and listed by the provider's rule", async () => {
  world = await createEmulatedWorld(START);
  world.emulators.do.seed({
    tags: ["env:prod"],
    volumes: [
      { name: "db", region: "nyc3", size_gigabytes: 10, tags: ["Env:Prod", "role:a", "role:b"] },
      { name: "web", region: "nyc3", size_gigabytes: 10, tags: ["env:test"] },
    ],
  });
  const storage = world.open().do;
  for (const tags of [{ ENV: "Prod" }, { env: "prod" }, { Role: "B" }]) {
    const found = await storage.volumes.list({ tags }).toArray();
    expect(found.map(({ name }) => name)).toEqual(["db"]);
  }
  const policies = parsePolicies({ nightly: nightly({ select: { tags: ["Env:prod", "role:B"] } }) });
  const made = await plan(policies, { do: storage }, new Date(world.clock.now()));
  expect(made.problems).toEqual([]);
  expect(made.volumes.map(({ volumeName }) => volumeName)).toEqual(["db"]);
});
