/** Calls that are more than one request: what one of them says must not be taken for what another would. */
import { expect, test } from "vitest";
import { SERVERS } from "./emulated-cloud.ts";
import {
  type Answer,
  PROJECT,
  refusal,
  SNAPSHOT_ID,
  snapshot,
  startCloud,
  VOLUME_ID,
  volume,
} from "./fake-cloud.ts";

const NEXT = [{ rel: "next", href: "?" }];

test.each([
  ["snapshot", SNAPSHOT_ID],
  ["volume", VOLUME_ID],
] as const)(
  "a %s is deleted although a volume went while the service was asked who reads it",
  async (kind, id) => {
    const held = new Set<string>([id]);
    let markers = 0;
    const cloud = await startCloud({
      cinder: ({ method, query }, path): Answer | undefined => {
        if (method === "DELETE") {
          held.delete(path.split("/").at(-1) ?? "");
          return { status: 202 };
        }
        if (path === "/snapshots/detail") return { body: { snapshots: [] } };
        if (path === "/volumes/detail" && query.get("status") === "creating") {
          // The service gives pages of one, and the volume that a page ended with has gone since.
          if (query.get("marker") === "v-1" && markers++ === 0)
            return refusal(404, "itemNotFound", "Volume v-1 could not be found.");
          const volumes = [volume({ id: markers === 0 ? "v-1" : "v-2", status: "creating" })];
          return { body: query.has("marker") ? { volumes: [] } : { volumes, volumes_links: NEXT } };
        }
        if (!held.has(path.split("/").at(-1) ?? "")) return undefined;
        return { body: kind === "volume" ? { volume: volume() } : { snapshot: snapshot() } };
      },
    });
    await cloud.storage[`${kind}s`].delete(id);
    expect(cloud.seen.filter((each) => each.startsWith("DELETE"))).toEqual([`DELETE /${kind}s/${id}`]);
    expect(held.size).toBe(0);
  },
);

test("a snapshot that was accepted when the token ran out is one, whatever comes of the next login", async () => {
  let made = 0;
  let isAway = false;
  const cloud = await startCloud({
    keystone: (_, usual) => {
      if (isAway) return { status: 503, body: { error: { code: 503, message: "Service Unavailable" } } };
      const token = {
        ...{ issued_at: "2026-11-29T14:00:00.000000Z", expires_at: "2026-11-29T14:00:20.000000Z" },
        ...{ project: { id: PROJECT } },
      };
      const usualToken = (usual.body as { readonly token: object }).token;
      return { ...usual, body: { token: { ...usualToken, ...token } } };
    },
    cinder: ({ method }, path): Answer | undefined => {
      const wire = snapshot({ status: "creating" });
      if (method === "POST" && path === "/snapshots") {
        made += 1;
        isAway = true;
        void cloud.clock.advance(25_000);
        return { status: 202, body: { snapshot: wire } };
      }
      return path === "/snapshots/detail" ? { body: { snapshots: [] } } : undefined;
    },
  });
  const input = { volumeId: VOLUME_ID, name: "s1" };
  const begun = await cloud.storage.snapshots.beginCreate(input, { timeoutMs: 60_000 });
  expect(begun.resource.id).toBe(SNAPSHOT_ID);
  expect(made).toBe(1);
});

const AWAY: Answer = { status: 503, body: "busy" };
const [SERVER] = SERVERS;

test.each([
  ["503", AWAY],
  ["429", { status: 429, headers: { "retry-after": "1" } }],
] as const)("a detach whose read before it fails with %s is tried again", async (_, failure) => {
  let reads = 0;
  let attachments: readonly object[] = [{ attachment_id: "a-1", server_id: SERVER, device: "auto" }];
  const cloud = await startCloud({
    cinder: ({ method }): Answer => {
      if (method === "POST") {
        attachments = [];
        return { status: 202 };
      }
      reads += 1;
      const status = attachments.length > 0 ? "in-use" : "available";
      return reads === 2 ? failure : { body: { volume: volume({ status, attachments }) } };
    },
  });
  expect((await cloud.storage.volumes.detach(VOLUME_ID, SERVER)).attachments).toEqual([]);
});

test("a change that is refused is not called a wrong argument because its state could not be read once", async () => {
  let status = "backing-up";
  let refusals = 0;
  const cloud = await startCloud({
    cinder: ({ method }, path): Answer | undefined => {
      if (method === "POST" && path === "/snapshots") {
        if (status === "available")
          return { status: 202, body: { snapshot: snapshot({ status: "creating" }) } };
        refusals += 1;
        return refusal(400, "badRequest", "Invalid volume: Volume must be available or in-use");
      }
      if (path === "/snapshots/detail") return { body: { snapshots: [] } };
      if (path === `/snapshots/${SNAPSHOT_ID}`) return { body: { snapshot: snapshot() } };
      if (path !== `/volumes/${VOLUME_ID}`) return undefined;
      if (refusals === 1) return AWAY;
      const seen = status;
      status = "available";
      return { body: { volume: volume({ status: seen }) } };
    },
  });
  expect((await cloud.storage.snapshots.create({ volumeId: VOLUME_ID, name: "s1" })).id).toBe(SNAPSHOT_ID);
});

test.each([
  "Volume status must be available, but current status is: backing-up.",
  `Volume ${VOLUME_ID} status must be '{'status': 'available'}' to extend, currently extending.`,
])(
  "a volume that was busy when it was refused, and is not when it is read, is tried again: %s",
  async (words) => {
    let refusals = 0;
    const cloud = await startCloud({
      cinder: ({ method }, path): Answer | undefined => {
        if (method === "POST" && path === "/snapshots") {
          refusals += 1;
          if (refusals === 1) return refusal(400, "badRequest", `Invalid volume: ${words}`);
          return { status: 202, body: { snapshot: snapshot({ status: "creating" }) } };
        }
        if (path === "/snapshots/detail") return { body: { snapshots: [] } };
        if (path === `/snapshots/${SNAPSHOT_ID}`) return { body: { snapshot: snapshot() } };
        return path === `/volumes/${VOLUME_ID}` ? { body: { volume: volume() } } : undefined;
      },
    });
    expect((await cloud.storage.snapshots.create({ volumeId: VOLUME_ID, name: "s1" })).id).toBe(SNAPSHOT_ID);
    expect(refusals).toBe(2);
  },
);
