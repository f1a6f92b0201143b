import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, onTestFinished, test } from "vitest";
import { runEmulatorCommand } from "../../src/command.ts";
import { realClock } from "../../src/kit/clock.ts";
import type { Emulator, Listener } from "../../src/kit/emulator-types.ts";
import { createSamsungScpEmulator } from "../../src/samsung-scp/index.ts";
import {
  ACCESS_KEY,
  type Ask,
  OTHER_SERVER,
  type Reply,
  request,
  SECRET_KEY,
  SERVER,
  sign,
  startScp,
} from "./harness.ts";

let listener: Listener | undefined;

afterEach(async () => {
  await listener?.close();
  listener = undefined;
});

async function serve(
  emulator: Emulator,
): Promise<(method: string, target: string, ask?: Ask) => Promise<Reply>> {
  listener = await emulator.listen();
  const { url } = listener;
  return (method, target, ask = {}) =>
    request(fetch, () => emulator.clock.now(), method, target, { base: url, ...ask });
}

/** Sends a request target exactly as given, which `fetch` would not. */
function raw(url: string, target: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    httpRequest({ hostname, port, path: target, headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on("error", reject)
      .end();
  });
}

describe("over HTTP", () => {
  test("the provider's own host names are served, as clients go on sending them", async () => {
    const { emulator } = startScp();
    await serve(emulator);
    const of = (host: string): Promise<number | undefined> => raw(listener?.url ?? "", "/", { host });
    expect(await of("virtualserver.kr-west1.e.samsungsdscloud.com")).toBe(200);
    expect(await of("iam.e.samsungsdscloud.com")).toBe(200);
    expect(await of("samsungsdscloud.com.evil.test")).toBe(421);
  });

  test("a volume lives from create to delete", async () => {
    const { emulator, clock } = startScp();
    const call = await serve(emulator);
    const created = await call("POST", "/v1/volumes", { body: { name: "data", size: 8 } });
    expect([created.status, created.headers.get("content-type")]).toEqual([202, "application/json"]);
    expect(created.headers.get("date")).toBe("Mon, 01 Jun 2026 00:00:00 GMT");
    await clock.advance(2000);
    const path = `/v1/volumes/${created.body.id}`;
    expect((await call("GET", path)).body.state).toBe("available");
    const gone = await call("DELETE", `${path}?cascade=false`);
    expect([gone.status, gone.text, gone.headers.get("content-length")]).toEqual([202, "", "0"]);
    await clock.advance(1000);
    expect((await call("GET", path)).status).toBe(404);
  });

  test("the target is verified as it came over the wire", async () => {
    const { emulator, clock } = startScp();
    await serve(emulator);
    const url = listener?.url ?? "";
    const targets = [
      "/v1/volumes?name=%ed%95%9c+disk&sort=created_at:desc",
      "/v1/volumes?name=a%20b&name=c",
      "/v1/volumes?limit=1&&offset=",
      "/v1/volumes/%41",
      "/v1/./volumes",
    ];
    const timestamp = String(clock.now());
    const headers = (target: string): Record<string, string> => ({
      "scp-accesskey": ACCESS_KEY,
      "scp-timestamp": timestamp,
      "scp-clienttype": "Openapi",
      "scp-signature": sign(SECRET_KEY, "GET", url, target, timestamp, ACCESS_KEY, "Openapi"),
    });
    const answers = await Promise.all(targets.map((target) => raw(url, target, headers(target))));
    expect(answers).toEqual([200, 200, 200, 404, 404]);
    expect(await raw(url, "/v1/volumes?name=a+b", headers("/v1/volumes?name=a%20b"))).toBe(401);
  });

  test("another name of the same server is another signature", async () => {
    const { emulator } = startScp();
    const call = await serve(emulator);
    const port = listener?.port;
    expect((await call("GET", "/v1/volumes", { base: `http://localhost:${port}` })).status).toBe(200);
    expect((await call("GET", "/v1/volumes", { headers: { "Scp-Signature": "x" } })).status).toBe(401);
  });

  test("discovery and the control path need no signature", async () => {
    const { emulator } = startScp();
    await serve(emulator);
    const url = listener?.url ?? "";
    const versions = (await (await fetch(url)).json()) as { versions: { links: { href: string }[] }[] };
    expect(versions.versions[0]?.links[0]?.href).toBe(`${url}/v1`);
    const seeded = await fetch(`${url}/_emulator/seed`, {
      method: "POST",
      body: JSON.stringify({ volumes: [{ name: "a" }] }),
    });
    expect(seeded.status).toBe(204);
    expect(await (await fetch(`${url}/_emulator/state`)).json()).toMatchObject({ volumes: [{ name: "a" }] });
    const refused = await fetch(`${url}/_emulator/seed`, { method: "POST", body: '{"volumes":[{}]}' });
    expect([refused.status, await refused.text()]).toEqual([
      400,
      expect.stringContaining("seed.volumes[0].name"),
    ]);
  });

  test("an answer that is lost still takes effect", async () => {
    const { emulator } = startScp();
    const call = await serve(emulator);
    emulator.faults.add({ kind: "cut-after", match: { method: "POST", path: "/v1/volumes" }, count: 1 });
    await expect(call("POST", "/v1/volumes", { body: { name: "a", size: 8 } })).rejects.toThrow(
      "fetch failed",
    );
    expect((await call("GET", "/v1/volumes?name=a")).body.count).toBe(1);
  });

  test("the log shows neither signature nor secret", async () => {
    const { emulator } = startScp();
    const call = await serve(emulator);
    await call("POST", "/v1/volumes", { body: { name: SECRET_KEY, size: 8 } });
    const log = JSON.stringify(emulator.log.entries());
    expect(log).toContain("/v1/volumes");
    expect(log).not.toContain(SECRET_KEY);
  });

  test("on the machine's own clock work ends by itself", async () => {
    const emulator = createSamsungScpEmulator({
      accessKey: ACCESS_KEY,
      secretKey: SECRET_KEY,
      clock: realClock,
      durations: { volumeCreate: 5 },
    });
    const call = await serve(emulator);
    const { body } = await call("POST", "/v1/volumes", { body: { name: "a", size: 8 } });
    await expect
      .poll(async () => (await call("GET", `/v1/volumes/${body.id}`)).body.state, { interval: 5 })
      .toBe("available");
  });
});

describe("the command", () => {
  async function run(
    args: readonly string[],
    use: (url: string) => Promise<void> = async () => {},
    env = {},
  ) {
    const out: string[] = [];
    const err: string[] = [];
    const code = await runEmulatorCommand(["samsung-scp", ...args], {
      out: (text) => out.push(text),
      err: (text) => err.push(text),
      env,
      untilStopped: async () => use(JSON.parse(out[0] ?? "{}").url),
    });
    return { code, out: out.join(""), err: err.join("") };
  }

  test("serves what its options say", async () => {
    const args = ["--access-key", "A", "--secret-key", "S", "--region", "kr-east1", "--server", SERVER];
    const more = ["--volumes", "3", "--snapshots", "6", "--work", "0"];
    const { code, out } = await run([...args, ...more], async (url) => {
      const call = (method: string, target: string, ask: Ask = {}): Promise<Reply> =>
        request(fetch, Date.now, method, target, { base: url, accessKey: "A", secretKey: "S", ...ask });
      expect((await call("GET", "/v1/volumes")).body.count).toBe(3);
      expect((await call("GET", "/v1/snapshots")).body.count).toBe(6);
      expect((await call("GET", `/v1/servers/${SERVER}/volumes`)).status).toBe(200);
      expect((await call("GET", "/v1/endpoints")).body.endpoints[0].region).toBe("kr-east1");
      const { body } = await call("POST", "/v1/volumes", { body: { name: "a", size: 8 } });
      const stateNow = async (): Promise<unknown> => (await call("GET", `/v1/volumes/${body.id}`)).body.state;
      await expect.poll(stateNow).toBe("available");
    });
    expect([code, JSON.parse(out).provider]).toEqual([0, "samsung-scp"]);
    expect(out).not.toContain('"S"');
  });

  test("takes every option from a file; the command line says it in its place or besides", async () => {
    const path = join(mkdtempSync(join(tmpdir(), "scp-options-")), "options.json");
    onTestFinished(() => rmSync(dirname(path), { recursive: true }));
    const races = { status: 409 };
    const options = { accessKey: "A", secretKey: "S", region: "kr-east1", servers: [SERVER], races };
    writeFileSync(path, JSON.stringify({ ...options, quotas: { volumes: 1 }, quotaStatus: 413 }));
    const args = ["--options", path, "--region", "kr-west1", "--server", OTHER_SERVER];
    const virtual = ["--clock", "virtual", "--volumes", "1", "--clock-skew", "off"];
    const { code } = await run([...args, ...virtual], async (url) => {
      const call = (method: string, target: string, body?: unknown): Promise<Reply> =>
        request(fetch, Date.now, method, target, { base: url, accessKey: "A", secretKey: "S", body });
      expect((await call("GET", "/v1/endpoints")).body.endpoints[0].region).toBe("kr-west1");
      expect((await call("GET", "/v1/servers")).body.servers).toHaveLength(2);
      expect((await call("POST", "/v1/volumes", { name: "a", size: 8 })).status).toBe(413);
      const [{ id }] = (await call("GET", "/v1/volumes")).body.volumes;
      const made = await call("POST", "/v1/snapshots", { name: "s", volume_id: id });
      expect((await call("DELETE", `/v1/snapshots/${made.body.id}`)).status).toBe(409);
    });
    expect(code).toBe(0);
    writeFileSync(path, JSON.stringify({ ...options, races: { status: 503 } }));
    expect((await run(["--options", path])).err).toMatch(/options\.races\.status: must be 400 or 409 or 500/);
  });

  test("takes keys and region from the environment", async () => {
    const env = { SCP_ACCESS_KEY: "A", SCP_SECRET_KEY: "S", SCP_REGION: "kr-south2", SCP_ENVIRONMENT: "g" };
    const ask = { accessKey: "A", secretKey: "S" };
    const { code } = await run(
      [],
      async (url) => {
        const reply = await request(fetch, Date.now, "GET", "/v1/endpoints", { base: url, ...ask });
        expect(reply.body.endpoints[0].region).toBe("kr-south2");
      },
      env,
    );
    expect(code).toBe(0);
  });

  test("has versions by date", async () => {
    const args = [
      "--access-key",
      "A",
      "--secret-key",
      "S",
      "--clock",
      "virtual",
      "--start",
      "2026-06-01T00:00:00Z",
    ];
    await run(
      [...args, "--versions", "calendar", "--expired-versions", "refuse", "--clock-skew", "off"],
      async (url) => {
        const ask = { base: url, accessKey: "A", secretKey: "S", version: "1.1" };
        expect((await request(fetch, Date.now, "GET", "/v1/volumes", ask)).status).toBe(406);
        const { versions } = (await (await fetch(url)).json()) as { versions: { status: string }[] };
        expect(versions.map(({ status }) => status)).toEqual([
          "CURRENT",
          "SUPPORTED",
          "DEPRECATED",
          "DEPRECATED",
        ]);
      },
    );
  });

  test.each([
    [[], /--access-key and --secret-key/],
    [["--access-key", "A"], /--access-key and --secret-key/],
    [
      ["--access-key", "A", "--secret-key", "S", "--region", "mars"],
      /Region "mars" is not in environment "e"/,
    ],
    [["--access-key", "A", "--secret-key", "S", "--environment", "x"], /environment/],
    [["--access-key", "A", "--secret-key", "S", "--server", "web"], /servers\[0\]/],
    [["--access-key", "A", "--secret-key", "S", "--versions", "old"], /documented or calendar/],
    [["--access-key", "A", "--secret-key", "S", "--snapshots", "5"], /needs volumes/],
    [["--access-key", "A", "--secret-key", "S", "--work", "soon"], /--work takes a time/],
  ])("refuses %j", async (args, message) => {
    const { code, err } = await run(args);
    expect([code, err]).toEqual([2, expect.stringMatching(message)]);
  });

  test("its help names every option", async () => {
    const { code, out } = await run(["--help"]);
    expect(code).toBe(0);
    for (const name of ["access-key", "server", "expired-versions", "SCP_REGION"])
      expect(out).toContain(name);
  });
});
