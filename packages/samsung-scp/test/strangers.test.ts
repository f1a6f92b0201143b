/** What stands between (a proxy, a wrong path, a mixed-up cache) answers in the service's place: nothing is believed. */
import type { Fault } from "@polyvol/emulators";
import { describe, expect, test } from "vitest";
import { failureOf } from "../../../scripts/test/failure-of.ts";
import { type Emulated, emulated } from "./emulated.ts";

const OTHER = "3f500f00-ed80-4566-a057-e31760226f9a";
/** Without the time that the gateway's answers have on the reference pages. */
const GATEWAY = { path: "/v1/volumes", error: "Not Found", requestId: "8af0c9" };

const STRANGERS: readonly (readonly [string, Fault])[] = [
  ["404 with other JSON", { kind: "answer", status: 404, body: { message: "unknown path" } }],
  ["404 with an empty object", { kind: "answer", status: 404, body: {} }],
  ["404 of the gateway, without its time", { kind: "answer", status: 404, body: GATEWAY }],
  [
    "404 with errors that have no code",
    { kind: "answer", status: 404, body: { errors: [{ detail: "No." }] } },
  ],
  ["404 as a web page", { kind: "html", status: 404 }],
  ["400 as a web page", { kind: "html", status: 400 }],
  ["404 as text", { kind: "answer", status: 404, body: "default backend - 404" }],
  ["404 without a body", { kind: "answer", status: 404, body: "" }],
  ["410 with other JSON", { kind: "answer", status: 410, body: { error: "Gone" } }],
  ["409 with other JSON", { kind: "answer", status: 409, body: { message: "conflict" } }],
  ["500 with other JSON", { kind: "answer", status: 500, body: { message: "oops" } }],
];

const UNCLEAR = /^(?:unavailable|unauthenticated|malformed_response)$/;

async function withOneEach(
  fault: Fault,
  match: Fault["match"],
): Promise<Emulated & { ids: [string, string] }> {
  const cloud = await emulated();
  const volume = await cloud.storage.volumes.create({ name: "data", sizeGiB: 8 });
  const snapshot = await cloud.storage.snapshots.create({ volumeId: volume.id, name: "s" });
  cloud.lines();
  cloud.emulator.faults.add({ ...fault, match });
  return { ...cloud, ids: [volume.id, snapshot.id] };
}

describe.each(STRANGERS)("%s", (_, fault) => {
  test("is no deletion", async () => {
    const { storage, emulator, lines, ids } = await withOneEach(fault, { method: "DELETE" });
    const one = await failureOf(storage.volumes.delete(ids[0], { snapshots: "delete" }));
    const other = await failureOf(storage.snapshots.delete(ids[1]));
    expect(one.code).toMatch(UNCLEAR);
    expect(other.code).toMatch(UNCLEAR);
    expect(emulator.state()).toMatchObject({ volumes: [{}], snapshots: [{}] });
    expect(lines().length, "repeated, and not for long").toBeLessThanOrEqual(24);
  });

  test("is no absence", async () => {
    const { storage, lines, ids } = await withOneEach(fault, { method: "GET", path: "/v1/**" });
    const unclear = expect.objectContaining({ code: expect.stringMatching(UNCLEAR) });
    await expect(storage.volumes.get(ids[0])).rejects.toEqual(unclear);
    await expect(storage.snapshots.get(ids[1])).rejects.toEqual(unclear);
    await expect(storage.volumes.delete(ids[0])).rejects.toEqual(unclear);
    await expect(storage.snapshots.delete(ids[1])).rejects.toEqual(unclear);
    await expect(storage.volumes.find({ name: "data" })).rejects.toEqual(unclear);
    await expect(storage.volumes.create({ name: "new", sizeGiB: 8 })).rejects.toEqual(unclear);
    expect(lines().filter((line) => !line.startsWith("GET"))).toEqual([]);
  });
});

describe("answers about something else", () => {
  const volume = (name: string): object => ({
    ...{ id: OTHER, name, size: 8, state: "available", created_at: "2026-07-14T09:00:00Z", servers: [] },
  });

  test("a read that shows another volume", async () => {
    const { storage, emulator } = await emulated();
    const { id } = await storage.volumes.create({ name: "one", sizeGiB: 8 });
    emulator.faults.add({ kind: "answer", status: 200, body: volume("two"), count: 1 });
    expect((await storage.volumes.get(id)).name, "asked again").toBe("one");
    emulator.faults.add({ kind: "answer", status: 200, body: volume("two") });
    expect(await failureOf(storage.volumes.get(id))).toMatchObject({
      code: "malformed_response",
      reason: `asked for ${id}, the provider answered with ${OTHER}`,
    });
  });

  test("a create that is answered with another's is looked for, and ends with one's own", async () => {
    const { storage, emulator } = await emulated();
    const match = { method: "POST" };
    const body = volume("theirs");
    emulator.faults.add({ kind: "answer", when: "after", status: 202, body, count: 1, match });
    const ours = await storage.volumes.create({ name: "ours", sizeGiB: 8 });
    expect(ours.name).toBe("ours");
    const snapshot = { ...volume("s"), volume_id: OTHER, status: "available" };
    emulator.faults.add({ kind: "answer", when: "after", status: 202, body: snapshot, count: 1, match });
    const made = await storage.snapshots.create({ volumeId: ours.id, name: "s" });
    expect(made).toMatchObject({ volumeId: ours.id, name: "s" });
    expect(emulator.state()).toMatchObject({ volumes: [{ name: "ours" }], snapshots: [{ name: "s" }] });
  });
});

test("a snapshot that keeps its name does not get another's", async () => {
  const { storage, emulator, another } = await emulated();
  const { id: volumeId } = await storage.volumes.create({ name: "data", sizeGiB: 8 });
  const { id } = await storage.snapshots.create({ volumeId, name: "mine" });
  const body = {
    id: OTHER,
    volume_id: volumeId,
    name: "theirs",
    size: 8,
    created_at: "2026-07-14T09:00:00Z",
  };
  // The second read within the call is the one that the name is taken from.
  const match = { method: "GET", path: `/v1/snapshots/${id}` };
  emulator.faults.add({ kind: "answer", status: 200, body, count: 1, skip: 1, match });
  await another().snapshots.update(id, { description: "kept" });
  expect(await storage.snapshots.get(id)).toMatchObject({ name: "mine", description: "kept" });
});
