import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BlockStorage, Capabilities, NameRule } from "@polyvol/core";
import { systemClock } from "@polyvol/core/driver";
import { describe, expect, test } from "vitest";
import { fittingName, missingCapability, nameOfLength } from "../src/bench.ts";
import { allCases, LAST_CASE } from "../src/cases.ts";
import { createRecorder, reportPath, splitTitle, writeConformanceReport } from "../src/report.ts";
import { createTracker } from "../src/tracked-storage.ts";

describe("the cases", () => {
  const cases = allCases(() => {
    throw new Error("nothing runs while cases are collected");
  });

  test("are all there, by number", () => {
    const numbers = new Set(cases.flatMap((each) => splitTitle(each.title).numbers));
    expect([...numbers].sort((left, right) => left - right)).toEqual(
      Array.from({ length: LAST_CASE }, (_, index) => index + 1),
    );
  });

  test("have a title of their own, without a provider's name", () => {
    const titles = cases.map((each) => each.title);
    expect(new Set(titles).size).toBe(titles.length);
    expect(titles.filter((each) => /digital|ocean|samsung|scp|memory/i.test(each))).toEqual([]);
  });
});

describe("the report", () => {
  test("has an entry for each number of a title, and counts an unfinished test as failed", () => {
    const recorder = createRecorder("some driver");
    recorder.begin("34, 35. Delete")("passed");
    recorder.begin("3. Attach")("skipped", "volumes.attach");
    recorder.begin("4. Limits");
    expect(recorder.report()).toEqual({
      driver: "some driver",
      totals: { passed: 2, failed: 1, skipped: 1 },
      cases: [
        { number: 3, title: "Attach", result: "skipped", capability: "volumes.attach" },
        { number: 4, title: "Limits", result: "failed" },
        { number: 34, title: "Delete", result: "passed" },
        { number: 35, title: "Delete", result: "passed" },
      ],
    });
    expect(() => splitTitle("Delete")).toThrow("starts with its number");
  });

  test("is written as JSON, into a folder that need not exist", async () => {
    const folder = await mkdtemp(join(tmpdir(), "polyvol-"));
    try {
      const path = join(folder, "deep", "report.json");
      const report = createRecorder("some driver").report();
      await writeConformanceReport(report, path);
      expect(JSON.parse(await readFile(path, "utf8"))).toEqual(report);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test("goes where it is sent, or into the folder of the environment", () => {
    const before = process.env["POLYVOL_CONFORMANCE_REPORT_DIR"];
    try {
      delete process.env["POLYVOL_CONFORMANCE_REPORT_DIR"];
      expect(reportPath("A driver!", undefined)).toBeUndefined();
      process.env["POLYVOL_CONFORMANCE_REPORT_DIR"] = "reports";
      expect(reportPath("A driver, twice!", undefined)).toBe(join("reports", "a-driver-twice.json"));
      expect(reportPath("A driver!", "here.json")).toBe("here.json");
    } finally {
      if (before === undefined) delete process.env["POLYVOL_CONFORMANCE_REPORT_DIR"];
      else process.env["POLYVOL_CONFORMANCE_REPORT_DIR"] = before;
    }
  });
});

describe("names", () => {
  const rule: NameRule = { pattern: "[A-Z0-9-]+", minLength: 8, maxLength: 10, inWords: "capitals" };

  test("follow the driver's rule", () => {
    expect(fittingName(rule, "kit-1")).toBe("KIT-1000");
    expect(nameOfLength(rule, 10)).toBe("KIT0000000");
  });

  test("that cannot be made are said to be so", () => {
    expect(() => fittingName({ ...rule, pattern: "[가-힣]+", inWords: "Hangul" }, "kit-1")).toThrow("Hangul");
  });
});

test("what is missing is named", () => {
  const capabilities = { supports: ["volumes.resize"] } as unknown as Capabilities;
  expect(missingCapability(capabilities, ["volumes.resize"])).toBeUndefined();
  expect(missingCapability(capabilities, ["volumes.resize", "volumes.attach"])).toBe("volumes.attach");
});

describe("the tracker", () => {
  /** A storage of which only what the tracker touches is there. */
  function fakeStorage(failing = false): { storage: BlockStorage; removed: string[] } {
    const removed: string[] = [];
    const remove = async (id: string): Promise<void> => {
      if (failing) throw new Error("it stays");
      removed.push(id);
    };
    async function* listing(): AsyncGenerator<{ id: string; name: string }> {
      yield { id: "lost", name: "half-made" };
      yield { id: "foreign", name: "not-ours" };
    }
    const storage = {
      volumes: {
        list: listing,
        get: async () => ({ attachments: [{ serverId: "server" }] }),
        detach: async (id: string) => void removed.push(`detach ${id}`),
        delete: remove,
        create: async ({ name }: { name: string }) => {
          if (name === "half-made") throw new Error("the answer was lost");
          return { id: `id of ${name}` };
        },
      },
      snapshots: { list: async function* () {}, delete: remove },
    } as unknown as BlockStorage;
    return { storage, removed };
  }
  const clock = { ...systemClock, sleep: async () => undefined };

  test("removes what was made, also where the answer was lost, and nothing else", async () => {
    const { storage, removed } = fakeStorage();
    const tracker = createTracker();
    const tracked = tracker.track(storage);
    await tracked.volumes.create({ name: "made", sizeGiB: 1 });
    await tracked.volumes.create({ name: "half-made", sizeGiB: 1 }).catch(() => undefined);
    await tracker.removeAll(storage, clock);
    expect(removed).toEqual(["detach id of made", "id of made", "detach lost", "lost"]);
  });

  test("says what it could not remove", async () => {
    const { storage } = fakeStorage(true);
    const tracker = createTracker();
    tracker.remember("volume", "half-made");
    await expect(tracker.removeAll(storage, clock)).rejects.toThrow("could not remove");
  });
});
