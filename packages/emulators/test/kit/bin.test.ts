import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { afterEach, describe, expect, test } from "vitest";
import { programFile } from "../../../../scripts/test/program-file.ts";

const BIN = new URL("../../src/bin.ts", import.meta.url);
const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill("SIGKILL");
});

interface Started {
  readonly child: ChildProcess;
  readonly firstLine: Promise<string>;
  readonly ended: Promise<{ code: number | null; out: string; err: string }>;
}

function start(...args: string[]): Started {
  const child = spawn(process.execPath, [programFile(BIN), ...args]);
  running.push(child);
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (chunk) => {
    out += chunk;
  });
  child.stderr.setEncoding("utf8").on("data", (chunk) => {
    err += chunk;
  });
  const lines = createInterface({ input: child.stdout });
  return {
    child,
    firstLine: new Promise((resolve) => lines.once("line", resolve)),
    ended: new Promise((resolve) => child.once("close", (code) => resolve({ code, out, err }))),
  };
}

describe("the program", () => {
  test.each(["SIGTERM", "SIGINT"] as const)("serves until %s", async (signal) => {
    const { child, firstLine, ended } = start(
      "digitalocean",
      "--port",
      "0",
      "--token",
      "T",
      "--action-duration",
      "0s",
    );
    const { provider, url } = JSON.parse(await firstLine);
    expect(provider).toBe("digitalocean");
    const response = await fetch(`${url}/v2/volumes`, { headers: { authorization: "Bearer T" } });
    expect(await response.json()).toEqual({ volumes: [], links: {}, meta: { total: 0 } });
    child.kill(signal);
    expect(await ended).toMatchObject({ code: 0, err: "" });
  });

  test("stops although a request still waits", async () => {
    const { child, firstLine, ended } = start("digitalocean", "--token", "T", "--latency", "1h");
    const { url } = JSON.parse(await firstLine);
    const waiting = fetch(`${url}/v2/volumes`, { headers: { authorization: "Bearer T" } });
    const refused = expect(waiting).rejects.toThrow("fetch failed");
    while (
      ((await (await fetch(`${url}/_emulator/log`)).json()) as { entries: unknown[] }).entries.length === 0
    );
    child.kill("SIGTERM");
    await refused;
    expect((await ended).code).toBe(0);
  });

  test("ends with 1 when the port is in use and with 2 when it is not understood", async () => {
    const { firstLine } = start("digitalocean", "--token", "T");
    const { port } = new URL(JSON.parse(await firstLine).url);
    const second = await start("digitalocean", "--token", "T", "--port", port).ended;
    expect(second).toMatchObject({ code: 1, out: "" });
    expect(second.err).toMatch(/^error: port \d+ on 127\.0\.0\.1 is in use; .*\n$/);
    const third = await start("digitalocean", "--prot", "1").ended;
    expect([third.code, third.out]).toEqual([2, ""]);
    expect(third.err).toMatch(/^error: .*--prot.*\n$/);
  });

  test("shows its help, under the name that was typed", async () => {
    const [plain, one] = await Promise.all([start("--help").ended, start("digitalocean", "--help").ended]);
    expect([plain.code, one.code]).toEqual([0, 0]);
    expect(plain.out).toContain("Usage: polyvol-emulator <provider> [options]\n");
    expect(plain.out).toContain("\n  polyvol-emulator digitalocean --port 4010 --token T");
    expect(one.out).toContain("Usage: polyvol-emulator digitalocean [options]\n");
    expect(one.out).toContain("\n  polyvol-emulator digitalocean --port 4010 --token T");
  });
});
