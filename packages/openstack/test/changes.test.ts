/** What answers mean: refusals by the state behind them, growth by what came of it, sources by who reads them. */
import { expect, test } from "vitest";
import { failureOf } from "../../../scripts/test/failure-of.ts";
import { SERVERS } from "./emulated-cloud.ts";
import {
  type Answer,
  cinderEntries,
  type Respond,
  refusal,
  SNAPSHOT_ID,
  snapshot,
  startCloud,
  VOLUME_ID,
  volume,
} from "./fake-cloud.ts";

const [SERVER] = SERVERS;
const INVALID = refusal(400, "badRequest", "Invalid volume: Volume status must be available or error or …");
const ACCEPTED: Answer = { status: 202 };

/** One volume and its snapshots; what else is asked for is answered by `changes`. */
function holding(
  seen: { volume?: object | null; snapshots?: readonly object[]; creating?: readonly object[] },
  changes: (key: string, body: unknown) => Answer | undefined,
): Respond {
  return ({ method, query, body }, path) => {
    const { snapshots = [], creating = [] } = seen;
    const changed = changes(`${method} ${path}`, body);
    if (changed !== undefined) return changed;
    if (method !== "GET") return undefined;
    if (path === "/volumes/detail")
      return { body: { volumes: query.get("status") === "creating" ? creating : [] } };
    if (path === `/volumes/${VOLUME_ID}` && seen.volume !== null)
      return { body: { volume: volume(seen.volume) } };
    if (path === "/snapshots/detail") return { body: { snapshots } };
    const one = snapshots.find((each) => path === `/snapshots/${(each as { id: string }).id}`);
    return one === undefined ? undefined : { body: { snapshot: one } };
  };
}

test.each([
  [{ status: "error_deleting" }, [], "failed_precondition", /error_deleting, in which only an administrator/],
  [
    { status: "error" },
    [snapshot({ status: "error_deleting" })],
    "failed_precondition",
    /its snapshot .*only an adm/,
  ],
  [{ status: "error" }, [snapshot()], "failed_precondition", /it has a snapshot, which cannot outlive it/],
  [{ status: "available" }, [], "failed_precondition", /Volume status must be/],
])("a deletion of a volume that is refused says why: %j", async (state, snapshots, code, words) => {
  const cinder = holding({ volume: state, snapshots: [] }, (key) =>
    key === `DELETE /volumes/${VOLUME_ID}` ? INVALID : undefined,
  );
  let asked = 0;
  const cloud = await startCloud({
    // Snapshots that come between the look before and the refusal.
    cinder: (request, path) => {
      if (path === "/snapshots/detail" && ++asked > 1) return { body: { snapshots } };
      return cinder(request, path);
    },
  });
  const error = await failureOf(cloud.storage.volumes.delete(VOLUME_ID));
  expect(error).toMatchObject({ code, reason: expect.stringMatching(words), outcome: "not_applied" });
  expect(cloud.seen.filter((each) => each.startsWith("DELETE"))).toHaveLength(1);
});

test("a deletion that is refused because it is under way is one", async () => {
  let refused = false;
  let left = 2;
  const cloud = await startCloud({
    cinder: ({ method, query }, path) => {
      if (method === "DELETE") {
        refused = true;
        return INVALID;
      }
      if (path.endsWith("/detail")) return { body: { volumes: [], snapshots: [], query: String(query) } };
      if (!refused) return { body: { volume: volume() } };
      return left-- > 0 ? { body: { volume: volume({ status: "deleting" }) } } : undefined;
    },
  });
  await cloud.storage.volumes.delete(VOLUME_ID);
  expect(cloud.seen.filter((each) => each.startsWith("DELETE"))).toHaveLength(1);
});

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

test("a snapshot is not deleted while a volume is being made from it, and is afterwards", async () => {
  const creating = [volume({ status: "creating", snapshot_id: SNAPSHOT_ID })];
  let looks = 0;
  let gone = false;
  const cinder = holding({ snapshots: [snapshot()] }, (key) => {
    if (key === `DELETE /snapshots/${SNAPSHOT_ID}`) gone = true;
    return key.startsWith("DELETE") ? ACCEPTED : undefined;
  });
  const cloud = await startCloud({
    cinder: (request, path) => {
      if (path === "/volumes/detail") return { body: { volumes: ++looks > 3 ? [] : creating } };
      if (gone && path === `/snapshots/${SNAPSHOT_ID}` && request.method === "GET")
        return refusal(404, "itemNotFound", `Snapshot ${SNAPSHOT_ID} could not be found.`);
      return cinder(request, path);
    },
  });
  await cloud.storage.snapshots.delete(SNAPSHOT_ID);
  expect(looks).toBe(4);
  expect(cloud.seen.filter((each) => each.startsWith("DELETE"))).toHaveLength(1);
});

test("a volume is not deleted while it is being copied", async () => {
  const creating = [volume({ id: "copy", status: "creating", source_volid: VOLUME_ID })];
  const cloud = await startCloud({ cinder: holding({ creating }, () => undefined) });
  const error = await failureOf(cloud.storage.volumes.delete(VOLUME_ID, { timeoutMs: 20_000 }));
  expect(error.reason).toMatch(/volume copy is being made of it/);
  expect(cloud.seen.filter((each) => each.startsWith("DELETE"))).toEqual([]);
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

test("where a Nova manages servers, attaching is its business: nothing is sent", async () => {
  const cloud = await startCloud({
    cinder: holding({}, () => undefined),
    catalogue: (url) => [...cinderEntries(url), { type: "compute", endpoints: [] }],
  });
  const error = await failureOf(cloud.storage.volumes.attach(VOLUME_ID, SERVER));
  expect(error).toMatchObject({ code: "unsupported", outcome: "not_applied" });
  expect(cloud.seen.filter((each) => each.startsWith("POST"))).toEqual([]);
});

test("detaching names the attachment; a volume that another server has is left alone", async () => {
  const attachments = [{ id: VOLUME_ID, attachment_id: "a-1", server_id: SERVER, device: "auto" }];
  let attached = true;
  const bodies: unknown[] = [];
  const cloud = await startCloud({
    cinder: holding({}, (key, body) => {
      if (key === `GET /volumes/${VOLUME_ID}`)
        return { body: { volume: volume(attached ? { status: "in-use", attachments } : {}) } };
      if (!key.startsWith("POST")) return undefined;
      bodies.push(body);
      attached = false;
      return ACCEPTED;
    }),
  });
  expect((await cloud.storage.volumes.detach(VOLUME_ID, "another-server")).attachments).toEqual([
    { serverId: SERVER },
  ]);
  expect(bodies).toEqual([]);
  await cloud.storage.volumes.detach(VOLUME_ID, SERVER);
  expect(bodies).toEqual([{ "os-detach": { attachment_id: "a-1" } }]);
});

test("a page that is shorter than was asked for goes on where it has a link, and no address of it is called", async () => {
  const link = [{ rel: "next", href: "http://elsewhere.example/v3/x/volumes/detail?marker=b" }];
  const all = ["c", "b", "a"].map((id) => volume({ id, name: id }));
  const cloud = await startCloud({
    cinder: ({ query }) => {
      const after = query.get("marker");
      const from = after === null ? 0 : all.findIndex((each) => (each as { id: string }).id === after) + 1;
      const volumes = all.slice(from, from + 2);
      return { body: { volumes, ...(volumes.length === 2 ? { volumes_links: link } : {}) } };
    },
  });
  const seen = await cloud.storage.volumes.list().toArray();
  expect(seen.map(({ id }) => id)).toEqual(["c", "b", "a"]);
});

test("an id with a slash names nothing, and is not sent: the service would read another route", async () => {
  const cloud = await startCloud({ cinder: holding({}, () => undefined) });
  const error = await failureOf(cloud.storage.volumes.get(`${VOLUME_ID}/metadata`));
  expect(error.code).toBe("invalid_argument");
  expect(cloud.seen).toEqual([]);
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

test("2,000 volumes are three requests, the end of them proven", async () => {
  const all = Array.from({ length: 2_000 }, (_, index) => volume({ id: `v-${index}`, name: `v-${index}` }));
  const cloud = await startCloud({
    cinder: ({ query }) => {
      const after = query.get("marker");
      const from = after === null ? 0 : Number(after.slice(2)) + 1;
      const volumes = all.slice(from, from + Number(query.get("limit")));
      const isFull = volumes.length === Number(query.get("limit"));
      return { body: { volumes, ...(isFull ? { volumes_links: [{ rel: "next", href: "?" }] } : {}) } };
    },
  });
  expect(await cloud.storage.volumes.list().toArray()).toHaveLength(2_000);
  expect(cloud.seen).toHaveLength(3);
});
