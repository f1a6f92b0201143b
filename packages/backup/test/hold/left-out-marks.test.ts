/** Tags and descriptions that a service leaves out of its answers are unknown, and nothing is deleted for want of them. */
import { afterEach, describe, expect, test } from "vitest";
import { prune, run, snapshotName } from "../../src/index.ts";
import type { EmulatedWorld } from "../support/emulated-clouds.ts";
import { DB, fourNights, namesIn, POLICIES } from "../support/four-nights.ts";
import { seededMarks } from "../support/marks.ts";

let world: EmulatedWorld | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});

async function opened(tags: readonly string[] = []): Promise<EmulatedWorld> {
  world = await fourNights(tags);
  return world;
}

/** Answers of the emulator with something changed in each snapshot. */
function rewriting(change: (snapshot: Record<string, unknown>) => void): typeof fetch {
  return async (input, init) => {
    const answer = await fetch(input, init);
    if (!(answer.headers.get("content-type") ?? "").includes("json")) return answer;
    const body = (await answer.json()) as Record<string, unknown>;
    for (const each of (body["snapshots"] ?? []) as Record<string, unknown>[]) change(each);
    return Response.json(body, {
      status: answer.status,
      headers: { date: answer.headers.get("date") ?? "" },
    });
  };
}

describe("a service that leaves out what would keep a snapshot", () => {
  test.each([
    ["tags: null", "do", (each: Record<string, unknown>) => Object.assign(each, { tags: null })],
    ["no tags at all", "do", (each: Record<string, unknown>) => Reflect.deleteProperty(each, "tags")],
    [
      "text for metadata",
      "scp",
      (each: Record<string, unknown>) => Object.assign(each, { metadata: "Metadata" }),
    ],
    ["no metadata", "scp", (each: Record<string, unknown>) => Reflect.deleteProperty(each, "metadata")],
    ["empty metadata", "scp", (each: Record<string, unknown>) => Object.assign(each, { metadata: {} })],
    ["null for metadata", "scp", (each: Record<string, unknown>) => Object.assign(each, { metadata: null })],
    ["no description", "scp", (each: Record<string, unknown>) => Object.assign(each, { description: null })],
    [
      "a description left out",
      "scp",
      (each: Record<string, unknown>) => Reflect.deleteProperty(each, "description"),
    ],
    [
      "an empty description",
      "scp",
      (each: Record<string, unknown>) => Object.assign(each, { description: "" }),
    ],
  ] as const)("%s on %s: nothing is deleted", async (_what, cloud, change) => {
    const at = await opened();
    const storage = at.open({ fetch: rewriting(change) })[cloud];
    const report = await run(POLICIES, { [cloud]: storage }, { clock: at.clock });
    expect(report.problems).toMatchObject([{ code: "permission_denied", effect: "nothing_deleted" }]);
    expect(report.totals).toMatchObject({ created: 1, deleted: 0 });
    expect(namesIn(at, cloud)).toHaveLength(5);
    const pruned = await prune(POLICIES, { [cloud]: storage }, { clock: at.clock });
    expect(pruned.problems).toMatchObject([{ code: "permission_denied", effect: "nothing_deleted" }]);
    expect(pruned.totals.deleted).toBe(0);
  });

  test("does not even let go what has failed: it may be held", async () => {
    const at = await opened();
    const slot = new Date("2026-05-04T03:00:00Z");
    const name = snapshotName("polyvol", "nightly", DB, slot);
    const failed = {
      name,
      volume_id: DB,
      status: "error",
      created_at: slot.toISOString(),
      ...seededMarks.scp("nightly"),
    };
    at.emulators.scp.seed({ snapshots: [failed] });
    const hide = rewriting((each) => Object.assign(each, { metadata: null, description: null }));
    await run(POLICIES, { scp: at.open({ fetch: hide }).scp }, { clock: at.clock });
    expect(namesIn(at, "scp")).toContain("20260504");
    await run(POLICIES, { scp: at.open().scp }, { clock: at.clock });
    expect(namesIn(at, "scp")).not.toContain("20260504");
  });

  test("of one snapshot: that one stays", async () => {
    const at = await opened();
    const storage = at.open({
      fetch: rewriting((each) => {
        if (String(each["name"]).includes("20260505")) delete each["tags"];
      }),
    }).do;
    const report = await run(POLICIES, { do: storage }, { clock: at.clock });
    expect(report.problems).toMatchObject([{ code: "permission_denied", effect: "attention" }]);
    expect(namesIn(at, "do")).toEqual(["20260505", "20260507", "20260508", "20260509"]);
  });

  test("between the plan and the deletion: seen right before it", async () => {
    const at = await opened();
    let hidden = false;
    const fetching = rewriting((each) => {
      if (hidden) each["tags"] = null;
    });
    const storage = at.open({ fetch: fetching }).do;
    const report = await run(
      POLICIES,
      { do: storage },
      {
        clock: at.clock,
        onEvent: ({ type }) => {
          if (type === "created") hidden = true;
        },
      },
    );
    expect(report.problems).toMatchObject([{ code: "permission_denied", effect: "nothing_deleted" }]);
    expect(report.totals.deleted).toBe(0);
    expect(namesIn(at, "do")).toHaveLength(5);
  });
});
