import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseSnapshotName, snapshotName } from "../../src/index.ts";
import { drillHash, drillName, fillPrefix, parseDrillName, readName } from "../../src/naming.ts";

const SLOT = new Date("2026-11-21T03:00:00Z");
const VOLUME = "3f500f00-ed80-4566-a057-e31760226f9a";
const RULE = { pattern: ".*", minLength: 1, maxLength: 255, inWords: "anything" };

const prefixes = fc.stringMatching(/^[A-Za-z](?:[A-Za-z0-9-]{0,38}[A-Za-z0-9])?$/);
const ids = fc.stringMatching(/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?$/);
const slots = fc
  .date({ min: new Date("1971-01-01"), max: new Date("9000-01-01"), noInvalidDate: true })
  .map((date) => {
    date.setUTCMilliseconds(0);
    return date;
  });

describe("names of snapshots", () => {
  test("look like this", () =>
    expect(snapshotName("polyvol", "nightly", VOLUME, SLOT)).toBe(
      "polyvol-nightly-20261121T030000Z-a7a3d675d3",
    ));

  test("read back what they were made of, whatever hyphens are where", () =>
    fc.assert(
      fc.property(prefixes, ids, fc.uuid(), slots, (prefix, policyId, volumeId, slot) => {
        const name = snapshotName(prefix, policyId, volumeId, slot);
        expect(name).toMatch(/^[A-Za-z][A-Za-z0-9-]{0,124}$/);
        expect(parseSnapshotName(name, volumeId)).toEqual({ prefix, policyId, slot });
      }),
      { seed: 2, numRuns: 500 },
    ));

  test("are nobody's on another volume, or with any character changed behind the prefix", () => {
    const name = snapshotName("p", "nightly", VOLUME, SLOT);
    expect(parseSnapshotName(name, "another")).toBeUndefined();
    for (let at = 2; at < name.length; at += 1) {
      const other = name[at] === "0" ? "1" : "0";
      const changed = name.slice(0, at) + other + name.slice(at + 1);
      expect(parseSnapshotName(changed, VOLUME), changed).toBeUndefined();
    }
  });

  test("another prefix changes nothing", () => {
    const name = snapshotName("p", "nightly", VOLUME, SLOT);
    expect(parseSnapshotName(`other-prefix${name.slice(1)}`, VOLUME)).toMatchObject({ policyId: "nightly" });
  });

  test.each([
    "",
    "before the upgrade",
    "polyvol-nightly",
    "-20261121T030000Z-a7a3d675d3",
    "a-b-20261321T030000Z-a7a3d675d3",
  ])("%j is none of ours", (name) => expect(parseSnapshotName(name, VOLUME)).toBeUndefined());
});

describe("prefixes", () => {
  const fill = (template: string, volume: string, cloud = "prod", rule = RULE): string | undefined =>
    fillPrefix(template, { cloud, volume }, "nightly", rule);

  test.each([
    ["polyvol", "db", "polyvol"],
    ["p-{cloud}-{volume}", "db_1 (old)", "p-prod-db-1-old"],
    ["p-{volume}", "데이터", "p"],
    ["p-{volume}", "x".repeat(200), `p-${"x".repeat(58)}`],
    ["p{volume}", "../../etc", "p-etc"],
  ])("%j for %j", (template, volume, filled) => expect(fill(template, volume)).toBe(filled));

  test("are cut where the provider takes shorter names", () => {
    const rule = { ...RULE, maxLength: 40 };
    expect(fill("polyvol", "db", "prod", rule)).toBe("poly");
    expect(snapshotName("poly", "nightly", VOLUME, SLOT)).toHaveLength(40);
    expect(fill("polyvol", "db", "prod", { ...RULE, maxLength: 36 })).toBeUndefined();
  });
});

describe("names of drills", () => {
  const AT = new Date("2026-11-21T03:14:15.926Z");
  const startedAt = new Date("2026-11-21T03:14:15Z");

  test("are valid names of volumes everywhere and say whose they are", () => {
    const name = drillName(VOLUME, AT);
    expect(name).toMatch(/^[a-z][a-z0-9-]{0,63}$/);
    const says = { hash: drillHash(VOLUME), startedAt, makingMs: 3_600_000, isRead: false };
    expect(parseDrillName(name)).toEqual(says);
  });

  test("say how long it may take where a command reads or it is longer than usual, and no two are the same", () => {
    const name = readName(VOLUME, AT, 2 * 2_147_483_647);
    expect(name).toMatch(/^[a-z][a-z0-9-]{0,63}$/);
    expect(readName(VOLUME, AT, 2 * 2_147_483_647)).not.toBe(name);
    const says = { hash: drillHash(VOLUME), startedAt, makingMs: 7_200_000, isRead: true };
    for (const each of [readName(VOLUME, AT, 7_200_000), drillName(VOLUME, AT, 7_200_000)])
      expect(parseDrillName(each)).toEqual(says);
  });

  test.each([
    "polyvol-drill-",
    "polyvol-drill-0123456789-20261121t0314",
    "my-polyvol-drill-0123456789-20261121t031415z",
  ])("%j is none", (name) => expect(parseDrillName(name)).toBeUndefined());
});
