/** Creates from a snapshot or a volume that the service refuses for the state of that. */
import { openStack } from "@polyvol/openstack";
import { expect, test } from "vitest";
import { failureOf } from "../../../scripts/test/failure-of.ts";
import { holding, refusal, SNAPSHOT_ID, snapshot, startCloud, VOLUME_ID, volume } from "./fake-cloud.ts";

const COPY_ID = "0d4f6a43-6dbc-4ee5-9d3a-2b0e8cf4d7a1";
const NOT_NOW = refusal(
  400,
  "badRequest",
  "Invalid snapshot: Originating snapshot status must be one of 'available' values",
);

/** A cloud whose snapshot and volume are in those states from the first create on, which is refused until they are `then`. */
async function open(state: string, then?: string) {
  const cinder = holding({ snapshots: [snapshot()] }, () => undefined);
  let posts = 0;
  const cloud = await startCloud({
    cinder: (asked, path) => {
      const key = `${asked.method} ${path}`;
      if (key === "POST /volumes") {
        posts += 1;
        const copy = volume({ id: COPY_ID, name: "new", snapshot_id: SNAPSHOT_ID, status: "creating" });
        if (posts > 1 && then !== undefined) return { status: 202, body: { volume: copy } };
        return NOT_NOW;
      }
      const status = posts === 0 ? "available" : posts > 1 ? (then ?? state) : state;
      if (key === `GET /snapshots/${SNAPSHOT_ID}`) return { body: { snapshot: snapshot({ status }) } };
      if (key === `GET /volumes/${VOLUME_ID}`) return { body: { volume: volume({ status }) } };
      if (key === `GET /volumes/${COPY_ID}`)
        return { body: { volume: volume({ id: COPY_ID, name: "new", snapshot_id: SNAPSHOT_ID }) } };
      return cinder(asked, path);
    },
  });
  return { ...cloud, posts: () => posts };
}

test.each(["error", "error_deleting", "deleting"])(
  "a snapshot that is %s by then is a precondition that fails",
  async (state) => {
    const { storage, posts } = await open(state);
    const create = storage.volumes.create({ name: "new", sourceSnapshotId: SNAPSHOT_ID, sizeGiB: 1 });
    expect(await failureOf(create)).toMatchObject({
      code: "failed_precondition",
      reason: `what it is to be made of is in the state ${state}`,
      outcome: "not_applied",
    });
    expect(posts()).toBe(1);
  },
);

test("a snapshot that is being reverted to is waited for", async () => {
  const { storage, posts } = await open("restoring", "available");
  const made = await storage.volumes.create({ name: "new", sourceSnapshotId: SNAPSHOT_ID, sizeGiB: 1 });
  expect([made.id, posts()]).toEqual([COPY_ID, 2]);
});

test("a volume that waits for a person is not copied", async () => {
  const { storage, posts } = await open("awaiting-transfer");
  const copy = openStack(storage).cloneVolume(VOLUME_ID, { name: "new", sizeGiB: 1 });
  expect(await failureOf(copy)).toMatchObject({ code: "failed_precondition", outcome: "not_applied" });
  expect(posts()).toBe(1);
});
