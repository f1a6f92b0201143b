import { connect, isConfigError, loadConfig, parseConfig } from "@polyvol/config";
import { isPolyvolError } from "@polyvol/core";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { configText, type Emulated, ENVIRONMENT, startEmulators } from "./emulated.ts";
import { errorOf, folderWith, messageOf } from "./support.ts";

let emulated: Emulated;
beforeAll(async () => {
  emulated = await startEmulators();
});
afterAll(() => emulated.close());
afterEach(() => vi.unstubAllEnvs());

const written = (): Promise<string> =>
  folderWith({ "polyvol.config.yaml": configText(emulated), "secret-key": "S\n" });

test("one file, two clouds, the same calls", async () => {
  const seen: string[] = [];
  const config = await loadConfig({ cwd: await written() });
  const clouds = await connect(config, {
    environment: ENVIRONMENT,
    onEvent: (event, cloud) => event.type === "request" && seen.push(`${cloud} ${event.provider}`),
  });
  const names = await Promise.all(
    [...clouds].map(async ([name, storage]) => [
      name,
      (await storage.volumes.list().toArray()).map((one) => one.name),
    ]),
  );
  expect(names.map(([name, list]) => [name, [...(list ?? [])].sort()])).toEqual([
    ["ocean", ["db", "web"]],
    ["samsung", ["erp", "mail"]],
  ]);
  expect(new Set(seen)).toEqual(new Set(["ocean digitalocean", "samsung samsung-scp"]));
  expect(clouds.named("ocean")).toBe(clouds.get("ocean"));
});

test("an unknown cloud lists the known ones", async () => {
  const folder = await written();
  const config = await loadConfig({ cwd: folder });
  const clouds = await connect(config, { environment: ENVIRONMENT, only: ["ocean"] });
  expect([...clouds.keys()]).toEqual(["ocean"]);
  const unknown = await errorOf(Promise.resolve().then(() => clouds.named("oecan")));
  // It may go to whoever asked: nothing of the file is in it.
  expect(isPolyvolError(unknown, "not_found") && unknown.message).toBe(
    'there is no cloud "oecan"; there are: ocean. Did you mean "ocean"? (not_found)',
  );
  expect(await messageOf(connect(config, { only: ["x"] }))).toContain(
    'found no cloud "x"; allowed: ocean, samsung',
  );
});

test("missing variables and files of all clouds are told at once, with cloud, path and line", async () => {
  const folder = await folderWith({ "polyvol.config.yaml": configText(emulated) });
  const config = await loadConfig({ cwd: folder });
  const samsung = connect(config, { environment: { ACCESS: "" }, only: ["samsung"] });
  expect((await messageOf(samsung, folder)).split("\n")).toHaveLength(2);
  const both = connect(config, { environment: { ACCESS: "" } });
  expect((await messageOf(both, folder)).split("\n")).toEqual([
    "polyvol.config.yaml:5:29: clouds.ocean.credentials.token.env: found OCEAN_TOKEN, which is not set; allowed: an environment variable that holds the credential. Set it: export OCEAN_TOKEN=…",
    "polyvol.config.yaml:10:33: clouds.samsung.credentials.accessKey.env: found ACCESS, which is empty; allowed: an environment variable that holds the credential. Set it: export ACCESS=…",
    "polyvol.config.yaml:10:61: clouds.samsung.credentials.secretKey.file: found secret-key, which does not exist; allowed: a readable file that holds the credential",
  ]);
});

test("the end of a line that a secret store leaves in a variable is no part of the credential", async () => {
  const folder = await folderWith({ "polyvol.config.yaml": configText(emulated) });
  const config = await loadConfig({ cwd: folder });
  const environment = { ...ENVIRONMENT, OCEAN_TOKEN: ` ${ENVIRONMENT.OCEAN_TOKEN}\n` };
  const clouds = await connect(config, { environment, only: ["ocean"] });
  expect(await clouds.named("ocean").volumes.list().toArray()).toBeInstanceOf(Array);
  const blank = connect(config, { environment: { ...ENVIRONMENT, OCEAN_TOKEN: " \n" }, only: ["ocean"] });
  expect(await messageOf(blank, folder)).toContain("found OCEAN_TOKEN, which is empty");
});

test("without credentials the adapters' own variables are used", async () => {
  const config = parseConfig({
    clouds: {
      ocean: { provider: "digitalocean", options: { baseUrl: emulated.ocean } },
      samsung: { provider: "samsung-scp", options: { baseUrl: emulated.samsung } },
    },
  });
  for (const [name, value] of Object.entries({
    DIGITALOCEAN_TOKEN: "",
    DIGITALOCEAN_ACCESS_TOKEN: "T",
    SCP_ACCESS_KEY: "A",
    SCP_SECRET_KEY: "S",
    SCP_REGION: "kr-west1",
    SCP_ENVIRONMENT: "e",
  })) {
    vi.stubEnv(name, value);
  }
  for (const storage of (await connect(config)).values()) await storage.checkHealth();
  vi.stubEnv("SCP_SECRET_KEY", "");
  const message = await messageOf(connect(config));
  expect(message).toContain(
    "configuration: clouds.samsung.credentials.secretKey: found nothing; allowed: { env: NAME } or { file: PATH }; " +
      "set it or the environment variable SCP_SECRET_KEY",
  );
});

test("what an adapter refuses is told where it stands", async () => {
  const folder = await folderWith({
    "polyvol.config.yaml": [
      "clouds:",
      "  ocean:",
      "    provider: digitalocean",
      "    credentials: { token: { env: OCEAN_TOKEN } }",
      "  samsung:",
      "    provider: samsung-scp",
      "    region: kr-west1",
      "    credentials: { accessKey: { env: OCEAN_TOKEN }, secretKey: { file: empty } }",
      "  stack:",
      "    provider: openstack",
      "    credentials: { password: { env: ACCESS } }",
      "    options:",
    ].join("\n"),
    empty: "",
  });
  const config = await loadConfig({ cwd: folder });
  const environment = { ...ENVIRONMENT, OCEAN_TOKEN: "Bearer T" };
  for (const name of ["OS_AUTH_URL", "OS_CLOUD"]) vi.stubEnv(name, "");
  expect((await messageOf(connect(config, { environment }), folder)).split("\n")).toEqual([
    "polyvol.config.yaml:4:29: clouds.ocean.credentials.token.env: found OCEAN_TOKEN, whose value cannot be one, as with white space in it; allowed: an environment variable that holds the credential and nothing else",
    "polyvol.config.yaml:8:66: clouds.samsung.credentials.secretKey.file: found empty, which is empty; allowed: a readable file that holds the credential",
    expect.stringMatching(
      /^polyvol\.config\.yaml:12:5: clouds\.stack\.options\.authUrl: found nothing; allowed: an https URL/,
    ),
  ]);
});

test("every credential that an adapter refuses is told, each at its place", async () => {
  const config = parseConfig({
    clouds: {
      samsung: {
        provider: "samsung-scp",
        region: "kr-west1",
        credentials: { accessKey: { env: "FIRST" }, secretKey: { env: "SECOND" } },
      },
    },
  });
  const message = await messageOf(connect(config, { environment: { FIRST: "a b", SECOND: "c d" } }));
  expect(message).toContain(
    "clouds.samsung.credentials.accessKey.env: found FIRST, whose value cannot be one",
  );
  expect(message).toContain(
    "clouds.samsung.credentials.secretKey.env: found SECOND, whose value cannot be one",
  );
});

test("wrong credentials are found out by the first request", async () => {
  const clouds = await connect(await loadConfig({ cwd: await written() }), {
    environment: { OCEAN_TOKEN: "wrong", ACCESS: "wrong" },
  });
  for (const storage of clouds.values()) {
    const error = await errorOf(storage.volumes.list().toArray());
    expect(isPolyvolError(error, "unauthenticated")).toBe(true);
  }
});

test("a file that is replaced takes effect at the next request", async () => {
  const token = { "polyvol.config.yaml": "", token: "wrong" };
  const folder = await folderWith(token);
  const config = parseConfig(
    {
      clouds: {
        ocean: {
          provider: "digitalocean",
          credentials: { token: { file: "token" } },
          options: { baseUrl: emulated.ocean },
        },
      },
    },
    { directory: folder },
  );
  const storage = (await connect(config)).named("ocean");
  expect(isPolyvolError(await errorOf(storage.checkHealth()), "unauthenticated")).toBe(true);
  const { writeFile } = await import("node:fs/promises");
  await writeFile(`${folder}/token`, "T\n");
  await expect(storage.checkHealth()).resolves.toBeDefined();
});

test("each by itself: what one lacks does not keep the others away", async () => {
  const config = await loadConfig({ cwd: await written() });
  const clouds = await connect(config, {
    environment: { ...ENVIRONMENT, OCEAN_TOKEN: "" },
    onError: "collect",
  });
  expect([...clouds.keys()]).toEqual(["ocean", "samsung"]);
  expect(String(clouds.get("ocean"))).toContain("clouds.ocean.credentials.token.env: found OCEAN_TOKEN");
  expect(isConfigError(clouds.get("ocean"))).toBe(true);
  const samsung = clouds.get("samsung");
  if (samsung === undefined || samsung instanceof Error) throw new Error("samsung is not connected");
  expect(await samsung.volumes.list().toArray()).toHaveLength(2);
  expect([
    ...(await connect(config, { environment: ENVIRONMENT, only: ["samsung"], onError: "collect" })).keys(),
  ]).toEqual(["samsung"]);
  expect(await messageOf(connect(config, { only: ["x"], onError: "collect" }))).toContain(
    'found no cloud "x"',
  );
});

test("what is no configuration, and no options, is told as that", async () => {
  const path = "other.yaml";
  expect(await messageOf(loadConfig(path as never))).toBe(
    "configuration: options: found a text; allowed: an object. Write { path: … }",
  );
  const promise = loadConfig({ cwd: await written() });
  expect(await messageOf(connect(promise as never))).toBe(
    "configuration: config: found a promise; allowed: what loadConfig gives once it is awaited, or parseConfig",
  );
  await promise;
});
