import { expect, test } from "vitest";
import { parsePolicies } from "../../src/index.ts";
import { createMemoryWorld, makeVolumes } from "../support/memory-clouds.ts";
import { planNow } from "../support/nights.ts";
import { nightly } from "../support/shapes.ts";

test("an unknown cloud is refused before any request, with the known ones", async () => {
  const world = createMemoryWorld("2026-05-10T04:00:00Z");
  const policies = parsePolicies({ nightly: nightly({ select: { cloud: ["do", "aws"] } }) });
  await expect(planNow(world, policies)).rejects.toThrow(
    'policies.nightly.select.cloud: found "aws", allowed: do, scp',
  );
  expect(world.accounts.do.calls.total).toBe(0);
});

test("matching nothing is a failure unless that is meant", async () => {
  const world = createMemoryWorld("2026-05-10T04:00:00Z");
  await makeVolumes(world.open().do, ["db"]);
  const select = { name: "web-*" };
  const made = await planNow(world, parsePolicies({ nightly: nightly({ select }) }));
  expect(made.problems).toMatchObject([{ code: "not_found", policyId: "nightly" }]);
  expect(made.problems[0]?.message).toContain("its selector matches no volume on do, scp");
  const meant = await planNow(world, parsePolicies({ nightly: nightly({ select, allowEmpty: true }) }));
  expect(meant.problems).toEqual([]);
});

test("it is not said to match nothing while a cloud is down", async () => {
  const world = createMemoryWorld("2026-05-10T04:00:00Z");
  world.accounts.do.inject({ effect: "fail", when: "before", count: Number.POSITIVE_INFINITY });
  const made = await planNow(world);
  expect(made.problems.map(({ code }) => code)).toEqual(["unavailable"]);
});

test("by tags, where the provider returns them; elsewhere it is unsupported", async () => {
  const world = createMemoryWorld("2026-05-10T04:00:00Z", {
    scp: { names: "free", capabilities: { supports: ["snapshots.tags", "volumes.tags"] } },
  });
  const { do: one, scp } = world.open();
  await one.volumes.create({ name: "db", sizeGiB: 8, tags: { env: "prod", gold: "" } });
  await one.volumes.create({ name: "web", sizeGiB: 8, tags: { env: "test" } });
  await scp.volumes.create({ name: "db", sizeGiB: 8, tags: { env: "prod" } });
  const policies = parsePolicies({ nightly: nightly({ select: { tags: ["env:prod", "gold"] } }) });
  const made = await planNow(world, policies);
  expect(made.volumes.map(({ cloud, volumeName }) => `${cloud} ${volumeName}`)).toEqual(["do db"]);
  expect(made.problems).toMatchObject([{ code: "unsupported", cloud: "scp", policyId: "nightly" }]);
  expect(made.problems[0]?.message).toContain("does not return the tags of volumes");
});

test("by id: one that nobody has is reported, the others are backed up", async () => {
  const world = createMemoryWorld("2026-05-10T04:00:00Z");
  const { db = "" } = await makeVolumes(world.open().do, ["db", "web"]);
  const made = await planNow(
    world,
    parsePolicies({ nightly: nightly({ select: { id: [db, "nobody"], cloud: "do" } }) }),
  );
  expect(made.totals.create).toBe(1);
  expect(made.problems).toMatchObject([{ code: "not_found", effect: "attention" }]);
  expect(made.problems[0]?.message).toContain("no volume on do has the id nobody");
});

test("each name, pattern, id and cloud that nothing fits is said, and the others are backed up", async () => {
  const world = createMemoryWorld("2026-05-10T04:00:00Z");
  const { orders = "" } = await makeVolumes(world.open().do, ["orders", "web-1"]);
  const select = { name: ["orders", "custmers", "web-*", "app-?"], cloud: ["do", "scp"] };
  const made = await planNow(world, parsePolicies({ nightly: nightly({ select }) }));
  expect(made.totals.create).toBe(2);
  expect(made.problems).toMatchObject(
    Array.from({ length: 3 }, () => ({ code: "not_found", effect: "attention", policyId: "nightly" })),
  );
  expect(made.problems.map(({ message }) => message.split(";")[0])).toEqual([
    'policy nightly: no volume on do, scp fits the name "custmers"',
    'policy nightly: no volume on do, scp fits the name "app-?"',
    "policy nightly: no volume on the cloud scp, which select.cloud names, is chosen",
  ]);
  const both = { id: [orders], name: ["orders", "web-1"] };
  const narrowed = await planNow(world, parsePolicies({ nightly: nightly({ select: both }) }));
  expect(narrowed.problems.map(({ message }) => message.split(";")[0])).toEqual([
    'policy nightly: no volume on do, scp fits the name "web-1"',
  ]);
  const meant = await planNow(world, parsePolicies({ nightly: nightly({ select, allowEmpty: true }) }));
  expect(meant.problems).toEqual([]);
});

test("no entry is said to fit nothing while a cloud is down", async () => {
  const world = createMemoryWorld("2026-05-10T04:00:00Z");
  await makeVolumes(world.open().do, ["orders"]);
  world.accounts.scp.inject({ effect: "fail", when: "before", count: Number.POSITIVE_INFINITY });
  const select = { name: ["orders", "custmers"] };
  const made = await planNow(world, parsePolicies({ nightly: nightly({ select }) }));
  expect(made.problems.map(({ code }) => code)).toEqual(["unavailable"]);
});

test("volumes in use, where the policy wants them at rest", async () => {
  const world = createMemoryWorld("2026-05-10T04:00:00Z");
  const { do: one } = world.open();
  const { db = "" } = await makeVolumes(one, ["db", "web"]);
  await one.volumes.attach(db, "server-1");
  const made = await planNow(world, parsePolicies({ nightly: nightly({ allowAttached: false }) }), { one });
  expect(made.totals.create).toBe(1);
  expect(made.problems).toMatchObject([
    { code: "failed_precondition", volumeId: db, effect: "nothing_done" },
  ]);
  expect(made.problems[0]?.message).toContain("attached to server-1");
});

test("a volume that its state alone says to be in use", async () => {
  const world = createMemoryWorld("2026-05-10T04:00:00Z");
  const { do: one } = world.open();
  const { db = "" } = await makeVolumes(one, ["db"]);
  const rewrite = (resource: Readonly<Record<string, unknown>>): typeof resource => ({
    ...resource,
    state: "in_use",
    providerState: "in_use",
  });
  world.accounts.do.inject({
    on: "listVolumes",
    effect: "rewrite",
    rewrite,
    count: Number.POSITIVE_INFINITY,
  });
  const made = await planNow(world, parsePolicies({ nightly: nightly({ allowAttached: false }) }), { one });
  expect(made.totals.create).toBe(0);
  expect(made.problems).toMatchObject([{ code: "failed_precondition", volumeId: db }]);
  expect(made.problems[0]?.message).toContain("in the state in_use");
});
