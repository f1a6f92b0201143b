import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import {
  accountsOf,
  type ConfigInput,
  connect,
  isConfigError,
  loadConfig,
  parseConfig,
} from "@polyvol/config";
import { afterEach, expect, test } from "vitest";
import { errorOf, folderWith, messageOf } from "./support.ts";

const TWO = {
  acme: { provider: "digitalocean", credentials: { token: { env: "ACME" } } },
  bolt: {
    provider: "samsung-scp",
    region: "kr-west1",
    options: { environment: "e" },
    credentials: { accessKey: { env: "BOLT" }, secretKey: { env: "S" } },
  },
};
const BAD = { ...TWO, crab: { provider: "digitalocaen" }, "d d": { provider: "digitalocean" } };

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const answer =
  (value: unknown): RequestListener =>
  (_request, response) => {
    response.end(typeof value === "string" ? value : JSON.stringify(value));
  };

/** A program that runs this code. */
const program = (code: string): readonly [string, ...string[]] => [process.execPath, "-e", code];
const load = (clouds: unknown): ReturnType<typeof loadConfig> =>
  loadConfig({ config: { clouds } as ConfigInput });
const names = async (work: ReturnType<typeof loadConfig>): Promise<readonly string[]> => [
  ...(await work).clouds.keys(),
];

test("clouds come from a command, a file, an address and a function, and are the same", async () => {
  const folder = await folderWith({
    "clouds.json": JSON.stringify(TWO),
    "clouds.yaml": "acme: { provider: digitalocean, credentials: { token: { env: ACME } } }\n",
    "polyvol.config.yaml": "clouds: { from: { file: ./clouds.json } }\npolicies: {}\n",
    "command.yaml": `clouds: { from: { command: [${JSON.stringify(process.execPath)}, list.mjs, "a b"] } }\n`,
    "list.mjs":
      'import { readFileSync } from "node:fs"; if (process.argv[2] === "a b") console.log(readFileSync("clouds.json", "utf8"));',
    "code.mjs": 'export default { clouds: async () => ({ acme: { provider: "digitalocean" } }) };',
  });
  const url = await serve(answer(TWO));
  const file = await loadConfig({ cwd: folder });
  expect([...file.clouds.keys()]).toEqual(["acme", "bolt"]);
  expect(file.source).toMatch(/clouds\.json$/);
  expect(file.refused.size).toBe(0);
  const command = await loadConfig({ path: join(folder, "command.yaml") });
  expect(command.clouds).toEqual(file.clouds);
  const remote = await load({ from: { url } });
  expect(remote.clouds).toEqual(file.clouds);
  expect(accountsOf(remote)).toEqual(accountsOf(file));
  expect(await names(load({ from: { file: join(folder, "clouds.yaml") } }))).toEqual(["acme"]);
  expect(await names(loadConfig({ path: join(folder, "code.mjs") }))).toEqual(["acme"]);
  expect(await names(load(async () => TWO))).toEqual(["acme", "bolt"]);
});

test("one bad account stops only itself, and says where it comes from", async () => {
  const url = await serve(answer(BAD));
  const config = await load({ from: { url: `${url}/accounts?key=hidden` } });
  expect([...config.clouds.keys()]).toEqual(["acme", "bolt"]);
  expect([...config.refused].map(([name, error]) => [name, error.message.replace(url, "URL")])).toEqual([
    [
      "crab",
      'URL/accounts:1:235: clouds.crab.provider: found "digitalocaen"; allowed: digitalocean, samsung-scp, openstack, or package:NAME for a driver from elsewhere. Did you mean "digitalocean"?',
    ],
    [
      "d d",
      'URL/accounts:1:262: clouds["d d"]: found "d d"; allowed: a name of letters, digits, ., _ and -, up to 64',
    ],
  ]);
  const environment = { ACME: "t", BOLT: "a", S: "s" };
  const clouds = await connect(config, { onError: "collect", environment });
  expect([...clouds].map(([name, storage]) => [name, isConfigError(storage)])).toEqual([
    ["acme", false],
    ["bolt", false],
    ["crab", true],
    ["d d", true],
  ]);
  expect(await messageOf(connect(config, { environment }))).toContain("clouds.crab.provider");
  expect([...(await connect(config, { only: ["acme"], environment })).keys()]).toEqual(["acme"]);
  expect(await messageOf(connect(config, { only: ["x"] }))).toContain("allowed: acme, bolt, crab, d d");
  // Each is in one account, so that its problem is told once.
  expect(
    accountsOf(config)
      .flatMap((account) => account.clouds)
      .sort(),
  ).toEqual(["acme", "bolt", "crab", "d d"]);
});

test("in a file of clouds problems have their line", async () => {
  const folder = await folderWith({
    "polyvol.config.yaml": "clouds: { from: { file: ./clouds.yaml } }\n",
    "clouds.yaml": "acme:\n  provider: digitalocean\n  regoin: nyc3\n",
  });
  const { refused } = await loadConfig({ cwd: folder });
  expect(refused.get("acme")?.message).toContain("clouds.yaml:3:3: clouds.acme.regoin: found an unknown key");
});

test("ten thousand clouds are read, and what is wrong with one is told by its path", async () => {
  const one = {
    provider: "digitalocean",
    credentials: { token: { env: "TOKEN" } },
    options: { timeoutMs: 1 },
  };
  const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`account-${index}`, one]));
  const text = JSON.stringify({ ...many, wrong: { ...one, regoin: "nyc3" } });
  const folder = await folderWith({
    "polyvol.config.yaml": "clouds: { from: { file: ./clouds.json } }\n",
    "clouds.json": text,
  });
  const config = await loadConfig({ cwd: folder });
  expect([config.clouds.size, config.refused.size]).toEqual([10_000, 1]);
  expect(config.refused.get("wrong")?.message).toMatch(
    /clouds\.json: clouds\.wrong\.regoin: found an unknown key/,
  );
  expect(accountsOf(config).map((account) => account.clouds.length)).toContain(10_000);
});

test("secrets stand in no source unless the configuration permits it", async () => {
  const literal = { acme: { provider: "digitalocean", credentials: { token: "dop_v1_secret" } } };
  const url = await serve(answer(literal));
  const message = (await load({ from: { url } })).refused.get("acme")?.message;
  expect(message).toContain("clouds.acme.credentials.token: found a literal secret");
  expect(message).not.toContain("dop_v1");
  const permitted = await loadConfig({ config: { clouds: { from: { url } }, allowLiteralSecrets: true } });
  expect([...permitted.clouds.keys()]).toEqual(["acme"]);
});

test("what comes over the network does not choose the code that runs", async () => {
  const elsewhere = { acme: { provider: "package:left-pad" } };
  const url = await serve(answer(elsewhere));
  expect((await load({ from: { url } })).refused.get("acme")?.message).toContain(
    'clouds.acme.provider: found "package:left-pad", which runs that package\'s code; allowed: packages only from what lies on this machine',
  );
  expect(await names(load(() => elsewhere))).toEqual(["acme"]);
});

test("headers come from references, and go to this address alone", async () => {
  const seen: unknown[] = [];
  const other = await serve((request, response) => {
    seen.push(request.url);
    response.end("{}");
  });
  const url = await serve((request, response) => {
    seen.push(request.headers.authorization);
    if (request.url !== "/moved") response.end(JSON.stringify(TWO));
    else response.writeHead(302, { location: `${other}/elsewhere` }).end();
  });
  const headers = { Authorization: { env: "INVENTORY" } };
  const environment = { INVENTORY: "Bearer secret-of-inventory" };
  const from = { url, headers };
  expect(await names(loadConfig({ config: { clouds: { from } }, environment }))).toEqual(["acme", "bolt"]);
  const moved = loadConfig({ config: { clouds: { from: { url: `${url}/moved`, headers } } }, environment });
  expect(await messageOf(moved)).toContain("/moved, which answers 302, which is not followed elsewhere");
  expect(seen).toEqual(["Bearer secret-of-inventory", "Bearer secret-of-inventory"]);
  expect(await messageOf(loadConfig({ config: { clouds: { from } }, environment: {} }))).toContain(
    "clouds.from.headers.Authorization.env: found INVENTORY, which is not set",
  );
  const line = loadConfig({ config: { clouds: { from } }, environment: { INVENTORY: "a\nb" } });
  expect(await messageOf(line)).toContain("headers.Authorization: found what cannot stand in a header");
  const literal = load({ from: { url, headers: { Authorization: "Bearer x" } } });
  expect(await messageOf(literal)).toContain("clouds.from.headers.Authorization: found a literal secret");
});

const NOT_NONE = ". Nothing was done: a source that fails does not mean that there are no clouds";

test.each<readonly [string, unknown, string]>([
  ["ends with another status", program("console.log('{}'); process.exit(3)"), "which ended with 3"],
  ["is not there", ["./no-such-program"], "which cannot be started (ENOENT)"],
  ["writes nothing", program(""), "which writes an empty file"],
  ["writes no JSON", program("console.log('secret: token')"), "which writes text that is not JSON"],
  [
    "writes Latin-1",
    program(`process.stdout.write(Buffer.from('{"caf\\xe9": {}}', "latin1"))`),
    "which writes bytes that are not UTF-8",
  ],
  ["writes a list", program("console.log('[]')"), "which gives a list"],
  ["writes no cloud", program("console.log('{}')"), "which gives no cloud"],
  ["writes a name twice", program(`console.log('{"a":1,"a":2}')`), "which writes "],
])("a command that %s means nothing about the clouds", async (_name, command, found) => {
  const error = await errorOf(load({ from: { command } }));
  expect(isConfigError(error) && error.message).toContain(found);
  expect(error).toMatchObject({ retryable: true });
  expect(String(error)).toContain(NOT_NONE);
  expect(String(error)).not.toContain("secret: token");
});

test("a command that does not end is killed, one that does not stop writing is, too", async () => {
  const endless = load({ from: { command: program("setInterval(() => {}, 1e6)"), timeoutMs: 300 } });
  expect(await messageOf(endless)).toContain("which took longer than 300 ms and was killed");
  const flood = program("const a = 'x'.repeat(1e6); for (let i = 0; i < 40; i += 1) process.stdout.write(a)");
  expect(await messageOf(load({ from: { command: flood } }))).toContain("which writes more than 16 MiB");
});

test("a command is run only from a file that is named", async () => {
  const folder = await folderWith({
    "polyvol.config.yaml": "clouds:\n  from:\n    command: [touch, ran]\n",
  });
  expect(await messageOf(loadConfig({ cwd: folder }), folder)).toContain(
    "polyvol.config.yaml:3:5: clouds.from.command: found a command; allowed: commands only in a file that is named",
  );
});

test.each<readonly [string, RequestListener, string]>([
  ["refuses", (_request, response) => void response.writeHead(503).end("{}"), "which answers 503"],
  ["answers no JSON", answer("<html>"), "which answers with text that is not JSON"],
  [
    "answers Latin-1",
    (_request, response) => void response.end(Buffer.from('{"caf\xe9": {}}', "latin1")),
    "which answers with bytes that are not UTF-8",
  ],
  ["answers nothing", answer(""), "which answers with an empty file"],
  ["answers no cloud", answer({}), "which gives no cloud"],
  ["answers a list", answer([]), "which gives a list"],
  ["breaks off", (request) => void request.socket.destroy(), "which cannot be reached"],
  [
    "answers without an end",
    (_request, response) => {
      const chunk = "x".repeat(1 << 20);
      const more = (): void => void (response.destroyed || response.write(chunk, more));
      more();
    },
    "which answers with more than 16 MiB",
  ],
])("an address that %s means nothing about the clouds", async (_name, listener, found) => {
  const error = await errorOf(load({ from: { url: await serve(listener) } }));
  expect(isConfigError(error) && error.message).toContain(found);
  expect(error).toMatchObject({ retryable: true });
  expect(String(error)).toContain(NOT_NONE);
});

test("an address that does not answer is given up, and at the abort at once", async () => {
  const url = await serve(() => undefined);
  expect(await messageOf(load({ from: { url, timeoutMs: 200 } }))).toContain("which took longer than 200 ms");
  const reason = new Error("stopped");
  const clouds = { from: { url } };
  expect(await errorOf(loadConfig({ config: { clouds }, abortSignal: AbortSignal.abort(reason) }))).toBe(
    reason,
  );
});

test.each([
  ["http://example.com/clouds", "found http://example.com; allowed: an https URL"],
  ["https://user:secret@example.com/", "found a URL with a user name or a password"],
  ["file:///etc/passwd", "found file://; allowed: an https URL"],
  ["clouds.example", "found a text that is no URL"],
])("an address like %s is refused", async (url, message) => {
  const text = await messageOf(load({ from: { url } }));
  expect(text).toContain(message);
  expect(text).not.toContain("secret@");
});

test.each<readonly [string, unknown, string]>([
  ["nothing in it", {}, "clouds.from: found a mapping; allowed: one of command, file and url"],
  ["two at once", { file: "a.json", url: "https://a.example" }, "allowed: one of command, file and url"],
  [
    "an unknown key",
    { ulr: "x" },
    'clouds.from.ulr: found an unknown key; allowed: command, file, url, headers, timeoutMs. Did you mean "url"?',
  ],
  ["a text", "x", "clouds.from: found a text; allowed: a mapping with command, file or url"],
  [
    "a command line",
    { command: "list --all" },
    "clouds.from.command: found a text; allowed: a list of texts: the program and its arguments",
  ],
  [
    "a command with a NUL",
    { command: ["list", "a\0b"] },
    "clouds.from.command[1]: found a text; allowed: a text without NUL (\\u0000), which no program can be given",
  ],
  [
    "an empty command",
    { command: [] },
    "clouds.from.command: found a list; allowed: a list of texts: the program and its arguments",
  ],
  [
    "another kind of file",
    { file: "a.txt" },
    "clouds.from.file: found a text; allowed: the path of a file that ends in .yaml, .yml or .json",
  ],
  [
    "a wrong time",
    { url: "https://a.example", timeoutMs: 0 },
    "allowed: a whole number of milliseconds from 1 to 600,000",
  ],
  ["headers of a file", { file: "a.json", headers: {} }, "allowed: headers only with url"],
  [
    "a missing file",
    { file: "no-such.json" },
    "no-such.json, which does not exist; allowed: a readable file with clouds",
  ],
])("a source with %s is refused in words", async (_name, from, message) => {
  const error = await errorOf(load({ from }));
  expect(String(error)).toContain(message);
  expect(error).toMatchObject({ retryable: false });
});

test("beside a source nothing else stands; a cloud may be called from", async () => {
  const beside = { from: { file: "a.json" }, main: { provider: "digitalocean" } };
  expect(await messageOf(load(beside))).toContain("clouds.main: found an unknown key; allowed: from");
  expect(await names(load({ from: { provider: "digitalocean" } }))).toEqual(["from"]);
});

test("a source is waited for, so that parseConfig names what does", async () => {
  const clouds = async (): Promise<typeof TWO> => TWO;
  expect(() => parseConfig({ clouds })).toThrow("loadConfig({ config })");
  const failing = load(() => {
    throw new Error("no database\nat line 1");
  });
  expect(await messageOf(failing)).toContain("clouds: found a function that fails: no database; allowed");
  expect(await messageOf(load(() => undefined))).toContain("clouds(), which gives nothing");
});
