import { describe, expect, test } from "vitest";
import { Collection } from "../../src/digitalocean/collection.ts";
import { SortedList } from "../../src/digitalocean/sorted-list.ts";
import { parseDuration } from "../../src/kit/duration.ts";
import { createHostCheck } from "../../src/kit/host-check.ts";
import { createIds } from "../../src/kit/ids.ts";
import { createRandom } from "../../src/kit/random.ts";
import { createRouter } from "../../src/kit/router.ts";
import { spoilJson } from "../../src/kit/wrong-json.ts";

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
    ["/a/{id}", "/a/literal", "/a/{id}/b", "/a/literal/{x}"].map((path) => ({
      method: "GET",
      path,
      handler: path,
    })),
    { id: /^[0-9a-f]+$/ },
  );

  test.each([
    ["/a/literal", "/a/literal", {}],
    ["/a/12ab", "/a/{id}", { id: "12ab" }],
    ["/a/12ab/", "/a/{id}", { id: "12ab" }],
    ["/a/12ab/b", "/a/{id}/b", { id: "12ab" }],
    ["/a/literal/c%2Fd", "/a/literal/{x}", { x: "c/d" }],
    ["/a/literal/%zz", "/a/literal/{x}", { x: "%zz" }],
  ])("finds %s", (path, handler, params) => {
    expect(router.find("GET", path)).toEqual({ handler, params });
    expect(router.find("HEAD", path)?.handler).toBe(handler);
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

describe("collections", () => {
  interface Item {
    readonly id: string;
    readonly group: string | undefined;
    readonly value: number;
  }
  const create = (): Collection<Item> => new Collection<Item>({ group: (item) => item.group });
  const values = (items: Iterable<Item>): number[] => [...items].map((item) => item.value);

  test("keep order and indexes through changes", () => {
    const items = create();
    items.put({ id: "b", group: "x", value: 2 }, 0);
    items.put({ id: "a", group: "x", value: 1 }, 0);
    items.put({ id: "c", group: undefined, value: 3 }, 0);
    expect([values(items.all()), values(items.by("group", "x")), items.size]).toEqual([[1, 2, 3], [1, 2], 3]);
    items.put({ id: "a", group: "y", value: 10 }, 1);
    items.put({ id: "b", group: "x", value: 20 }, 1);
    expect([values(items.by("group", "x")), values(items.by("group", "y"))]).toEqual([[20], [10]]);
    expect([items.remove("a", 2), items.remove("a", 2)]).toEqual([true, false]);
    expect([values(items.all()), values(items.by("group", "y"))]).toEqual([[20, 3], []]);
    items.load([{ id: "0", group: "x", value: 0 }]);
    expect(values(items.by("group", "x"))).toEqual([0, 20]);
  });

  test("show themselves as they were", () => {
    const items = create();
    items.load([{ id: "s", group: "x", value: 0 }]);
    items.put({ id: "a", group: "x", value: 1 }, 10);
    items.put({ id: "a", group: "y", value: 2 }, 20);
    items.remove("a", 30);
    items.remove("s", 30);
    expect(values(items.asOf(5).all())).toEqual([0]);
    expect(values(items.asOf(10).by("group", "x"))).toEqual([1, 0]);
    expect(values(items.asOf(29).by("group", "y"))).toEqual([2]);
    expect(items.asOf(30)).toBe(items);
  });

  test("stay sorted whatever order things come and go in", () => {
    const random = createRandom(5);
    const list = new SortedList<{ readonly id: number }>();
    const expected = new Set<number>();
    for (let step = 0; step < 20_000; step += 1) {
      const id = Math.floor(random() * 5000);
      if (random() < 0.6) {
        list.put({ id });
        expected.add(id);
      } else {
        list.remove(id);
        expected.delete(id);
      }
    }
    const sorted = [...expected].sort((a, b) => a - b);
    expect([...list].map(({ id }) => id)).toEqual(sorted);
    expect(list.length).toBe(sorted.length);
    expect(list.slice(700, 1300).map(({ id }) => id)).toEqual(sorted.slice(700, 1300));
    expect(list.slice(sorted.length - 3, sorted.length + 50).map(({ id }) => id)).toEqual(sorted.slice(-3));
  });
});
