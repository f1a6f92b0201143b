/** Commands find the cloud of what they name, and never guess it. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Clouds, ENV, startClouds } from "./clouds.ts";
import { polyvol } from "./polyvol.ts";

const DB = "9d21a6f0-5c3e-4b7a-8f12-6e0c4a7b1d01";

let clouds: Clouds;
beforeEach(async () => {
  clouds = await startClouds();
  clouds.ocean.seed({
    volumes: [
      { id: DB, name: "db", region: "nyc3", size_gigabytes: 10 },
      { name: "both", region: "nyc3", size_gigabytes: 10 },
    ],
    snapshots: [{ id: "4c0de1f2-0000-4000-8000-000000000001", name: "before", resource_id: DB }],
  });
  clouds.samsung.seed({ volumes: [{ name: "erp" }, { name: "both" }] });
});
afterEach(() => clouds.close());

const changes = (): number =>
  [clouds.ocean, clouds.samsung].flatMap(({ log }) => log.entries()).filter(({ method }) => method !== "GET")
    .length;

test("a name that one cloud has needs no --cloud: read, changed, snapshotted, held, restored, deleted", async () => {
  expect((await clouds.run("volumes get erp")).out).toMatch(/^cloud +samsung\nname +erp\n/);
  expect((await clouds.run("volumes resize db 20")).out).toMatch(/^cloud +ocean\n.*\nsize +20 GiB\n/s);
  expect((await clouds.run("snapshots create erp nightly")).out).toMatch(/^cloud +samsung\n/);
  const readsOfOne = (): number =>
    clouds.ocean.log.entries().filter(({ target }) => /^\/v2\/volumes\/[-0-9a-f]{36}$/.test(target)).length;
  const before = readsOfOne();
  const got = (await clouds.run("snapshots get before --volume db")).out;
  expect(readsOfOne(), "the volume is known by its name already").toBe(before);
  expect(got).toMatch(/^cloud +ocean\n.*\nof volume +db \([-0-9a-f]{36}\)\n/s);
  expect((await clouds.run("backup hold nightly --volume erp")).out).toMatch(/\nsamsung +nightly +held /);
  const restored = (await clouds.run("backup restore --volume db --as db-2")).out;
  expect(restored).toMatch(/^cloud +ocean\n.*\nfrom snapshot +before \([-0-9a-f]{36}\)\n/s);
  expect((await clouds.run("volumes delete db-2 --yes")).code).toBe(0);
  expect(await clouds.run("volumes get db-2")).toMatchObject({
    code: 1,
    err: expect.stringContaining("volume db-2: not found on ocean, samsung (not_found)"),
  });
});

test("an empty text, as of a variable that is not set, names nothing, and no cloud is asked", async () => {
  clouds.ocean.log.clear();
  const empty = async (...words: string[]): Promise<unknown> => {
    const { code, err } = await polyvol(words, { cwd: clouds.folder, env: ENV });
    return { code, err };
  };
  const found = (what: string): unknown => ({
    code: 2,
    err: expect.stringContaining(`error: ${what}: found an empty text; allowed: a name or an id.\n`),
  });
  expect(await empty("volumes", "get", "")).toEqual(found("a volume"));
  expect(await empty("volumes", "delete", "", "--yes")).toEqual(found("a volume"));
  expect(await empty("snapshots", "get", "")).toEqual(found("a snapshot"));
  expect(await empty("snapshots", "get", "", "--volume", "erp")).toEqual(found("a snapshot"));
  expect(await empty("backup", "drill", "--volume", "")).toEqual(found("--volume"));
  expect(await empty("backup", "restore", "--snapshot", "", "--as", "x")).toEqual(found("--snapshot"));
  const server = ["--volume", "db", "--server", "", "--check", "true"];
  expect(await empty("backup", "drill", ...server)).toEqual({
    code: 2,
    err: expect.stringContaining("Give the id of a server."),
  });
  expect(clouds.ocean.log.entries()).toEqual([]);
});

test.each([
  "volumes create again --from-snapshot 4c0de1f2",
  "backup restore --snapshot 4c0de1f2 --as again",
  "backup restore --snapshot 4c0de1f2 --as again --cloud ocean",
  "backup restore --snapshot before --volume db --as again",
  "backup drill --snapshot 4c0de1f2",
])("%s takes a snapshot as tables show it", async (command) => {
  const { code, out, err } = await clouds.run(command);
  expect(code, err).toBe(0);
  expect(out).toMatch(/^cloud +ocean\n/);
  expect(out).toMatch(/\n(?:from )?snapshot +(?:before|4c0de1f2)/);
});

test("a snapshot that cannot be told is refused before anything is made", async () => {
  const before = changes();
  const [name, short] = await Promise.all([
    clouds.run("backup restore --snapshot before --as again"),
    clouds.run("backup drill --snapshot 4c0de1f3 --cloud ocean"),
  ]);
  expect(name).toMatchObject({ code: 2, err: expect.stringContaining("say whose it is with --volume") });
  expect(short).toMatchObject({ code: 1, err: expect.stringContaining("has an id that begins with") });
  expect(changes()).toBe(before);
});

test("a name that several have is refused, and nothing is done", async () => {
  const before = changes();
  const [deleted, several, missing] = await Promise.all([
    clouds.run("volumes delete both --yes"),
    clouds.run("volumes delete db erp --yes"),
    clouds.run("volumes delete nothing --yes"),
  ]);
  expect(deleted).toMatchObject({ code: 2, out: "" });
  expect(deleted.err).toBe("error: volume both: found on ocean and samsung. Choose one with --cloud.\n");
  expect(several.err).toBe("error: volumes db, erp: found on ocean and samsung. Choose one with --cloud.\n");
  expect(missing).toEqual({
    code: 0,
    out: "",
    err: "volume nothing on ocean, samsung: not there, nothing to delete\n",
  });
  expect(changes()).toBe(before);
});

test("a cloud that cannot be seen may have the name, too: nothing is done", async () => {
  const before = changes();
  const wrong = { ...ENV, SECRET: "wrong" };
  const refused = await clouds.run("volumes delete db --yes", wrong);
  expect(refused).toMatchObject({ code: 1, out: "" });
  expect(refused.err).toMatch(
    /^error: volume db: whether it is on samsung beside ocean could not be seen; nothing was done: samsung-scp .*\nnext: +say which cloud is meant: --cloud ocean\n$/,
  );
  expect((await clouds.run("volumes get nothing", wrong)).err).toMatch(
    /^error: volume nothing: whether it is on samsung could not be seen; .*\nnext: .* polyvol clouds check --cloud samsung\n$/,
  );
  expect(changes()).toBe(before);
  expect((await clouds.run("volumes delete db --cloud ocean --yes", wrong)).code).toBe(0);
});

test("POLYVOL_CLOUD is the default of --cloud; policies say themselves which clouds they are about", async () => {
  const env = { ...ENV, POLYVOL_CLOUD: "samsung" };
  expect((await clouds.run("volumes get both", env)).out).toMatch(/^cloud +samsung\n/);
  expect((await clouds.run("volumes list", env)).out).not.toContain("ocean");
  expect((await clouds.run("volumes get db --cloud ocean", env)).out).toMatch(/^cloud +ocean\n/);
  expect((await clouds.run("volumes create new --size 16", env)).out).toMatch(/^cloud +samsung\n/);
  expect(await clouds.run("volumes list", { ...ENV, POLYVOL_CLOUD: "osean" })).toEqual({
    code: 2,
    out: "",
    err: 'error: POLYVOL_CLOUD: found no cloud "osean"; allowed: ocean, samsung. Did you mean "ocean"?\n',
  });
});

test("the beginning of an id, as tables show it, names the one that begins so", async () => {
  expect((await clouds.run("volumes get 9d21a6f0")).out).toMatch(/\nname +db\n/);
  expect((await clouds.run("snapshots get 4C0DE1F2")).out).toMatch(/\nname +before\n/);
  clouds.ocean.seed({
    volumes: [{ id: DB.replace("5c3e", "5c3f"), name: "db-3", region: "nyc3", size_gigabytes: 10 }],
  });
  expect(await clouds.run("volumes get 9d21a6f0")).toMatchObject({
    code: 2,
    err: 'error: the ids of 2 volumes begin with "9d21a6f0": give more of it.\n',
  });
  expect((await clouds.run("volumes get 9d21a6f0-5c3f")).out).toMatch(/\nname +db-3\n/);
  expect((await clouds.run("snapshots get 00000000")).err).toContain("snapshot 00000000: not found on");
});

test("snapshots of a volume that is gone are not called deleted where its cloud is not known", async () => {
  const gone = "11111111-2222-4333-8444-555555555555";
  const { code, err } = await clouds.run(`volumes delete ${gone} --delete-snapshots --yes`);
  expect(code).toBe(2);
  expect(err).toContain("what a volume that is gone has left is deleted where --cloud says that it was");
});
