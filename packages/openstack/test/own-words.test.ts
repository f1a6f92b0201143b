/** What the service calls in more than one way, or refuses in words that name no state. */

import { createVirtualClock } from "@polyvol/core/driver";
import { createOpenStackStorage, openStack } from "@polyvol/openstack";
import { expect, onTestFinished, test } from "vitest";
import { failureOf } from "../../../scripts/test/failure-of.ts";
import { openEmulatedCloud, SERVERS } from "./emulated-cloud.ts";
import {
  type Answer,
  type Respond,
  refusal,
  SNAPSHOT_ID,
  snapshot,
  startCloud,
  VOLUME_ID,
  volume,
} from "./fake-cloud.ts";

const TYPE = { id: "c643ac35-3aec-43e6-b97a-3d6f666c5207", name: "gold" };

/** An account whose one volume is as `fields` say, once it is there. */
function account(fields: object, isThere = true): Respond {
  let there = isThere;
  return ({ method, query }, path): Answer | undefined => {
    const one = volume(fields);
    if (method === "POST" && path === "/volumes") {
      there = true;
      return { status: 202, body: { volume: { ...one, status: "creating" } } };
    }
    if (path === "/volumes/detail") return { body: { volumes: there && !query.has("status") ? [one] : [] } };
    if (path === `/types/${TYPE.id}`) return { body: { volume_type: TYPE } };
    if (method === "GET" && path === `/volumes/${VOLUME_ID}` && there) return { body: { volume: one } };
    return undefined;
  };
}

test("a type that is given by its id is the one that the volume shows by its name", async () => {
  const cloud = await startCloud({
    cinder: account({ volume_type: TYPE.name, volume_type_id: TYPE.id }, false),
  });
  const create = () => cloud.storage.volumes.create({ name: "db", sizeGiB: 1, volumeType: TYPE.id });
  expect((await create()).id).toBe(VOLUME_ID);
  expect((await create()).volumeType).toBe("gold");
  expect(cloud.seen.filter((each) => each.startsWith("POST"))).toHaveLength(1);
});

test("a type that is another by its id is another", async () => {
  const cloud = await startCloud({ cinder: account({ volume_type: "silver", volume_type_id: SERVERS[0] }) });
  const error = await failureOf(
    cloud.storage.volumes.create({ name: "db", sizeGiB: 1, volumeType: TYPE.id }),
  );
  expect(error).toMatchObject({
    code: "already_exists",
    reason: expect.stringContaining("of the type silver"),
  });
});

test("attached elsewhere, to a volume of a plain type, is a precondition that fails", async () => {
  const attachments = [{ attachment_id: "a-1", server_id: SERVERS[0], device: "auto" }];
  const cinder = account({ status: "in-use", attachments });
  const cloud = await startCloud({
    cinder: (asked, path) =>
      path.endsWith("/action")
        ? refusal(400, "badRequest", "Invalid volume: Volume status must be available or downloading")
        : cinder(asked, path),
  });
  const error = await failureOf(cloud.storage.volumes.attach(VOLUME_ID, SERVERS[1]));
  expect(error).toMatchObject({ code: "failed_precondition", outcome: "not_applied", retryable: false });
});

test("a server that cannot be one is a wrong argument", async () => {
  const cinder = account({});
  const cloud = await startCloud({
    cinder: (asked, path) =>
      path.endsWith("/action")
        ? refusal(400, "badRequest", "Invalid input for field/attribute instance_uuid. 'x' is not a 'uuid'")
        : cinder(asked, path),
  });
  expect((await failureOf(cloud.storage.volumes.attach(VOLUME_ID, "x"))).code).toBe("invalid_argument");
});

test("a volume that has grown since cannot go back to a snapshot: a precondition that fails", async () => {
  const cinder = account({ size: 2 });
  const cloud = await startCloud({
    cinder: (asked, path) => {
      if (path.endsWith("/action"))
        return refusal(400, "badRequest", "Invalid volume: Can't revert volume to its latest snapshot");
      return path === "/snapshots/detail" ? { body: { snapshots: [snapshot()] } } : cinder(asked, path);
    },
  });
  const error = await failureOf(cloud.storage.volumes.revert(VOLUME_ID, SNAPSHOT_ID));
  expect(error).toMatchObject({ code: "failed_precondition", outcome: "not_applied" });
});

test("a copy is not taken for one of another volume that has its name", async () => {
  const cloud = await startCloud({ cinder: account({ source_volid: SERVERS[0] }) });
  const native = openStack(cloud.storage);
  const error = await failureOf(native.cloneVolume(TYPE.id, { name: "db", sizeGiB: 1 }));
  expect(error).toMatchObject({ code: "already_exists", resource: { id: VOLUME_ID } });
  expect((await native.cloneVolume(SERVERS[0].toUpperCase(), { name: "db", sizeGiB: 1 })).id).toBe(VOLUME_ID);
  expect(cloud.seen.filter((each) => each.startsWith("POST"))).toEqual([]);
});

test.each(["team/a", ".", ".."])(
  "a tag with the key %s is not asked to go: the service would read another route",
  async (key) => {
    const cloud = await startCloud({ cinder: account({ metadata: { [key]: "x" } }) });
    const target = { kind: "volume", id: VOLUME_ID } as const;
    const error = await failureOf(openStack(cloud.storage).removeTag(target, key));
    expect(error).toMatchObject({ code: "unsupported", outcome: "not_applied" });
    expect(cloud.seen).toEqual([]);
  },
);

test("255 characters are taken as the service counts them: one outside the basic plane is one", async () => {
  const clock = createVirtualClock();
  clock.runFreely();
  const cloud = await openEmulatedCloud(clock);
  onTestFinished(cloud.close);
  const storage = createOpenStackStorage(cloud.connection());
  const long = "\u{1f4be}".repeat(255);
  const made = await storage.volumes.create({ name: long, sizeGiB: 1, tags: { team: long } });
  expect(made).toMatchObject({ name: long, tags: { team: long } });
  expect((await storage.snapshots.create({ volumeId: made.id, name: long })).name).toBe(long);
  const longer = { name: `${long}x`, sizeGiB: 1 };
  expect((await failureOf(storage.volumes.create(longer))).code).toBe("invalid_argument");
});

test.each([
  ["name", { name: "db\ud83d" }],
  ["description", { description: "the \ud83d" }],
  ["tag", { tags: { team: "a\ude00b" } }],
  ["type", { volumeType: "fast\ud83d" }],
  ["region", { region: "\ud83d" }],
  ["source", { sourceSnapshotId: "\ude00" }],
])("half of a character in a %s is a wrong argument: the service fails over it", async (_, fields) => {
  const cloud = await startCloud({ cinder: account({}) });
  const error = await failureOf(cloud.storage.volumes.create({ name: "new", sizeGiB: 1, ...fields }));
  expect(error).toMatchObject({ code: "invalid_argument", outcome: "not_applied" });
  expect(cloud.seen).toEqual([]);
});

test("a token that is refused although the login gave it is told apart from a wrong password", async () => {
  const message = "The request you have made requires authentication.";
  const { storage } = await startCloud({
    cinder: () => ({
      ...{ status: 401, headers: { "www-authenticate": 'Keystone uri="https://cloud.example:5000/"' } },
      body: { error: { code: 401, message, title: "Unauthorized" } },
    }),
  });
  const error = await failureOf(storage.volumes.list().toArray());
  expect(error).toMatchObject({ code: "unauthenticated", providerCode: "Unauthorized" });
  expect(error.reason).toMatch(/^the token of the login is refused, .* access rules/);
});

test("of a login that has to wait too long is told once how long", async () => {
  const keystone = (): Answer => ({ status: 429, headers: { "retry-after": "3000" } });
  const { storage } = await startCloud({ keystone });
  for (const _ of ["the refusal", "what it asked to wait"]) {
    const { message } = await failureOf(storage.volumes.list().toArray());
    expect(message.split("the next attempt would come in 50 min")).toHaveLength(2);
  }
});
