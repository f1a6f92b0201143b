/** What answers to changes mean: refusals by the state behind them, and what came of what was accepted. */
import { expect, test } from "vitest";
import { failureOf } from "../../../scripts/test/failure-of.ts";
import {
  type Answer,
  holding,
  refusal,
  SNAPSHOT_ID,
  snapshot,
  startCloud,
  VOLUME_ID,
  volume,
} from "./fake-cloud.ts";

const ACCEPTED: Answer = { status: 202 };

test("a volume that is busy is waited for", async () => {
  let busy = true;
  const cloud = await startCloud({
    cinder: holding({}, (key) => {
      if (key === "POST /snapshots" && busy)
        return refusal(400, "badRequest", "Invalid volume: status must be available");
      if (key === `GET /volumes/${VOLUME_ID}` && busy) {
        busy = false;
        return { body: { volume: volume({ status: "backing-up" }) } };
      }
      if (key === "POST /snapshots")
        return { status: 202, body: { snapshot: snapshot({ status: "creating" }) } };
      return key === `GET /snapshots/${SNAPSHOT_ID}` ? { body: { snapshot: snapshot() } } : undefined;
    }),
  });
  const made = await cloud.storage.snapshots.create({ volumeId: VOLUME_ID, name: "s1" });
  expect(made.id).toBe(SNAPSHOT_ID);
});

test.each([
  ["req-3", "extend volume:Volume Driver failed to extend volume."],
  ["req-of-another-day", undefined],
])(
  "growth that was accepted and not carried out is a failure, with the reason of request %s",
  async (id, reason) => {
    const message = {
      id: "m",
      resource_uuid: VOLUME_ID,
      request_id: id,
      user_message: reason ?? "an old story",
    };
    const cloud = await startCloud({
      cinder: holding({}, (key) => {
        if (key === "GET /messages")
          return { body: { messages: [{ ...message, request_id: id === "req-3" ? extend : id }] } };
        if (key !== `POST /volumes/${VOLUME_ID}/action`) return undefined;
        extend = `req-${cloud.asked.length}`;
        return ACCEPTED;
      }),
    });
    let extend = "";
    const error = await failureOf(cloud.storage.volumes.resize(VOLUME_ID, 2));
    expect(error).toMatchObject({
      code: "operation_failed",
      reason: reason ?? expect.stringMatching(/without effect/),
    });
    // What other projects were told is never asked for.
    const asked = cloud.asked.filter(({ path }) => path.endsWith("/messages"));
    expect(new Set(asked.map(({ query }) => query.get("resource_uuid")))).toEqual(new Set([VOLUME_ID]));
  },
);

test.each([
  ["not there", refusal(404, "itemNotFound", "The resource could not be found.")],
  ["not found", refusal(404, "itemNotFound", "Messages could not be found.")],
  ["forbidden", refusal(403, "forbidden", "Policy doesn't allow message:get_all to be performed.")],
])(
  "growth that was not carried out is asked for once and told, where the reasons are %s",
  async (_, kept) => {
    const cloud = await startCloud({
      cinder: holding({}, (key) => {
        if (key === "GET /messages") return kept;
        return key === `POST /volumes/${VOLUME_ID}/action` ? ACCEPTED : undefined;
      }),
    });
    const error = await failureOf(cloud.storage.volumes.resize(VOLUME_ID, 2));
    expect(error).toMatchObject({
      code: "operation_failed",
      reason: expect.stringMatching(/without effect/),
    });
    expect(cloud.seen.filter((each) => each.startsWith("POST"))).toHaveLength(1);
  },
);

test("growth is waited for though one look after it does not find the volume", async () => {
  let looks = 0;
  const cloud = await startCloud({
    cinder: holding({}, (key) => {
      if (key === `POST /volumes/${VOLUME_ID}/action`) {
        looks = 1;
        return ACCEPTED;
      }
      if (key !== `GET /volumes/${VOLUME_ID}` || looks === 0) return undefined;
      looks += 1;
      if (looks === 2) return refusal(404, "itemNotFound", `Volume ${VOLUME_ID} could not be found.`);
      const grown = looks > 5;
      return {
        body: { volume: volume({ size: grown ? 2 : 1, status: grown ? "available" : "extending" }) },
      };
    }),
  });
  expect((await cloud.storage.volumes.resize(VOLUME_ID, 2)).sizeGiB).toBe(2);
  expect(cloud.seen.filter((each) => each.startsWith("POST"))).toHaveLength(1);
});

test("a full quota is told once, whatever the answer says of trying again", async () => {
  const message = "VolumeLimitExceeded: Maximum number of volumes allowed (10) exceeded for quota 'volumes'.";
  const body = { overLimit: { code: 413, message, retryAfter: "0" } };
  const cloud = await startCloud({
    cinder: holding({}, (key) =>
      key === "POST /volumes" ? { status: 413, headers: { "retry-after": "0" }, body } : undefined,
    ),
  });
  const error = await failureOf(cloud.storage.volumes.create({ name: "db", sizeGiB: 1 }));
  expect(error).toMatchObject({
    code: "resource_exhausted",
    reason: message,
    providerCode: "overLimit",
    retryable: false,
  });
  expect(cloud.seen.filter((each) => each.startsWith("POST"))).toHaveLength(1);
});

test.each([
  [
    "volumeType",
    { volumeType: "gold" },
    404,
    "itemNotFound",
    "Volume type with name gold could not be found.",
  ],
  [
    "zone",
    { providerOptions: { openstack: { availabilityZone: "mars" } } },
    400,
    "badRequest",
    "Availability zone 'mars' is invalid.",
  ],
])("an unknown %s is a wrong argument, in the service's words", async (_, input, status, kind, message) => {
  const cloud = await startCloud({
    cinder: holding({}, (key) => (key === "POST /volumes" ? refusal(status, kind, message) : undefined)),
  });
  const error = await failureOf(cloud.storage.volumes.create({ name: "db", sizeGiB: 1, ...input }));
  expect(error).toMatchObject({ code: "invalid_argument", reason: message, outcome: "not_applied" });
});

test("an id with a slash names nothing, and is not sent: the service would read another route", async () => {
  const cloud = await startCloud({ cinder: holding({}, () => undefined) });
  for (const id of [`${VOLUME_ID}/metadata`, ".", ".."]) {
    expect((await failureOf(cloud.storage.volumes.get(id))).code).toBe("not_found");
    await cloud.storage.volumes.delete(id);
  }
  // Before it deletes, it asks which volumes are being made of what it deletes.
  expect(new Set(cloud.seen)).toEqual(new Set(["GET /volumes/detail"]));
});

test("a volume that ends in error is told with the reason of the request that made it", async () => {
  let request = "";
  let state = "creating";
  const cloud = await startCloud({
    cinder: holding({}, (key) => {
      const wire = volume({ status: state, name: "db" });
      if (key === "POST /volumes") {
        request = `req-${cloud.asked.length}`;
        state = "error";
        return { status: 202, body: { volume: wire } };
      }
      if (key === "GET /messages") {
        const own = { id: "m-1", resource_uuid: VOLUME_ID, request_id: request };
        const messages = [
          { ...own, id: "m-2", request_id: "req-later", user_message: "another story" },
          { ...own, user_message: "schedule allocate volume:Could not find any available weighted backend." },
        ];
        return { body: { messages } };
      }
      if (key === `DELETE /volumes/${VOLUME_ID}`) {
        state = "gone";
        return ACCEPTED;
      }
      if (key !== `GET /volumes/${VOLUME_ID}`) return undefined;
      return state === "gone"
        ? refusal(404, "itemNotFound", "Volume could not be found.")
        : { body: { volume: wire } };
    }),
  });
  const error = await failureOf(cloud.storage.volumes.create({ name: "db", sizeGiB: 1 }));
  expect(error.code).toBe("operation_failed");
  expect(error.reason).toBe(
    "the provider reports the state error: schedule allocate volume:Could not find any available weighted backend.; what failed has been removed",
  );
});
