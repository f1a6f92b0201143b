import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { type CommandIo, runEmulatorCommand } from "../../src/command.ts";

const directory = mkdtempSync(join(tmpdir(), "emulator-"));
afterAll(() => rmSync(directory, { recursive: true }));

function file(name: string, content: unknown): string {
  const path = join(directory, name);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

interface Result {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

type Use = (url: string) => Promise<void>;

/** Runs a command line in this process; while the server is up, `use` gets its URL. */
async function run(args: readonly string[], use?: Use, env: Record<string, string> = {}): Promise<Result> {
  let out = "";
  let err = "";
  const io: CommandIo = {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    env,
    untilStopped: async () => use?.(JSON.parse(out).url),
  };
  const code = await runEmulatorCommand(args, io);
  return { code, out, err };
}

const get = async (url: string, path: string, token = "T"): Promise<Response> =>
  fetch(url + path, { headers: { authorization: `Bearer ${token}` } });

const post = (url: string, path: string, body: unknown, token = "T"): Promise<Response> =>
  fetch(url + path, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });

/** What comes of snapshots of one name, one of each of two volumes. */
async function snapshotStatuses(url: string, token: string): Promise<number[]> {
  const listed = await (await get(url, "/v2/volumes?per_page=2", token)).json();
  const { volumes } = listed as { volumes: { id: string }[] };
  const statuses: number[] = [];
  for (const { id } of volumes)
    statuses.push((await post(url, `/v2/volumes/${id}/snapshots`, { name: "s" }, token)).status);
  return statuses;
}

describe("help", () => {
  test.each([["--help"], ["-h"], ["help"]])("in general, with %s", async (flag) => {
    const { code, out } = await run([flag]);
    expect(code).toBe(0);
    for (const text of ["digitalocean", "samsung-scp", "[options]", "Examples:"]) expect(out).toContain(text);
  });

  test("of a provider", async () => {
    const { code, out } = await run(["digitalocean", "--help"]);
    expect(code).toBe(0);
    for (const text of [
      "--droplet <id:region>",
      "--quota-per-minute",
      "--snapshot-interval <time>     between snapshots of a volume, 0s: off; default",
      '(choices: "volume", "account", "none")',
      "--options <file>",
      "--port <n>",
      "POLYVOL_EMULATOR_TOKENS",
    ]) {
      expect(out).toContain(text);
    }
  });
});

describe("a wrong command line", () => {
  test.each([
    [[], /^Serves an emulator/],
    [["amazon"], /unknown provider "amazon"; known: digitalocean, openstack, samsung-scp/],
    [["toString"], /unknown provider/],
    [["digitalocean", "--frobnicate"], /--frobnicate/],
    [["digitalocean", "--port"], /--port/],
    [["digitalocean", "--port", "x"], /--port takes a whole number of 0 or more, not "x"/],
    [["digitalocean", "--port", "70000"], /--port takes a number up to 65535/],
    [["digitalocean", "--droplet", "web"], /--droplet takes ID:REGION such as 1001:nyc3, not "web"/],
    [["digitalocean", "--droplet", "1:mars1"], /"mars1", which is no region; known: ams1/],
    [["digitalocean", "--latency", "fast"], /--latency takes a time such as 20ms/],
    [["digitalocean", "--clock", "sand"], /--clock takes virtual or real, not "sand"/],
    [["digitalocean", "--start", "2026-01-01T00:00:00Z"], /--start needs --clock virtual/],
    [["digitalocean", "--clock", "virtual", "--start", "soon"], /--start takes a time/],
    [["digitalocean", "--snapshot-name-scope", "region"], /--snapshot-name-scope takes volume, account or/],
    [["digitalocean", "--errored-actions", "format"], /--errored-actions takes attach,detach,resize/],
    [["digitalocean", "--public-url", "here"], /--public-url takes a URL/],
    [["digitalocean", "--token", ""], /--token must not be empty/],
    [["digitalocean", "--seed", join(directory, "absent.json")], /--seed: cannot read .* \(ENOENT\)/],
    [["digitalocean", "extra"], /extra/],
  ])("%j ends with 2 and one clear line", async (args, message) => {
    const { code, out, err } = await run(args);
    expect([code, out]).toEqual([2, ""]);
    expect(err.split("\n").find((line) => message.test(line))).toBeDefined();
  });

  test("names the place in a file that is wrong", async () => {
    const broken = await run(["digitalocean", "--seed", file("broken.json", "{")]);
    expect([broken.code, broken.err]).toEqual([
      2,
      expect.stringMatching(/--seed: .*broken\.json is not JSON/),
    ]);
    const seed = await run([
      "digitalocean",
      "--seed",
      file("seed.json", { volumes: [{ name: "a", region: "nyc3" }] }),
    ]);
    expect([seed.code, seed.err]).toEqual([2, expect.stringContaining("seed.volumes[0].size_gigabytes")]);
    const faults = await run(["digitalocean", "--faults", file("faults.json", [{ kind: "explode" }])]);
    expect([faults.code, faults.err]).toEqual([
      2,
      expect.stringContaining("faults[0].kind: must be one of refuse"),
    ]);
  });
});

describe("a running server", () => {
  test("says where it is, as JSON in the first line, and ends with 0", async () => {
    const { code, out } = await run(["digitalocean", "--token", "T"], async (url) => {
      expect((await get(url, "/v2/account")).status).toBe(200);
      expect((await get(url, "/v2/account", "U")).status).toBe(401);
    });
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({
      provider: "digitalocean",
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    });
  });

  test("of OpenStack also says where its identity service is", async () => {
    const { out } = await run(["openstack", "--user", "demo:secret:demo"], async (url) => {
      expect((await fetch(`${url}/identity/v3`)).status).toBe(200);
    });
    const { url, authUrl } = JSON.parse(out);
    expect(authUrl).toBe(`${url}/identity/v3`);
  });

  test("ends with 1 and one line when the port is in use", async () => {
    await run(["digitalocean", "--token", "T"], async (url) => {
      const { port } = new URL(url);
      const { code, out, err } = await run(["digitalocean", "--token", "T", "--port", port]);
      expect([code, out]).toEqual([1, ""]);
      expect(err).toBe(
        `error: port ${port} on 127.0.0.1 is in use; choose another (--port 0 takes a free one)\n`,
      );
    });
  });

  test("takes tokens with scopes, from options and from the environment, and any when there is none", async () => {
    const scoped = ["--token", "R=read", "--token", "V=block_storage:read,tag:read", "--token", "odd=="];
    const env = { POLYVOL_EMULATOR_TOKENS: "E  F=read" };
    await run(
      ["digitalocean", ...scoped],
      async (url) => {
        for (const token of ["R", "V", "odd==", "E", "F"])
          expect((await get(url, "/v2/volumes", token)).status).toBe(200);
        expect((await get(url, "/v2/account", "V")).status).toBe(403);
        expect((await get(url, "/v2/account", "V=block_storage:read,tag:read")).status).toBe(401);
      },
      env,
    );
    const { err } = await run(["digitalocean"], async (url) => {
      expect((await get(url, "/v2/account", "anything")).status).toBe(200);
    });
    expect(err).toContain("any token is accepted");
  });

  test("does as its options say", async () => {
    const seed = file("start.json", { volumes: [{ name: "seeded", region: "fra1", size_gigabytes: 5 }] });
    const faults = file("once.json", {
      kind: "answer",
      status: 503,
      count: 1,
      match: { path: "/v2/account" },
    });
    const args = [
      "--volumes",
      "12",
      "--snapshots",
      "30",
      "--seed",
      seed,
      "--faults",
      faults,
      "--quota-per-minute",
      "7",
    ];
    const clock = [
      "--clock",
      "virtual",
      "--start",
      "2026-08-01T10:00:00Z",
      "--public-url",
      "http://do.test:1/",
    ];
    await run(["digitalocean", "--token", "T", "--droplet", "5:nyc3", ...args, ...clock], async (url) => {
      expect((await get(url, "/v2/account")).status).toBe(503);
      const volumes = await get(url, "/v2/volumes?per_page=5");
      expect(volumes.headers.get("ratelimit-limit")).toBe("140");
      expect(await volumes.json()).toMatchObject({
        meta: { total: 13 },
        links: { pages: { next: "http://do.test:1/v2/volumes?page=2&per_page=5" } },
      });
      expect(await (await get(url, "/v2/snapshots")).json()).toMatchObject({ meta: { total: 30 } });
      expect(await (await get(url, "/v2/droplets/5")).json()).toMatchObject({ droplet: { id: 5 } });
      expect((await get(url, "/_emulator/clock")).headers.get("date")).toBe("Sat, 01 Aug 2026 10:00:00 GMT");
    });
  });

  test("takes every option from a file; the command line says it in its place or besides", async () => {
    const options = file("options.json", {
      tokens: ["F", { token: "R", scopes: ["read"] }],
      droplets: [{ id: 7, region: "ams3" }],
      quotaPerMinute: 0,
      snapshotNameScope: "account",
      volumeLimit: 2,
      faithfulNulls: true,
      maxVolumeGiB: 4,
    });
    const create = (url: string, name: string, more = {}): Promise<Response> =>
      post(url, "/v2/volumes", { name, region: "nyc3", size_gigabytes: 2, ...more }, "F");
    const args = ["--options", options, "--droplet", "8:nyc3", "--volume-limit", "3"];
    const { code, err } = await run(["digitalocean", ...args], async (url) => {
      const made = await create(url, "a");
      expect(await made.json()).toMatchObject({ volume: { tags: null } });
      expect((await create(url, "b", { size_gigabytes: 5 })).status).toBe(422);
      expect((await create(url, "b")).status).toBe(201);
      expect((await create(url, "c")).status).toBe(201);
      expect((await create(url, "d")).status).toBe(403);
      expect((await get(url, "/v2/droplets/7", "R")).status).toBe(200);
      expect((await get(url, "/v2/droplets/8", "R")).status).toBe(200);
      expect((await get(url, "/v2/account", "T")).status).toBe(401);
      expect(await snapshotStatuses(url, "F")).toEqual([201, 409]);
    });
    expect([code, err]).toEqual([0, ""]);
    await run(["digitalocean", "--options", options, "--snapshot-name-scope", "none"], async (url) => {
      await create(url, "a");
      await create(url, "b");
      expect(await snapshotStatuses(url, "F")).toEqual([201, 201]);
    });
  });

  test.each([
    [{ snapshotNameScope: "region" }, /options\.snapshotNameScope: must be "volume" or "account" or "none"/],
    [{ clock: 5 }, /options: unknown "clock"/],
    [{ tokens: [{ token: "T", scopes: ["everything"] }] }, /options\.tokens\[0\]/],
    [{ actionDurationMs: { attach: -1 } }, /options\.actionDurationMs/],
    [{ droplets: [{ id: 1, region: "mars" }] }, /droplets: 1 is in "mars"/],
  ])("refuses the options %j", async (options, message) => {
    const { code, err } = await run(["digitalocean", "--options", file("wrong.json", options)]);
    expect([code, err]).toEqual([2, expect.stringMatching(message)]);
  });

  test("waits when told to, and says when it will not", async () => {
    await run(["digitalocean", "--token", "T", "--latency", "60ms"], async (url) => {
      const before = performance.now();
      await get(url, "/v2/account");
      expect(performance.now() - before).toBeGreaterThan(55);
    });
    const virtual = await run(["digitalocean", "--token", "T", "--latency", "60ms", "--clock", "virtual"]);
    expect(virtual.err).toContain("--latency is not added on a virtual clock");
  });

  test("has no control path when told so", async () => {
    await run(["digitalocean", "--token", "T", "--no-control"], async (url) => {
      expect((await get(url, "/_emulator/state")).status).toBe(404);
    });
  });
});
