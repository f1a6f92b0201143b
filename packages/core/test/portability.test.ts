import { CAPABILITIES, type Capabilities, describePortability, type Limits } from "@polyvol/core";
import { describe, expect, test } from "vitest";

const limits: Limits = {
  volumeName: { pattern: "[a-z][a-z0-9-]*", minLength: 1, maxLength: 8, inWords: "lower-case letters" },
  snapshotName: { pattern: ".+", minLength: 1, maxLength: 255, inWords: "anything" },
  volumeSize: { minimumGiB: 8, maximumGiB: 64, stepGiB: 8 },
  volumeDescriptionBytes: "unknown",
  snapshotsPerVolume: 25,
  snapshotGapMs: 600_000,
  volumesPerServer: "unknown",
  requestQuotas: [],
};

function provider(
  name: string,
  without: string[],
  more: Partial<Limits> = {},
): { provider: string; capabilities: Capabilities } {
  return {
    provider: name,
    capabilities: {
      supports: CAPABILITIES.filter((each) => !without.includes(each)),
      volumeNames: { enforced: true, scope: "region" },
      snapshotNames: { enforced: true, scope: "volume" },
      limits: { ...limits, ...more },
    },
  };
}

describe("describePortability", () => {
  test("says what will not work where, and why", () => {
    const reports = describePortability(
      {
        capabilities: ["volumes.revert", "volumes.resize"],
        volumeNames: ["data", "Data"],
        volumeSizesGiB: [16, 12],
        snapshotsPerVolume: 30,
        snapshotGapMs: 60_000,
      },
      [
        provider("strict", ["volumes.revert"]),
        provider("open", [], { snapshotsPerVolume: "unknown", snapshotGapMs: 0 }),
      ],
    );
    expect(reports).toEqual([
      {
        provider: "strict",
        portable: false,
        unknown: [],
        problems: [
          { need: "capabilities.volumes.revert", reason: "strict does not support it" },
          {
            need: "volumeNames",
            reason: 'volume name: found "Data", allowed are 1 to 8 characters: lower-case letters',
          },
          {
            need: "volumeSizesGiB",
            reason: "size: found 12 GiB, allowed are 8 to 64 GiB in steps of 8; the nearest are 8 and 16",
          },
          { need: "snapshotsPerVolume", reason: "30 are wanted, strict allows 25" },
          { need: "snapshotGapMs", reason: "every 60000 ms is wanted, strict allows one in 600000 ms" },
        ],
      },
      expect.objectContaining({ provider: "open", unknown: ["snapshotsPerVolume"] }),
    ]);
  });

  test("nothing stands against what every provider can do", () => {
    const [report] = describePortability({ capabilities: ["volumes.resize"], volumeSizesGiB: [8] }, [
      provider("p", []),
    ]);
    expect(report).toEqual({ provider: "p", portable: true, problems: [], unknown: [] });
  });

  test("an unknown capability is refused with the known ones", () => {
    const needs = { capabilities: ["volumes.teleport"] } as unknown as Parameters<
      typeof describePortability
    >[0];
    expect(() => describePortability(needs, [])).toThrow(
      /found "volumes.teleport", allowed are volumes.createFromSnapshot/,
    );
  });
});
