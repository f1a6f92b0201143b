import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { expect, test } from "vitest";
import type { Taken } from "../src/demo/round.ts";
import { differences, statesOf } from "../src/demo/verify.ts";
import { polyvol, start } from "./polyvol.ts";

test.concurrent("the demo ends well, and says so", async () => {
  const { code, out, err } = await polyvol(["demo"]);
  expect(code, err).toBe(0);
  expect(out).toMatch(
    /\nocean +DigitalOcean +http:\/\/127\.0\.0\.1:\d+ +4 volumes\nsamsung +Samsung Cloud Platform /,
  );
  expect(out).toContain("token: { env: DEMO_TOKEN }");
  expect(out.match(/^(ocean|samsung) .* demo-\d{6} .* done$/gm)).toHaveLength(8);
  expect(out).toContain(
    "✓ Checked inside both emulators: 8 snapshots were there, none is left, 8 volumes are untouched.",
  );
  expect(err).toContain("samsung erp-data: snapshotting\n");
});

test.concurrent("an interrupted demo leaves nothing behind", async () => {
  const { child, ended, saw } = start(["demo"]);
  await saw("samsung erp-data: snapshotting");
  child.kill("SIGINT");
  const { code, out, err } = await ended;
  expect(code).toBe(130);
  expect(err).toContain("Interrupted; nothing is left half done.\n");
  const [, file = ""] = /One configuration file \((.+)\)/.exec(out) ?? [];
  expect(file).toContain("polyvol-demo-");
  expect(existsSync(dirname(file))).toBe(false);
});

test("a cloud that is not as it should be is told, whatever the program believes", () => {
  const volume = (id: string): Taken["volume"] => ({ id, name: id }) as Taken["volume"];
  const cloud = (
    volumes: string[],
    snapshots: [string, string][],
  ): Parameters<typeof statesOf>[0][number] => ({
    name: "c",
    title: "C",
    url: "",
    config: {},
    close: async () => undefined,
    state: () => ({ volumes, snapshots: snapshots.map(([name, volumeId]) => ({ name, volumeId })) }),
  });
  const before = statesOf([cloud(["a", "b"], [])]);
  const good = {
    before,
    between: statesOf([
      cloud(
        ["a", "b"],
        [
          ["n", "a"],
          ["n", "b"],
        ],
      ),
    ]),
    after: before,
    taken: ["a", "b"].map((id) => ({ cloud: "c", volume: volume(id) })),
    listed: 2,
    name: "n",
  };
  expect(differences(good)).toEqual([]);
  expect(
    differences({
      ...good,
      between: statesOf([
        cloud(
          ["a", "b"],
          [
            ["n", "a"],
            ["n", "a"],
          ],
        ),
      ]),
    }),
  ).toEqual(["c: a had 2 snapshots named n instead of 1", "c: b had 0 snapshots named n instead of 1"]);
  expect(differences({ ...good, after: statesOf([cloud(["a", "x"], [["n", "a"]])]) })).toEqual([
    "c: 1 snapshots are left instead of 0",
    "c: volumes have changed",
  ]);
  expect(differences({ ...good, taken: good.taken.slice(1), listed: 2 })).toEqual([
    "c: 1 of 2 volumes were seen",
    "2 snapshots were listed instead of 1",
  ]);
});
