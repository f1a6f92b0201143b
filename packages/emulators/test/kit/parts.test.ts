import { describe, expect, test } from "vitest";
import { spoilJson } from "../../src/kit/apply-fault.ts";
import { parseDuration } from "../../src/kit/command-line.ts";
import { createHostCheck } from "../../src/kit/host-check.ts";
import { createIds, createRandom } from "../../src/kit/ids.ts";
import { createRouter } from "../../src/kit/router.ts";

describe("ids", () => {
  test("have the shapes of UUIDs and never repeat", () => {
    const ids = createIds(7);
    const made = new Set<string>();
    for (let count = 0; count < 20_000; count += 1) {
      for (const id of [ids.uuid(), ids.timeUuid(), ids.requestId()]) made.add(id);
    }
    expect(made.size).toBe(60_000);
    expect(ids.uuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(ids.timeUuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-11f1-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(ids.requestId()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  test("are the same for the same seed, and asking for request ids shifts no others", () => {
    const [a, b] = [createIds(3), createIds(3)];
    b.requestId();
    expect([a.uuid(), a.timeUuid()]).toEqual([b.uuid(), b.timeUuid()]);
    expect(createIds(4).uuid()).not.toBe(createIds(3).uuid());
  });
});

describe("random numbers", () => {
  test("repeat with their seed and spread evenly", () => {
    const [a, b] = [createRandom(1), createRandom(1)];
    const drawn = Array.from({ length: 10_000 }, a);
    expect(drawn.slice(0, 5)).toEqual(Array.from({ length: 5 }, b));
    const share = drawn.filter((value) => value < 0.3).length / drawn.length;
    expect(share).toBeGreaterThan(0.28);
    expect(share).toBeLessThan(0.32);
  });
});

describe("the router", () => {
  const router = createRouter(
    ["/a/{id}", "/a/literal", "/a/{id}/b", "/a/literal/{x}"].map((path) => ({ method: "GET", path })),
    { id: /^[0-9a-f]+$/ },
  );

  test.each([
    ["/a/literal", "/a/literal", {}],
    ["/a/12ab", "/a/{id}", { id: "12ab" }],
    ["/a/12ab/", "/a/{id}", { id: "12ab" }],
    ["/a/12ab/b", "/a/{id}/b", { id: "12ab" }],
    ["/a/literal/c%2Fd", "/a/literal/{x}", { x: "c/d" }],
    ["/a/literal/%zz", "/a/literal/{x}", { x: "%zz" }],
  ])("finds %s", (path, route, params) => {
    expect(router.find("GET", path)).toEqual({ operation: { method: "GET", path: route }, params });
    expect(router.find("HEAD", path)?.operation.path).toBe(route);
  });

  test.each(["/a", "/a/", "/a//", "/a/xyz", "/a/12%2Fb", "/a/12/c", "a/12", "/a/literal//", ""])(
    "does not find %j",
    (path) => {
      expect(router.find("GET", path)).toBeUndefined();
    },
  );

  test("tells methods apart and names those of a path", () => {
    expect(router.find("POST", "/a/12")).toBeUndefined();
    expect(router.methods("/a/12")).toEqual(["GET"]);
    expect(router.methods("/nowhere")).toEqual([]);
  });
});

describe("durations", () => {
  test.each([
    ["0", 0],
    ["0s", 0],
    ["20ms", 20],
    ["1.5s", 1500],
    ["10m", 600_000],
    ["1h30m", 5_400_000],
    ["2d", 172_800_000],
  ])("%s", (text, ms) => expect(parseDuration(text)).toBe(ms));

  test.each(["", "5", "s", "-5s", "5 s", "5x", "ms5"])("not %j", (text) =>
    expect(parseDuration(text)).toBeUndefined(),
  );
});

describe("the host check", () => {
  const allowed = createHostCheck(["emulator.test:4010", "192.168.1.5", "*.cloud.test", "0.0.0.0"]);
  test.each([
    "localhost",
    "LOCALHOST:80",
    "a.localhost",
    "127.0.0.1:1",
    "127.8.9.1",
    "[::1]:80",
    "emulator.test",
    "192.168.1.5:9",
    "a.b.Cloud.test",
  ])("lets %s in", (host) => expect(allowed(host)).toBe(true));
  test.each([
    "",
    "evil.test",
    "localhost.evil.test",
    "127.0.0.1.evil.test",
    "evil.test:80",
    "[::2]",
    "0.0.0.0:80",
    "cloud.test",
    "xcloud.test",
    "10.0.0.1",
    "u@localhost",
    "localhost/x",
  ])("keeps %j out", (host) => expect(allowed(host)).toBe(false));
});

describe("spoiled JSON", () => {
  const text = '{"list":[{"id":"a"},{"id":"b"}],"n":1}';
  test.each([
    ["list.0.id", 5, { list: [{ id: 5 }, { id: "b" }], n: 1 }],
    ["list.1", undefined, { list: [{ id: "a" }], n: 1 }],
    ["n", undefined, { list: [{ id: "a" }, { id: "b" }] }],
    ["m.n", 1, { list: [{ id: "a" }, { id: "b" }], n: 1 }],
    ["__proto__.polluted", 1, { list: [{ id: "a" }, { id: "b" }], n: 1 }],
    [undefined, null, "unexpected"],
  ])("at %s", (at, value, result) => expect(JSON.parse(spoilJson(text, at, value))).toEqual(result));
});
