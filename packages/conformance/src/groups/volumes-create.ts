import type { CreateVolumeInput } from "@polyvol/core";
import { expect } from "vitest";
import { ALWAYS, nameOfLength } from "../bench.ts";
import { leavesAsItWas, refuses, refusesLocally } from "../expectations.ts";
import type { Suite } from "../suite.ts";

/** Names that hardly any provider takes whole. */
const UNUSUAL_NAMES: readonly string[] = ["kit with spaces", "kit.dot,comma!", "kit-größe-크기", "KIT_under"];

/** Cases 7 to 20. */
export function volumeCreateCases(suite: Suite): void {
  suite.test("7. Create without a name is refused locally", [], async (bench) => {
    const { volumes } = bench.storage;
    const sizeGiB = bench.size();
    const nameless = { sizeGiB } as CreateVolumeInput;
    await refusesLocally(bench, () => volumes.create({ name: "", sizeGiB }), "invalid_argument");
    await refusesLocally(bench, () => volumes.create(nameless), "invalid_argument");
    await refusesLocally(bench, () => volumes.beginCreate(nameless), "invalid_argument");
  });

  suite.test("8. Create with no size is refused, never a silent guess", [], async (bench) => {
    const name = bench.volumeName();
    await refusesLocally(bench, () => bench.storage.volumes.create({ name }), "invalid_argument");
  });

  suite.test("9. Create with the smallest size gives a volume of that size", [], async (bench) => {
    const made = await bench.volume({ sizeGiB: bench.size() });
    expect(made.sizeGiB).toBe(bench.size());
    expect((await bench.storage.volumes.get(made.id)).sizeGiB).toBe(bench.size());
    expect(made.state).toBe("available");
  });

  suite.test(
    "10. Create again with the same name and arguments gives the first volume",
    [],
    async (bench) => {
      const name = bench.volumeName();
      const first = await bench.volume({ name });
      const second = await leavesAsItWas(bench, () => bench.volume({ name }));
      expect(second.id).toBe(first.id);
      const begun = await bench.storage.volumes.beginCreate({ name, sizeGiB: bench.size() });
      expect(begun.created).toBe(false);
      expect((await begun.wait()).id).toBe(first.id);
    },
  );

  suite.test("11. Create again with the same name and another size: already_exists", [], async (bench) => {
    const name = bench.volumeName();
    const { id } = await bench.volume({ name });
    const again = (): Promise<unknown> => bench.volume({ name, sizeGiB: bench.size(1) });
    const error = await leavesAsItWas(bench, () => refuses(again, "already_exists"));
    expect(error.outcome, "outcome of the refusal").toBe("not_applied");
    expect(error.resource?.id, "the resource that the error names").toBe(id);
  });

  suite.test(
    "12. Create again with the same name and another source snapshot: already_exists",
    ["volumes.createFromSnapshot"],
    async (bench) => {
      const name = bench.volumeName();
      const one = await bench.snapshot((await bench.volume()).id);
      const other = await bench.snapshot((await bench.volume()).id);
      await bench.volume({ name, sourceSnapshotId: one.id });
      const again = (): Promise<unknown> => bench.volume({ name, sourceSnapshotId: other.id });
      await leavesAsItWas(bench, () => refuses(again, "already_exists"));
      await leavesAsItWas(bench, () => refuses(() => bench.volume({ name }), "already_exists"));
    },
  );

  suite.test(
    "13. The longest name works and comes back; one more character is refused",
    [],
    async (bench) => {
      const rule = bench.limits.volumeName;
      const name = nameOfLength(rule, rule.maxLength);
      const { id } = await bench.volume({ name });
      expect((await bench.storage.volumes.get(id)).name).toBe(name);
      await refusesLocally(bench, () => bench.volume({ name: `${name}0` }), "invalid_argument");
    },
  );

  suite.test("14. An unusual name works unchanged or is refused, never altered", [], async (bench) => {
    const rule = bench.limits.volumeName;
    for (const name of UNUSUAL_NAMES) {
      if (new RegExp(`^(?:${rule.pattern})$`).test(name)) {
        const { id } = await bench.volume({ name });
        expect((await bench.storage.volumes.get(id)).name).toBe(name);
      } else {
        await refusesLocally(bench, () => bench.volume({ name }), "invalid_argument");
      }
    }
  });

  restoreCases(suite);

  suite.notInThisVersion("19. A clone of a volume");

  suite.test("20. An unknown volume type: invalid_argument", ["volumes.type"], async (bench) => {
    const unknownType = (): Promise<unknown> => bench.volume({ volumeType: "kit-no-such-type" });
    await leavesAsItWas(bench, () => refuses(unknownType, "invalid_argument"));
  });
}

/** Cases 15 to 18: volumes made from snapshots. */
function restoreCases(suite: Suite): void {
  suite.test(
    "15. Create from a snapshot names it as the source, and the request carried its id",
    ["volumes.createFromSnapshot"],
    async (bench) => {
      const snapshot = await bench.snapshot((await bench.volume()).id);
      const made = await bench.volume({ sourceSnapshotId: snapshot.id });
      expect(bench.harness.lastVolumeCreate()?.sourceSnapshotId).toBe(snapshot.id);
      expect(made.sourceSnapshotId).toBe(snapshot.id);
      expect((await bench.storage.volumes.get(made.id)).sourceSnapshotId).toBe(snapshot.id);
    },
  );

  suite.test(
    "15. Create from a snapshot without a size gives what the snapshot needs",
    ["volumes.createFromSnapshot"],
    async (bench) => {
      const { id } = await bench.volume({ sizeGiB: bench.size(1) });
      const snapshot = await bench.snapshot(id);
      const name = bench.volumeName();
      const made = await bench.storage.volumes.create({ name, sourceSnapshotId: snapshot.id });
      expect(made.sizeGiB).toBeGreaterThanOrEqual(snapshot.minVolumeSizeGiB);
      expect(made.sizeGiB).toBe(bench.size(1));
    },
  );

  suite.test(
    "16. Create from a snapshot with a larger size ends with the larger size",
    ["volumes.createFromSnapshot"],
    async (bench) => {
      const snapshot = await bench.snapshot((await bench.volume()).id);
      const made = await bench.volume({ sourceSnapshotId: snapshot.id, sizeGiB: bench.size(2) });
      expect(made.sizeGiB).toBe(bench.size(2));
      expect((await bench.storage.volumes.get(made.id)).sizeGiB).toBe(bench.size(2));
    },
  );

  suite.test(
    "16. A restore to a larger size that breaks off before its second step is finished by the next create",
    ["volumes.createFromSnapshot"],
    async (bench) => {
      const snapshot = await bench.snapshot((await bench.volume()).id);
      const input = { name: bench.volumeName(), sourceSnapshotId: snapshot.id, sizeGiB: bench.size(2) };
      bench.inject({ on: "volumes.resize", effect: "cut", count: ALWAYS });
      // Where the provider makes the volume as large as asked there is no second step to break.
      await bench.storage.volumes.create(input).catch(() => undefined);
      bench.clearFaults();
      const made = await bench.secondProcess().volumes.create(input);
      expect(made.sizeGiB).toBe(bench.size(2));
      const held = (await bench.holds()).volumes.filter((each) => each.name === input.name);
      expect(held.map((each) => each.id)).toEqual([made.id]);
    },
  );

  suite.test(
    "16. A restore to a larger size that was only begun is finished in another process",
    ["volumes.createFromSnapshot"],
    async (bench) => {
      const snapshot = await bench.snapshot((await bench.volume()).id);
      const input = { name: bench.volumeName(), sourceSnapshotId: snapshot.id, sizeGiB: bench.size(2) };
      const begun = await bench.storage.volumes.beginCreate(input);
      const stored = JSON.parse(JSON.stringify(begun.ref)) as typeof begun.ref;
      const resumed = await bench.secondProcess().resume(stored);
      const made = await resumed.wait();
      expect(made.id).toBe(begun.resource.id);
      expect(made).toMatchObject({ name: input.name, sizeGiB: bench.size(2), state: "available" });
      expect((await resumed.status()).state).toBe("succeeded");
    },
  );

  suite.test(
    "17. Create from a snapshot with a smaller size: out_of_range",
    ["volumes.createFromSnapshot"],
    async (bench) => {
      const snapshot = await bench.snapshot((await bench.volume({ sizeGiB: bench.size(1) })).id);
      const smaller = (): Promise<unknown> =>
        bench.volume({ sourceSnapshotId: snapshot.id, sizeGiB: bench.size() });
      const error = await leavesAsItWas(bench, () => refuses(smaller, "out_of_range"));
      expect(error.outcome).toBe("not_applied");
    },
  );

  suite.test(
    "18. Create from a snapshot that does not exist: not_found, and nothing is left behind",
    ["volumes.createFromSnapshot"],
    async (bench) => {
      const missing = (): Promise<unknown> =>
        bench.volume({ sourceSnapshotId: bench.harness.ids.missingSnapshot });
      await leavesAsItWas(bench, () => refuses(missing, "not_found"));
    },
  );
}
