import { expect, test } from "vitest";
import { failureOf } from "../../../scripts/test/failure-of.ts";
import { PROJECT, SECRET, SNAPSHOT_ID, snapshot, startCloud, VOLUME_ID, volume } from "./fake-cloud.ts";

const OPTIONS = { username: "demo", password: SECRET, projectName: "demo" };

const cinder = ({ method }: { readonly method: string }, path: string) => {
  if (path === "/snapshots" && method === "POST") return { status: 202, body: { snapshot: snapshot() } };
  if (path === `/snapshots/${SNAPSHOT_ID}`) return { body: { snapshot: snapshot() } };
  if (path === "/volumes/detail") return { body: { volumes: [] } };
  if (path === "/snapshots/detail") return { body: { snapshots: method === "GET" ? snapshots : [] } };
  return { body: { volume: volume({ status: inUse ? "in-use" : "available" }) } };
};
let inUse = false;
let snapshots: readonly object[] = [];

test.each([
  ["3.70", "3.70"],
  ["3.71", "3.70"],
  ["3.59", "3.59"],
])("of a server that knows %s, %s is spoken, and the negotiation is told", async (newest, spoken) => {
  const cloud = await startCloud({ newest, cinder });
  expect(await cloud.storage.checkHealth()).toMatchObject({ apiVersion: spoken });
  expect(cloud.asked.at(-1)?.headers["openstack-api-version"]).toBe(`volume ${spoken}`);
  const how = spoken === "3.70" ? "has answered in it" : `offers 3.0 to ${newest}`;
  const message = `API version ${spoken} is used; the service ${how}`;
  expect(cloud.events.filter(({ type }) => type === "version")).toEqual([
    expect.objectContaining({ result: "chosen", message }),
  ]);
});

test("the list of versions is read only where the newest is refused, or where something depends on it", async () => {
  const readsOf = async (newest: string, work: "list" | "create"): Promise<readonly string[]> => {
    snapshots = [];
    const cloud = await startCloud({ newest, cinder });
    const { volumes, snapshots: made } = cloud.storage;
    if (work === "list") await volumes.list().toArray();
    else await made.create({ volumeId: VOLUME_ID, name: "s1" });
    return cloud.asked.map(({ path }) => path.replace(`/v3/${PROJECT}`, "")).slice(1);
  };
  expect(await readsOf("3.70", "list")).toEqual(["/volumes/detail"]);
  expect(await readsOf("3.59", "list")).toEqual(["/volumes/detail", "/v3/", "/volumes/detail"]);
  expect(await readsOf("3.70", "create")).not.toContain("/v3/");
});

test("where the version of an answer cannot be seen, the list is read before something depends on it", async () => {
  snapshots = [];
  const cloud = await startCloud({ newest: null, cinder });
  await cloud.storage.volumes.list().toArray();
  expect(cloud.asked.map(({ path }) => path)).not.toContain("/v3/");
  await cloud.storage.snapshots.create({ volumeId: VOLUME_ID, name: "s1" });
  expect(
    cloud.asked.find(({ method, path }) => method === "POST" && path.endsWith("/snapshots"))?.headers,
  ).toMatchObject({
    "openstack-api-version": "volume 3.0",
  });
});

test("an exact version is sent as it is, and the list is not read", async () => {
  const cloud = await startCloud({ cinder });
  await cloud.storageWith({ ...OPTIONS, apiVersion: "3.50" }).checkHealth();
  expect(cloud.asked.map(({ path }) => path)).not.toContain("/v3/");
  expect(cloud.asked.at(-1)?.headers["openstack-api-version"]).toBe("volume 3.50");
});

test("a list that cannot be had is told; the oldest version is spoken until it can, a minute later", async () => {
  const cloud = await startCloud({ newest: null, cinder });
  expect(await cloud.storage.checkHealth()).toMatchObject({ apiVersion: "3.0" });
  expect(cloud.events).toContainEqual(expect.objectContaining({ type: "version", result: "fallback" }));
  await cloud.storage.checkHealth();
  const reads = () => cloud.asked.filter(({ path }) => path === "/v3/").length;
  expect(reads()).toBe(1);
  await cloud.clock.sleep(61_000);
  await cloud.storage.checkHealth();
  expect(reads()).toBe(2);
});

test("a server without version 3 is told apart from one that is away", async () => {
  const cloud = await startCloud({ newest: "2.0", cinder });
  const error = await failureOf(cloud.storage.checkHealth());
  expect(error).toMatchObject({ code: "unsupported", reason: expect.stringContaining("no version 3") });
});

test("what the server is too old for is refused before it is sent", async () => {
  snapshots = [snapshot()];
  const cloud = await startCloud({ newest: "3.39", cinder });
  const { volumes } = cloud.storage;
  const revert = await failureOf(volumes.revert(VOLUME_ID, SNAPSHOT_ID));
  expect(revert).toMatchObject({
    code: "unsupported",
    reason: expect.stringMatching(/3\.39 lacks .*revert.*3\.40/),
  });
  inUse = true;
  const grow = await failureOf(volumes.resize(VOLUME_ID, 2));
  expect(grow).toMatchObject({
    code: "unsupported",
    reason: expect.stringMatching(/in use; 3\.42 and later/),
  });
  expect(cloud.seen.filter((each) => each.startsWith("POST"))).toEqual([]);
});

test.each([
  ["3.65", true, true],
  ["3.65", false, undefined],
  ["3.66", true, undefined],
])("API %s, attached allowed %j: a snapshot is made with force %j", async (newest, allowAttached, force) => {
  inUse = false;
  snapshots = [];
  const cloud = await startCloud({ newest, cinder });
  await cloud.storage.snapshots.create({ volumeId: VOLUME_ID, name: "s1", allowAttached });
  const { body } =
    cloud.asked.find(({ method, path }) => method === "POST" && path === `/v3/${PROJECT}/snapshots`) ?? {};
  expect((body as { readonly snapshot: { readonly force?: boolean } }).snapshot.force).toBe(force);
});
