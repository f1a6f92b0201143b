/** Each operation of both adapters reads the smallest answer that its provider's description allows. */
import { existsSync } from "node:fs";
import type { CallContext } from "@polyvol/core/driver";
import {
  createDigitalOceanDriver,
  createDigitalOceanStorage,
  type DigitalOceanStorageOptions,
  digitalOcean,
} from "@polyvol/digitalocean";
import {
  createSamsungScpDriver,
  createSamsungScpStorage,
  type SamsungScpStorageOptions,
  samsungScp,
} from "@polyvol/samsung-scp";
import { describe, expect, test } from "vitest";
import { ACCESS_KEY, TOKEN } from "../src/cloud.ts";
import {
  DIGITALOCEAN_ANSWERS,
  DIGITALOCEAN_NEEDS,
  IDS,
  NOT_CALLED,
  SAMSUNG_SCP_ANSWERS,
} from "../src/small-answers.ts";
import { answering, type SmallAnswers, shapeOf, smallestAnswers } from "../src/smallest-answer.ts";

const CONTEXT: CallContext = {
  operation: "test",
  abortSignal: new AbortController().signal,
  remainingMs: () => 60_000,
  emit: () => undefined,
};
const PAGE = { size: 150, number: 1 };
const TARGETS = [{ kind: "volume", id: IDS.volume }] as const;

type Calls = Readonly<Record<string, () => Promise<unknown>>>;

function digitalOceanCalls(answers: SmallAnswers): Calls {
  const options: DigitalOceanStorageOptions = {
    ...{ token: TOKEN, region: "nyc3", fetch: answering(answers), retry: { maxAttempts: 1 } },
  };
  const driver = createDigitalOceanDriver(options);
  const ocean = digitalOcean(createDigitalOceanStorage(options));
  const { volume, snapshot } = IDS;
  const key = { name: "data", region: "nyc3" };
  return {
    "GET /v2/volumes": () => driver.listVolumes({}, PAGE, CONTEXT),
    "POST /v2/volumes": () => driver.createVolume({ name: "data", sizeGiB: 10, tags: {} }, CONTEXT),
    "DELETE /v2/volumes": () => ocean.deleteVolumeByName(key),
    "POST /v2/volumes/actions": () => ocean.actOnVolumeByName("attach", key, "1001"),
    "GET /v2/volumes/snapshots/{snapshot_id}": () => driver.getSnapshot(snapshot, CONTEXT),
    "DELETE /v2/volumes/snapshots/{snapshot_id}": () => driver.deleteSnapshot(snapshot, CONTEXT),
    "GET /v2/volumes/{volume_id}": () => driver.getVolume(volume, CONTEXT),
    "DELETE /v2/volumes/{volume_id}": () => driver.deleteVolume(volume, CONTEXT),
    "GET /v2/volumes/{volume_id}/actions": () => ocean.listActions(volume),
    "POST /v2/volumes/{volume_id}/actions": async () => driver.attachVolume?.(volume, "1001", CONTEXT),
    "GET /v2/volumes/{volume_id}/actions/{action_id}": () => ocean.getVolumeAction(volume, 72),
    "GET /v2/volumes/{volume_id}/snapshots": () => driver.listSnapshots({ volumeId: volume }, PAGE, CONTEXT),
    "POST /v2/volumes/{volume_id}/snapshots": () =>
      driver.createSnapshot(
        { volumeId: volume, name: "nightly", tags: {}, allowAttached: true, attemptId: "one" },
        CONTEXT,
      ),
    "GET /v2/snapshots": () => driver.listSnapshots({}, PAGE, CONTEXT),
    "GET /v2/snapshots/{snapshot_id}": () => ocean.getSnapshot(snapshot),
    "DELETE /v2/snapshots/{snapshot_id}": () => ocean.deleteSnapshot(snapshot),
    "GET /v2/actions/{action_id}": () => ocean.getAction(72),
    "POST /v2/tags/{tag_id}/resources": () => ocean.addTag("weekly", TARGETS),
    "DELETE /v2/tags/{tag_id}/resources": () => ocean.removeTag("weekly", TARGETS),
  };
}

function samsungScpCalls(answers: SmallAnswers): Calls {
  const options: SamsungScpStorageOptions = {
    ...{ accessKey: ACCESS_KEY, secretKey: "planted-secret-key-not-real-0001", region: "kr-west1" },
    ...{ environment: "e", apiVersion: "1.3", fetch: answering(answers), retry: { maxAttempts: 1 } },
  };
  const driver = createSamsungScpDriver(options);
  const scp = samsungScp(createSamsungScpStorage(options));
  const { volume, snapshot, server, type } = IDS;
  return {
    "GET /v1/servers/{server_id}/volumes": () => scp.listServerVolumes(server),
    "POST /v1/servers/{server_id}/volumes": () => scp.attachToServer(server, { volumeId: volume }),
    "DELETE /v1/servers/{server_id}/volumes/{volume_id}": () => scp.detachFromServer(server, volume),
    "GET /v1/servers/{server_id}/volumes/{volume_id}": () => scp.getServerVolume(server, volume),
    "PUT /v1/servers/{server_id}/volumes/{volume_id}": () =>
      scp.setDeleteOnTermination(server, volume, false),
    "GET /v1/snapshots": () => driver.listSnapshots({}, PAGE, CONTEXT),
    "POST /v1/snapshots": () =>
      driver.createSnapshot(
        { volumeId: volume, name: "nightly", tags: {}, allowAttached: true, attemptId: "one" },
        CONTEXT,
      ),
    "DELETE /v1/snapshots/{snapshot_id}": () => driver.deleteSnapshot(snapshot, CONTEXT),
    "GET /v1/snapshots/{snapshot_id}": () => driver.getSnapshot(snapshot, CONTEXT),
    "PUT /v1/snapshots/{snapshot_id}": async () => driver.updateSnapshot?.(snapshot, { name: "n" }, CONTEXT),
    "GET /v1/volume-types": () => scp.listVolumeTypes(),
    "GET /v1/volume-types/default": () => scp.getDefaultVolumeType(),
    "GET /v1/volume-types/{volume_type_id}": () => scp.getVolumeType(type),
    "GET /v1/volumes": () => driver.listVolumes({}, PAGE, CONTEXT),
    "POST /v1/volumes": () => driver.createVolume({ name: "data", sizeGiB: 8, tags: {} }, CONTEXT),
    "GET /v1/volumes/quota-sets": () => scp.getQuotas(),
    "DELETE /v1/volumes/{volume_id}": () => driver.deleteVolume(volume, CONTEXT),
    "GET /v1/volumes/{volume_id}": () => driver.getVolume(volume, CONTEXT),
    "PUT /v1/volumes/{volume_id}": async () => driver.renameVolume?.(volume, "n", CONTEXT),
    "POST /v1/volumes/{volume_id}/revert": async () => driver.revertVolume?.(volume, snapshot, CONTEXT),
    "POST /v1/volumes/{volume_id}/servers": async () => driver.attachVolume?.(volume, server, CONTEXT),
    "DELETE /v1/volumes/{volume_id}/servers/{server_id}": async () =>
      driver.detachVolume?.(volume, server, CONTEXT),
    "PUT /v1/volumes/{volume_id}/size": async () => driver.resizeVolume?.(volume, 16, CONTEXT),
  };
}

const described = (name: string): URL =>
  new URL(`../../../shared/reference/${name}.openapi.yaml`, import.meta.url);

const PROVIDERS = [
  {
    name: "digitalocean",
    callsOf: digitalOceanCalls,
    byHand: DIGITALOCEAN_ANSWERS,
    description: described("digitalocean-volumes"),
    also: DIGITALOCEAN_NEEDS,
  },
  {
    name: "samsung-scp",
    callsOf: samsungScpCalls,
    byHand: SAMSUNG_SCP_ANSWERS,
    description: described("scp-virtualserver-1.0"),
    // Nothing but what is required.
    also: {},
  },
] as const;

describe.each(PROVIDERS)("$name", ({ callsOf, byHand, description, also }) => {
  test.each(Object.keys(byHand))("%s", async (operation) => {
    const call = callsOf(byHand)[operation];
    expect(call, "a call of the adapter").toBeDefined();
    await call?.();
  });

  test("lists are read with what is in them", async () => {
    const calls = callsOf(byHand);
    for (const [operation, { body }] of Object.entries(byHand)) {
      if (!operation.startsWith("GET") || !/\/(?:volumes|snapshots)$/.test(operation)) continue;
      const read = (await calls[operation]?.()) as { readonly items?: readonly { readonly id: string }[] };
      if (read.items === undefined) continue;
      expect(read.items).toHaveLength(1);
      expect(JSON.stringify(body)).toContain(read.items[0]?.id);
    }
  });

  describe.skipIf(!existsSync(description))(
    `by the description (skipped without ${description.pathname.split("/").slice(-3).join("/")})`,
    () => {
      const generated = (): SmallAnswers =>
        Object.fromEntries(
          Object.entries(smallestAnswers(description, also)).filter(([each]) => !NOT_CALLED.test(each)),
        );

      test("each operation's smallest answer is read", async () => {
        const answers = generated();
        const calls = callsOf(answers);
        for (const operation of Object.keys(answers)) await calls[operation]?.();
        expect(Object.keys(calls).sort()).toEqual(Object.keys(answers).sort());
      });

      test("those made by hand are the same in shape", () => {
        const answers = generated();
        for (const [operation, small] of Object.entries(answers)) {
          expect(shapeOf(byHand[operation]), operation).toEqual(shapeOf(small));
        }
      });

      test("what is needed beyond what is required is needed", async () => {
        for (const [owner, keys] of Object.entries(also)) {
          for (const left of keys) {
            const answers = smallestAnswers(description, {
              ...also,
              [owner]: keys.filter((each) => each !== left),
            });
            const calls = Object.entries(callsOf(answers));
            const results = await Promise.allSettled(calls.map(([, call]) => call()));
            const failed = results.filter(({ status }) => status === "rejected");
            expect(failed.length, `${owner} without ${left}`).toBeGreaterThan(0);
          }
        }
      });
    },
  );
});
