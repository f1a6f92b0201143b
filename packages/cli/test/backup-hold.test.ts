import { afterAll, beforeAll, expect, test } from "vitest";
import { type Clouds, startClouds } from "./clouds.ts";

const VOLUME = "6f1c0000-0000-4000-8000-000000000001";

interface Held {
  readonly name: string;
  readonly tags: readonly string[];
}

let clouds: Clouds;
beforeAll(async () => {
  clouds = await startClouds();
  clouds.ocean.seed({
    volumes: [{ id: VOLUME, name: "db", region: "nyc3", size_gigabytes: 10 }],
    snapshots: [
      { name: "one", resource_id: VOLUME },
      { name: "two", resource_id: VOLUME },
      { name: "three", resource_id: VOLUME, tags: ["polyvol-hold:auditors", "env:prod"] },
    ],
  });
  clouds.samsung.seed({ volumes: [{ name: "erp" }] });
});
afterAll(() => clouds.close());

const tagsOf = (name: string): readonly string[] =>
  (clouds.ocean.state() as { snapshots: Held[] }).snapshots.find((each) => each.name === name)?.tags ?? [];

test("snapshots on DigitalOcean are held by a tag, and released", async () => {
  const held = await clouds.run("backup hold --cloud ocean --volume db one two");
  expect(held.code, held.err).toBe(0);
  expect(held.out).toMatch(/^CLOUD +SNAPSHOT +HOLD +ID\nocean +one +held +\S+\nocean +two +held +\S+\n$/);
  expect(held.err).toContain("hold of snapshot one on ocean: done in ");
  expect([tagsOf("one"), tagsOf("two")]).toEqual([["polyvol-hold"], ["polyvol-hold"]]);

  const again = await clouds.run("backup hold --cloud ocean --volume db one -o json");
  expect(again.code, again.err).toBe(0);
  expect(JSON.parse(again.out)).toMatchObject([{ cloud: "ocean", name: "one", held: true }]);

  const released = await clouds.run("backup release --cloud ocean --volume db one");
  expect(released.code, released.err).toBe(0);
  expect(released.out).toMatch(/\nocean +one +not held +/);
  expect([tagsOf("one"), tagsOf("two")]).toEqual([[], ["polyvol-hold"]]);
});

test.concurrent("a hold with a value of its own goes, other tags stay", async () => {
  const released = await clouds.run("backup release --cloud ocean --volume db three -o yaml");
  expect(released.code, released.err).toBe(0);
  expect(released.out).toMatch(/\n {2}held: false\n/);
  expect(tagsOf("three")).toEqual(["env:prod"]);
});

test.concurrent("a snapshot that is not there", async () => {
  const [name, id] = await Promise.all([
    clouds.run("backup hold --cloud ocean --volume db nothing"),
    clouds.run("backup release --cloud samsung 11111111-1111-4111-8111-111111111111"),
  ]);
  expect(name).toMatchObject({
    code: 1,
    out: "",
    err:
      'error: ocean: digitalocean snapshots.find: volume db has no snapshot named "nothing" (not_found)\n' +
      "next:  polyvol volumes list and polyvol snapshots list show what there is\n",
  });
  expect(id).toMatchObject({ code: 1, out: "" });
  expect(id.err).toMatch(/^error: samsung: samsung-scp snapshots\.get snapshot 1{8}-.*\(not_found/);
});
