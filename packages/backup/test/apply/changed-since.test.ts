import { describe, expect, test } from "vitest";
import { apply, hold } from "../../src/index.ts";
import { refusalOf } from "../support/refusal-of.ts";
import { LAST_TWO as POLICIES, threeNights } from "../support/three-nights.ts";

describe("the world changes between plan and apply", () => {
  const changes: readonly (readonly [
    string,
    (context: Awaited<ReturnType<typeof threeNights>>) => Promise<unknown>,
    RegExp,
  ])[] = [
    [
      "a hold",
      ({ clouds, ids }) => hold(clouds.do, ids[0] ?? ""),
      /20260506.*the plan has delete: .*now: keep: hold/,
    ],
    [
      "a deletion by hand",
      ({ clouds, ids }) => clouds.do.snapshots.delete(ids[0] ?? ""),
      /20260506.*now: nothing/,
    ],
    [
      "a snapshot by hand",
      ({ clouds, db }) => clouds.do.snapshots.create({ volumeId: db, name: "mine" }),
      /mine.*the plan has nothing; now: keep: no policy owns it/,
    ],
    [
      "a new volume",
      ({ clouds }) => clouds.do.volumes.create({ name: "web", sizeGiB: 8 }),
      /do web .*now: a volume that policies choose now/,
    ],
    [
      "a renamed volume",
      ({ clouds, db }) => clouds.do.volumes.rename(db, "db-old"),
      /plan\.volumes\[do db \(volume-000001\)\]\.volumeName: the plan has db; now: db-old$/,
    ],
    [
      "a renamed snapshot",
      ({ clouds, ids }) => clouds.do.snapshots.update(ids[0] ?? "", { name: "keep me" }),
      /keep me.*now: keep: no policy owns it|20260506.*delete/,
    ],
  ];
  test.each(changes)("%s: refused, and it is named", async (_name, change, message) => {
    const context = await threeNights();
    await change(context);
    const deletions = context.world.accounts.do.calls.of("deleteSnapshot");
    const error = await refusalOf(
      apply(context.made, POLICIES, context.clouds, { clock: context.world.clock }),
    );
    expect(error.message).toMatch(message);
    expect(context.world.accounts.do.calls.of("deleteSnapshot")).toBe(deletions);
  });

  test("a cloud that was read and is down now: refused", async () => {
    const { world, clouds, made } = await threeNights();
    world.accounts.do.inject({ effect: "fail", when: "before", count: Number.POSITIVE_INFINITY });
    const error = await refusalOf(apply(made, POLICIES, clouds, { clock: world.clock }));
    expect(error.message).toMatch(/plan\.problems\.do: the plan has nothing; now: unavailable/);
  });
});
