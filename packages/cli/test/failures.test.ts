import { afterAll, beforeAll, expect, test } from "vitest";
import { type Clouds, ENV, startClouds } from "./clouds.ts";

let clouds: Clouds;
beforeAll(async () => {
  clouds = await startClouds({ durations: { volumeCreate: 3_600_000 } });
  const volumes = Array.from({ length: 400 }, (_, index) => ({
    name: `volume-${index}`,
    region: "nyc3",
    size_gigabytes: 10,
  }));
  clouds.ocean.seed({ volumes });
  clouds.samsung.seed({ volumes: [{ name: "erp" }] });
});
afterAll(() => clouds.close());

function expectNoSecret(text: string): void {
  for (const secret of Object.values(ENV)) expect(text).not.toContain(secret);
}

test.concurrent("a wrong token and a wrong signature: the other cloud is still shown", async () => {
  const [token, change, key] = await Promise.all([
    clouds.run("volumes list", { ...ENV, TOKEN: "wrong-token" }),
    clouds.run("volumes create new --size 10 --cloud ocean -c ./polyvol.config.yaml -o json", {
      ...ENV,
      TOKEN: "wrong-token",
    }),
    clouds.run("volumes list --limit 1", { ...ENV, SECRET: "wrong-key" }),
  ]);
  expect(token.code).toBe(1);
  expect(token.out).toContain("samsung  erp");
  expect(token.err).toMatch(
    /^error: ocean: digitalocean volumes\.list: .*\(unauthenticated, .*request .*\)\n/,
  );
  expect(token.err).toContain(
    "next:  check the variable or file that the credentials come from, then: polyvol clouds check --cloud ocean\n",
  );
  expect(token.err).not.toContain("wrong-token");
  // What is done on one cloud says, too, which that is.
  expect(JSON.parse(change.err.split("\n").at(-2) ?? "")).toMatchObject({
    error: {
      cloud: "ocean",
      next: expect.stringMatching(/: polyvol clouds check --cloud ocean -c \.\/polyvol\.config\.yaml$/),
    },
  });
  expect(key.code).toBe(1);
  expect(key.out).toContain("ocean  volume-");
  expect(key.err).toMatch(/^error: samsung: samsung-scp volumes\.list: .*\(unauthenticated/);
  expect(key.err).not.toContain("wrong-key");
});

test.concurrent("a missing credential and an unknown cloud", async () => {
  const { TOKEN: _, ...rest } = ENV;
  const [missing, unknown, several] = await Promise.all([
    clouds.run("clouds check", rest),
    clouds.run("volumes list --cloud samsnug"),
    clouds.run("volumes list --cloud ocean,samsung"),
  ]);
  expect(missing.code).toBe(1 + 1);
  expect(missing.out).toMatch(/\nocean +digitalocean +configuration\nsamsung +samsung-scp +ok /);
  expect(missing.err).toMatch(
    /^error: .*polyvol\.config\.yaml:5:29: clouds\.ocean\.credentials\.token\.env: found TOKEN, which is not set; .*export TOKEN=…\n$/,
  );
  expect(unknown).toMatchObject({ code: 2, out: "" });
  expect(unknown.err).toBe(
    'error: --cloud: found no cloud "samsnug"; allowed: ocean, samsung. Did you mean "samsung"?\n',
  );
  expect(several).toMatchObject({
    code: 2,
    err: 'error: --cloud: found no cloud "ocean,samsung"; allowed: ocean, samsung. Several are named one by one: --cloud ocean --cloud samsung\n',
  });
});

test.concurrent("a malformed configuration, a missing one, and an unknown provider", async () => {
  await clouds.write("bad.yaml", "clouds: { a: { provider: nope } }\n");
  await clouds.write("broken.yaml", "clouds: { a: {\n");
  const [bad, broken, none] = await Promise.all([
    clouds.run("volumes list -c bad.yaml"),
    clouds.run("volumes list --config broken.yaml"),
    clouds.run("volumes list --config none.yaml"),
  ]);
  expect([bad.code, broken.code, none.code]).toEqual([2, 2, 2]);
  expect(bad.err).toBe(
    'error: bad.yaml:1:16: clouds.a.provider: found "nope"; allowed: digitalocean, samsung-scp, openstack, or package:NAME for a driver from elsewhere\n',
  );
  expect(broken.err).toMatch(/^error: broken\.yaml:\d+:\d+: found text that is not YAML/);
  expect(none.err).toBe("error: none.yaml: found no such file; allowed: a readable file\n");
});

test.concurrent("what a provider forbids is refused before any request", async () => {
  const before = clouds.samsung.log.entries().filter(({ method }) => method === "POST").length;
  const [name, size, which] = await Promise.all([
    clouds.run("volumes create x! --size 10 --cloud samsung"),
    clouds.run("volumes create db --size 99999 --cloud ocean"),
    clouds.run("volumes create db --size 10"),
  ]);
  expect([name.code, size.code, which.code]).toEqual([2, 2, 2]);
  expect(name.err).toContain('found "x!"');
  expect(size.err).toContain("(out_of_range)");
  expect(which.err).toBe(
    "error: this is done on one cloud, and the configuration has 2: ocean, samsung. Choose one with --cloud.\n",
  );
  expect(clouds.samsung.log.entries().filter(({ method }) => method === "POST")).toHaveLength(before);
});

test.concurrent("an unknown id, an unknown volume, and a snapshot whose volume is not said", async () => {
  const [id, volume, snapshot] = await Promise.all([
    clouds.run("volumes get 11111111-1111-4111-8111-111111111111 --cloud ocean"),
    clouds.run("snapshots list --volume nix"),
    clouds.run("snapshots get nightly --cloud ocean"),
  ]);
  expect(id.code).toBe(1);
  expect(id.err).toMatch(
    /^error: ocean: digitalocean volumes\.get volume 1{8}-.*\(not_found, .*request .*\)\nnext: /,
  );
  // As every other command says of it.
  expect(volume.code).toBe(1);
  expect(volume.err).toMatch(/^error: volume nix: not found on ocean, samsung \(not_found\)\nnext: /);
  // On a cloud that could not be seen it may be.
  const unseen = await clouds.run("snapshots list --volume nix", { ...ENV, SECRET: "wrong-key" });
  expect(unseen.code).toBe(1);
  expect(unseen.err).toMatch(/^error: samsung: .*\(unauthenticated, /);
  expect(unseen.err).not.toContain("not found");
  expect(snapshot.err).toBe(
    'error: "nightly" is no id. To name a snapshot by its name, say whose it is with --volume.\n',
  );
});

test.concurrent("output that is closed early is no error", async () => {
  const { child, ended } = clouds.start("volumes list --cloud ocean -o json");
  child.stdout?.once("data", () => child.stdout?.destroy());
  const { code, err } = await ended;
  expect({ code, err }).toEqual({ code: 0, err: "" });
});

test.concurrent("an interrupted command says what is left", async () => {
  const { child, ended, saw } = clouds.start("volumes create slow --size 16 --cloud samsung");
  await saw("slow on samsung: creating");
  child.kill("SIGINT");
  const { code, err, out } = await ended;
  expect({ code, out }).toEqual({ code: 130, out: "" });
  expect(err).toContain("Stopping; press Ctrl-C again to stop at once.\nInterrupted. What is left:\n");
  expect(err).toContain(
    "begun, and may still be completed by the cloud: creation of volume slow on samsung\n",
  );
  expectNoSecret(err);
});

test.concurrent("an emulator whose port is in use, and one that serves until it is stopped", async () => {
  const port = new URL(clouds.urls.ocean).port;
  const serving = clouds.start("emulator samsung-scp --port 0 --access-key A --secret-key S");
  const taken = await clouds.run(`emulator digitalocean --port ${port} --token T`);
  expect(taken).toMatchObject({ code: 1, out: "" });
  expect(taken.err).toContain(`port ${port} on 127.0.0.1 is in use`);
  await serving.saw("\n");
  serving.child.kill("SIGTERM");
  const { code, out } = await serving.ended;
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ provider: "samsung-scp" });
});

test.concurrent("a page in place of the service's answer: nothing is called deleted", async () => {
  const match = { method: "DELETE", path: "/v2/volumes/**" };
  clouds.ocean.faults.add({ kind: "html", status: 404, match });
  const gone = await clouds.run("volumes delete volume-7 --cloud ocean --yes");
  expect(gone.code).not.toBe(0);
  expect(gone.out).not.toContain("deleted");
  expect(gone.err).toContain("is baseUrl right?");
  expect(JSON.stringify(clouds.ocean.state())).toContain('"volume-7"');
});

test.concurrent("a base address with a path too much: the next step is the configuration, not a name", async () => {
  const { ocean } = clouds.urls;
  const place = `{ provider: digitalocean, region: nyc3, credentials: { token: { env: TOKEN } }, options: { baseUrl: "${ocean}/v3" } }`;
  await clouds.write("path.yaml", `clouds:\n  ocean: ${place}\n`);
  const { code, err } = await clouds.run("volumes list -c path.yaml");
  expect(code).toBe(1);
  expect(err).toMatch(/^error: ocean: digitalocean volumes\.list: .*\(not_found.*\n/);
  expect(err).toContain(
    "next:  a service answers a listing so where its path is another: look at options.baseUrl or authUrl",
  );
});

test.concurrent("what is wrong with a cloud, and stands in no configuration, names the cloud", async () => {
  await clouds.write("no-file.yaml", "clouds: { shop: { provider: openstack, options: { cloud: shop } } }\n");
  const { code, err } = await clouds.run("clouds check -c no-file.yaml");
  expect(err).toMatch(
    /^error: shop: configuration: found no clouds\.yaml, which is to have the cloud "shop"; /,
  );
  expect(code).toBe(2);
});
