/**
 * The conformance kit on a service that shows what was seen live. Every request that the adapter sends and every answer
 * that the emulator gives in it, and in a tour of the provider-specific operations, is held against DigitalOcean's own description of its API.
 */
import { existsSync } from "node:fs";
import { describeBlockStorageDriver } from "@polyvol/conformance";
import { createDigitalOceanDriver, digitalOcean } from "@polyvol/digitalocean";
import { afterAll, describe, expect, test } from "vitest";
import { openCloud } from "../../packages/digitalocean/test/cloud.ts";
import { digitalOceanHarness } from "../../packages/digitalocean/test/harness.ts";
import { failureOf } from "../../scripts/test/failure-of.ts";
import type { Exchange } from "../src/description/digitalocean-judge.ts";

const DESCRIPTION = new URL("../../../shared/reference/digitalocean-volumes.openapi.yaml", import.meta.url);

/**
 * Where the description is wrong about the live service, by the fact sheet (reference/digitalocean.md). This is the
 * one list of them: what breaks the description and is not here fails the test.
 */
const DEVIATIONS: readonly { readonly what: string; readonly sheet: string; readonly complaint: RegExp }[] = [
  {
    what: "403, 409 and 422 are answered; the description names none of them for these operations",
    sheet: "section 10, no. 1",
    complaint: /^answer: status (?:403|409|422): not documented$/,
  },
  {
    what: "a restore needs no region: it is that of the snapshot",
    sheet: "section 10, no. 5",
    complaint:
      /^request: POST \/v2\/volumes: body: must (?:have required property 'region'|match a schema in anyOf)$/,
  },
  {
    what: "GET /v2/snapshots takes the filter region (used by the provider's own client since 2025)",
    sheet: "section 3.2",
    complaint: /^request: GET \/v2\/snapshots: query region: not documented$/,
  },
  {
    what: "region slugs are an open set; the description's list lacks some that exist",
    sheet: "section 7, region slugs",
    complaint: /^request: GET \/v2\/volumes: query region: "[a-z0-9-]+" .*one of the allowed values$/,
  },
];

const AS_SEEN_LIVE = {
  ...{ faithfulNulls: true, actionVisibleAfterMs: 2_000 },
  snapshotRegionNames: { nyc3: "nbg1" },
};

const counts = { requests: 0, answers: 0, spoiled: 0, uncovered: new Map<string, number>() };
const deviations = new Map<string, number>();
const violations = new Set<string>();
const exchanges: Exchange[] = [];
/** Answers that a test has spoilt on purpose say nothing about the emulator. */
const spoilt = new Set<Exchange>();
let spoiling = false;

/** The global fetch, recording what passes. A clone of each would take as long as the request itself. */
const recordingFetch: typeof fetch = async (input, init) => {
  const spoiltNow = spoiling;
  const response = await fetch(input, init);
  const body = spoiltNow ? "" : await response.text();
  const { pathname, search } = new URL(String(input));
  const { method = "GET", body: requestBody } = init ?? {};
  const { status, headers } = response;
  const sent = { method, target: pathname + search, requestBody: String(requestBody ?? "") };
  const exchange = { ...sent, status, headers, body };
  exchanges.push(exchange);
  if (spoiltNow || spoiling) spoilt.add(exchange);
  return spoiltNow ? response : new Response(status === 204 ? null : body, response);
};

describeBlockStorageDriver("digitalocean, nulls as seen live, watched", async () => {
  spoiling = false;
  const harness = await digitalOceanHarness(AS_SEEN_LIVE, { fetch: recordingFetch });
  return {
    ...harness,
    faults: {
      inject: (fault) => {
        spoiling ||= fault.effect !== "fail_later";
        harness.faults.inject(fault);
      },
      clear: () => {
        spoiling = false;
        harness.faults.clear();
      },
    },
  };
});

describe.skipIf(!existsSync(DESCRIPTION))(
  `by the provider's description (skipped without ${DESCRIPTION.pathname.split("/").slice(-3).join("/")})`,
  () => {
    test("a tour of what the kit does not call", async () => {
      spoiling = false;
      const options = { snapshotIntervalMs: 0 };
      const {
        storage,
        emulator,
        context,
        options: given,
      } = await openCloud(options, { fetch: recordingFetch });
      const ocean = digitalOcean(storage);
      const key = { name: "data", region: "nyc3" };
      emulator.seed({
        snapshots: [
          {
            id: "73920155",
            name: "d",
            resource_type: "droplet",
            resource_id: "1001",
            region: "nyc3",
            min_disk_size: 25,
          },
        ],
        images: [99],
      });
      const volume = await storage.volumes.create({
        name: "data",
        sizeGiB: 10,
        description: "watched",
        tags: { team: "storage" },
        providerOptions: { digitalocean: { filesystemType: "xfs", filesystemLabel: "data", tags: ["bare"] } },
      });
      const snapshot = await storage.snapshots.create({ volumeId: volume.id, name: "s", tags: { keep: "" } });
      const { region: _, ...withoutRegion } = given;
      const restore = { name: "copy", sizeGiB: 20, tags: {}, sourceSnapshotId: snapshot.id };
      await createDigitalOceanDriver(withoutRegion).createVolume(restore, context);
      await storage.volumes.list({ region: "atl1" }).toArray();

      const action = await ocean.actOnVolumeByName("attach", key, "1001");
      await emulator.advance(10_000);
      expect((await ocean.getAction(action.id)).status).toBe("completed");
      expect((await ocean.getVolumeAction(volume.id, action.id)).type).toBe("attach_volume");
      expect((await failureOf(ocean.deleteVolumeByName(key))).code).toBe("failed_precondition");
      await ocean.actOnVolumeByName("detach", key, "1001");
      await emulator.advance(10_000);
      expect((await ocean.listActions(volume.id)).actions).toHaveLength(2);

      await ocean.createTag("weekly");
      const targets = [
        { kind: "volume", id: volume.id },
        { kind: "snapshot", id: snapshot.id },
      ] as const;
      await ocean.addTag("weekly", targets);
      await ocean.removeTag("weekly", targets);
      expect((await failureOf(ocean.addTag("unknown", targets))).code).toBe("not_found");

      expect((await ocean.listSnapshots()).snapshots).toHaveLength(2);
      await ocean.listSnapshots({ resourceType: "volume", region: "nyc3" });
      await ocean.listSnapshots({ resourceType: "droplet" }, { page: 1, perPage: 2 });
      await ocean.getSnapshot("73920155");
      expect((await failureOf(ocean.getSnapshot("99"))).code).toBe("invalid_argument");
      await ocean.deleteSnapshot("73920155");
      await ocean.deleteSnapshot(snapshot.id);
      await ocean.deleteVolumeByName(key);
      await ocean.deleteVolumeByName(key);
    });

    test("nothing breaks the description but what the fact sheet knows of", async () => {
      const { createJudge } = await import("../src/description/digitalocean-judge.ts");
      const judge = createJudge(DESCRIPTION);
      for (const exchange of exchanges) {
        const { method, target } = exchange;
        const where = `${method} ${target.split("?", 1)[0]?.replace(/[0-9a-f-]{36}|\b\d+\b/g, "{id}")}`;
        const request = judge.request(exchange);
        if (request === undefined) {
          counts.uncovered.set(where, (counts.uncovered.get(where) ?? 0) + 1);
          continue;
        }
        counts.requests += 1;
        note(request.map((each) => `request: ${where}: ${each}`));
        if (spoilt.has(exchange)) {
          counts.spoiled += 1;
          continue;
        }
        counts.answers += 1;
        note(
          (judge.answer(exchange) ?? []).map(
            (each) => `answer: ${each.startsWith("status") ? "" : `${where}: `}${each}`,
          ),
        );
      }
      expect([...violations]).toEqual([]);
      expect([...deviations.keys()].sort()).toEqual(DEVIATIONS.map(({ what }) => what).sort());
      expect(counts.requests).toBeGreaterThan(500);
      expect(counts.answers).toBeGreaterThan(400);
    });

    afterAll(() => {
      const lines = [
        `validated: ${counts.requests} requests, ${counts.answers} answers (${counts.spoiled} answers spoilt on purpose)`,
        ...[...counts.uncovered].map(
          ([where, times]) => `not covered by the description: ${where}, ${times} times`,
        ),
        ...DEVIATIONS.map(
          ({ what, sheet }) => `deviation, ${deviations.get(what) ?? 0} times: ${what} (${sheet})`,
        ),
      ];
      process.stdout.write(`${lines.join("\n")}\n`);
    });
  },
);

function note(complaints: readonly string[]): void {
  for (const complaint of complaints) {
    const known = DEVIATIONS.find((each) => each.complaint.test(complaint));
    if (known === undefined) violations.add(complaint);
    else deviations.set(known.what, (deviations.get(known.what) ?? 0) + 1);
  }
}
