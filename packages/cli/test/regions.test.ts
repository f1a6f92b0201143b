/** A name that is there in two regions: every command that takes it works, and none says that one is too many. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Clouds, startClouds } from "./clouds.ts";

const HOME = "aaaaaaaa-0000-4000-8000-000000000001";
const FAR = "aaaaaaaa-0000-4000-8000-000000000002";
let clouds: Clouds;
beforeAll(async () => {
  clouds = await startClouds();
  clouds.ocean.seed({
    volumes: [
      { id: HOME, name: "db", region: "nyc3", size_gigabytes: 10 },
      { id: FAR, name: "db", region: "ams3", size_gigabytes: 20 },
      { name: "elsewhere", region: "ams3", size_gigabytes: 1 },
      { name: "elsewhere", region: "sfo3", size_gigabytes: 2 },
    ],
    snapshots: [{ name: "before", resource_id: FAR, min_disk_size: 20 }],
  });
});
afterAll(() => clouds.close());

test("the cloud's own region comes first, --region names another", async () => {
  const [home, far] = await Promise.all([
    clouds.run("volumes get --cloud ocean db -o json"),
    clouds.run("volumes get --cloud ocean --region ams3 db -o json"),
  ]);
  expect(JSON.parse(home.out)).toMatchObject({ id: HOME, region: "nyc3" });
  expect(JSON.parse(far.out)).toMatchObject({ id: FAR, region: "ams3" });
});

test("of several, none at home, the regions are named; no advice to delete a good one", async () => {
  const [which, missing] = await Promise.all([
    clouds.run("volumes get --cloud ocean elsewhere"),
    clouds.run("volumes get --cloud ocean --region lon1 db"),
  ]);
  expect(which.code).toBe(1);
  expect(which.err).toMatch(
    /2 volumes have this name, in ams3 \(.+\), sfo3 \(.+\); name the region \(conflict\)/,
  );
  expect(which.err).toContain("next:  say which one is meant: by --region");
  expect(which.err).not.toContain("delete");
  expect(missing.err).toContain('no volume in lon1 has the name or the id "db"');
});

test("--region of no volume is refused, and not passed over", async () => {
  const lone = await Promise.all(
    [
      "snapshots list",
      `snapshots get ${HOME}`,
      `snapshots delete ${HOME} --yes`,
      `backup drill --snapshot ${HOME}`,
      "backup explain --policy none.json --snapshots none.json",
    ].map((words) => clouds.run(`${words} --region ams3`)),
  );
  for (const { code, err } of lone) {
    expect({ code, err }).toEqual({
      code: 2,
      err: "error: --region is that of a --volume, by name: say which volume.\n",
    });
  }
});

test("a volume is made from a snapshot by name, where its volume is said; --region is the new one's", async () => {
  const named = await clouds.run(
    `volumes create new --cloud ocean --from-snapshot before --volume ${FAR} --region ams3 -o json`,
  );
  expect(JSON.parse(named.out)).toMatchObject({ name: "new", region: "ams3", sizeGiB: 20 });
  const alone = await clouds.run("volumes create new --cloud ocean --size 1 --volume db");
  expect(alone).toMatchObject({ code: 2, err: expect.stringContaining("add --from-snapshot") });
});

test("commands that change, and those about snapshots, take it too", async () => {
  const region = "--cloud ocean --region ams3";
  const resized = await clouds.run(`volumes resize ${region} db 30 -o json`);
  expect(JSON.parse(resized.out)).toMatchObject({ id: FAR, sizeGiB: 30 });
  const snapshot = await clouds.run(`snapshots get ${region} --volume db before -o json`);
  expect(JSON.parse(snapshot.out)).toMatchObject({ name: "before", volumeId: FAR });
  const restored = await clouds.run(`backup restore ${region} --volume db --as db-2 -o json`);
  expect(JSON.parse(restored.out)).toMatchObject({ name: "db-2", region: "ams3", sizeGiB: 20 });
  const deleted = await clouds.run(`volumes delete ${region} db --yes --delete-snapshots`);
  expect(deleted.code).toBe(0);
  const left = await clouds.run("volumes list --cloud ocean --name db -o json");
  expect(JSON.parse(left.out)).toMatchObject([{ id: HOME }]);
});

test("snapshots that an interrupted deletion has left go with the volume's id", async () => {
  const id = "aaaaaaaa-0000-4000-8000-000000000003";
  clouds.ocean.seed({
    volumes: [{ id, name: "scratch", region: "nyc3", size_gigabytes: 1 }],
    snapshots: [{ name: "left", resource_id: id }],
  });
  await clouds.run(`volumes delete --cloud ocean ${id} --yes`);
  const again = await clouds.run(`volumes delete --cloud ocean ${id} --delete-snapshots --yes`);
  expect(again.code).toBe(0);
  const left = await clouds.run("snapshots list --cloud ocean --name left -o json");
  expect(JSON.parse(left.out)).toEqual([]);
});

test("a server that is not there is what is missing, not the volume", async () => {
  const { code, err } = await clouds.run("volumes attach --cloud ocean db 4242");
  expect(code).toBe(1);
  expect(err).toContain("server 4242");
  expect(err).toContain("next:  take the id of the server");
});
