/** The snapshots of a volume that the service did not know for a moment, with a token that may not list all snapshots. */
import { expect, test } from "vitest";
import { failureOf } from "../../../scripts/test/failure-of.ts";
import { openCloud } from "./cloud.ts";

const scopes = ["block_storage:read", "block_storage_snapshot:read"];

test("they need no more rights afterwards than before", async () => {
  const { storage, emulator } = await openCloud(
    { tokens: [{ token: "scoped", scopes }] },
    { token: "scoped" },
  );
  emulator.seed({
    volumes: [{ id: "ab-1", name: "data", region: "nyc3", size_gigabytes: 1 }],
    snapshots: [{ name: "s", volume_name: "data" }],
  });
  const body = { id: "not_found", message: "The resource you were accessing could not be found." };
  const match = { path: "/v2/volumes/ab-1/snapshots" };
  emulator.faults.add({ kind: "answer", status: 404, body, when: "before", count: 1, match });
  const list = () => storage.snapshots.list({ volumeId: "ab-1" }).toArray();
  expect(await failureOf(list())).toMatchObject({ code: "permission_denied" });
  expect(await list()).toMatchObject([{ name: "s" }]);
});
