import { describe, expect, test } from "vitest";
import { type Fault, parseFaults } from "../../src/kit/fault.ts";
import { stage } from "./stage.ts";

describe("what strikes when", () => {
  const fault = (more: Partial<Fault>): Fault => ({ kind: "answer", status: 500, ...more }) as Fault;

  test.each([
    ["every request without a match", fault({}), [500, 500]],
    ["a method in any case", fault({ match: { method: "post" } }), [500, 200]],
    ["one of several methods", fault({ match: { method: ["DELETE", "GET"] } }), [201, 500]],
    ["an exact path", fault({ match: { path: "/things" } }), [500, 500]],
    ["no part of a path", fault({ match: { path: "/thing" } }), [201, 200]],
    ["a glob", fault({ match: { path: "/*" } }), [500, 500]],
    ["a pattern as JSON", fault({ match: { path: { regexp: "^/TH", flags: "i" } } }), [500, 500]],
    ["a query value", fault({ match: { query: { page: "2*" } } }), [201, 200]],
    ["a header", fault({ match: { header: { "X-Kind": "one*" } } }), [500, 200]],
    ["text in the body", fault({ match: { bodyIncludes: "needle" } }), [500, 200]],
    ["everything given at once", fault({ match: { method: "GET", bodyIncludes: "needle" } }), [201, 200]],
    ["a few times", fault({ count: 1 }), [500, 200]],
    ["after a few", fault({ skip: 1 }), [201, 500]],
  ])("%s", async (_what, one, expected) => {
    const { post, get } = stage(one);
    const statuses = [(await post("a needle", { "x-kind": "one-two" })).status, (await get()).status];
    expect(statuses).toEqual(expected);
  });

  test("a regular expression with state, a trailing slash, a query and a glob over slashes", async () => {
    const { get, emulator } = stage({ kind: "answer", status: 500, match: { path: /^\/things$/g } });
    expect([(await get()).status, (await get("/")).status, (await get("/x")).status]).toEqual([
      500, 500, 200,
    ]);
    emulator.faults.clear();
    emulator.faults.add({ kind: "answer", status: 502, match: { path: "/**/c", query: { page: "2" } } });
    expect([(await get("/b/c?page=2")).status, (await get("/b/c?page=1")).status]).toEqual([502, 200]);
  });

  test("the first arrivals of each request, so that repeating it helps", async () => {
    const { post } = stage({ kind: "answer", status: 503, perRequest: 2 });
    const statuses: number[] = [];
    for (const name of ["a", "b", "a", "a", "b", "b"]) statuses.push((await post(name)).status);
    expect(statuses).toEqual([503, 503, 503, 201, 503, 201]);
  });

  test("by a chance that repeats with its seed", async () => {
    const run = async (seed: number): Promise<string> => {
      const { get } = stage({ kind: "answer", status: 500, probability: 0.3, seed });
      let outcome = "";
      for (let count = 0; count < 200; count += 1) outcome += (await get()).status === 500 ? "x" : ".";
      return outcome;
    };
    const [one, again, other] = [await run(1), await run(1), await run(2)];
    expect(one).toBe(again);
    expect(one).not.toBe(other);
    expect(one.replaceAll(".", "").length).toBeGreaterThan(40);
    expect(one.replaceAll(".", "").length).toBeLessThan(80);
  });

  test("one fault a request, in the order of adding; and the registry tells", async () => {
    const { get, emulator } = stage({ kind: "answer", status: 500, count: 1, match: { path: /things/i } });
    const second = emulator.faults.add({ id: "mine", kind: "answer", status: 503 });
    expect(second).toBe("mine");
    expect([(await get()).status, (await get()).status]).toEqual([500, 503]);
    const [first, mine] = emulator.faults.list();
    expect(first).toMatchObject({ id: "fault-1", matched: 1, applied: 1, spent: true });
    expect(first?.fault.match?.path).toEqual({ regexp: "things", flags: "i" });
    expect(mine).toMatchObject({ id: "mine", matched: 1, applied: 1, spent: false });
    expect([emulator.faults.remove("mine"), emulator.faults.remove("mine")]).toEqual([true, false]);
    expect((await get()).status).toBe(200);
  });
});

describe("connections", () => {
  test.each([
    [{ kind: "refuse" } as const, "ECONNREFUSED", 0],
    [{ kind: "cut-before" } as const, "ECONNRESET", 0],
    [{ kind: "cut-after" } as const, "ECONNRESET", 1],
  ])("%j", async (fault, code, committed) => {
    const { post, toy, emulator } = stage(fault);
    const failure = await post().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(TypeError);
    expect(failure).toMatchObject({ message: "fetch failed", cause: { code } });
    expect(toy.things).toHaveLength(committed);
    const [entry] = emulator.log.entries();
    expect(entry).toMatchObject({ committed: committed === 1, fault: { kind: fault.kind } });
    expect(entry?.status).toBeUndefined();
  });
});

test("a service can read another query than the one that was sent", async () => {
  const fault = {
    kind: "query",
    remove: ["name"],
    set: { page: "1" },
    atMost: { limit: 50, size: 50 },
  } as const;
  const { get, toy, emulator } = stage(fault);
  await get("?name=a&page=3&limit=200&size=20&other=x");
  await get("");
  expect(toy.seen.map(({ query }) => String(query))).toEqual(["page=1&limit=50&size=20&other=x", "page=1"]);
  expect(toy.seen[0]?.rawTarget).toBe("/things?name=a&page=3&limit=200&size=20&other=x");
  expect(emulator.log.entries()[0]?.target).toBe("/things?name=a&page=3&limit=200&size=20&other=x");
});

describe("answers", () => {
  test.each([
    ["before", 0],
    ["after", 1],
  ] as const)("are given %s the commit, in the provider's shape", async (when, committed) => {
    const headers = { "Retry-After": "7" };
    const { post, toy } = stage({ kind: "answer", status: 503, when, headers });
    const response = await post();
    expect([response.status, await response.json()]).toEqual([503, { error: "toy 503" }]);
    expect([response.headers.get("retry-after"), response.headers.get("x-id")]).toEqual(["7", "failed"]);
    expect(toy.things).toHaveLength(committed);
  });

  test("have the body that is given: JSON, or text", async () => {
    const { post, emulator } = stage({ kind: "answer", status: 200, body: { odd: [1] }, count: 1 });
    const json = await post();
    expect([json.headers.get("content-type"), await json.json()]).toEqual(["application/json", { odd: [1] }]);
    emulator.faults.add({ kind: "answer", status: 503, body: "Server Temporarily Unavailable" });
    const text = await post();
    expect(text.headers.get("content-type")).toContain("text/plain");
    expect(await text.text()).toBe("Server Temporarily Unavailable");
  });

  test("are truncated, with the connection kept or cut", async () => {
    const { post, emulator, toy } = stage({ kind: "truncate", bytes: 9, count: 1 });
    expect(await (await post()).text()).toBe('{"thing":');
    emulator.faults.add({ kind: "truncate", cut: true });
    await expect((await post()).text()).rejects.toThrow("terminated");
    expect(toy.things).toHaveLength(2);
  });

  test("have wrong or missing values", async () => {
    const { post, emulator } = stage({ kind: "wrong-json", at: "thing.size", value: "ten", count: 1 });
    expect(await (await post()).json()).toEqual({ thing: { name: "a", size: "ten" } });
    emulator.faults.add({ kind: "wrong-json", at: "thing.name" });
    expect(await (await post()).json()).toEqual({ thing: { size: 10 } });
  });

  test("are web pages with status 200", async () => {
    const { post, toy } = stage({ kind: "html", when: "after" });
    const response = await post();
    expect([response.status, response.headers.get("content-type")]).toEqual([
      200,
      "text/html; charset=utf-8",
    ]);
    expect(await response.text()).toContain("<html>");
    expect(toy.things).toHaveLength(1);
  });

  test("are endless, large or bombs", async () => {
    const { get, emulator } = stage({ kind: "endless-body", count: 1 });
    const reader = (await get()).body?.getReader();
    let size = 0;
    while (size < 1_000_000) size += (await reader?.read())?.value?.length ?? Number.NaN;
    await reader?.cancel();
    emulator.faults.add({ kind: "large-body", bytes: 1_000_000, count: 1 });
    const large = await (await get()).text();
    expect([large.length, Object.keys(JSON.parse(large))]).toEqual([1_000_000, ["padding"]]);
    emulator.faults.add({ kind: "bomb", bytes: 3_000_000, count: 1 });
    const bomb = await get();
    expect(bomb.headers.get("content-encoding")).toBe("gzip");
    expect((await bomb.text()).length).toBeGreaterThan(3_000_000);
  });

  test("have other headers", async () => {
    const { get, emulator } = stage({ kind: "headers", set: { "X-New": "1" }, remove: ["Date"], count: 1 });
    const changed = await get();
    expect([changed.headers.get("x-new"), changed.headers.has("date")]).toEqual(["1", false]);
    emulator.faults.add({ kind: "large-header", bytes: 5000 });
    expect((await get()).headers.get("x-padding")).toHaveLength(5000);
  });
});

describe("faults as data", () => {
  test.each([
    [
      { kind: "explode" },
      /^faults: .*one of refuse, cut-before|^faults\.kind: must be one of refuse, cut-before/,
    ],
    [
      [{ kind: "refuse" }, { kind: "refuse", match: { verb: "GET" } }],
      /^faults\[1\]\.match: unknown "verb", allowed: method, path, query, header, bodyIncludes$/,
    ],
    [{ kind: "refuse", probability: 2 }, /^faults\.probability: must be 0 to 1, not 2$/],
    [{ kind: "answer", status: 99 }, /^faults\.status: must be an HTTP status from 200 to 599, not 99$/],
    [{ kind: "delay-before" }, /^faults\.ms: must be milliseconds/],
    [{ kind: "html", when: "never" }, /^faults\.when: must be "before" or "after", not "never"$/],
    [{ kind: "refuse", match: { path: { regexp: "(" } } }, /^faults\.match\.path: must be/],
    [{ kind: "refuse", count: 0 }, /^faults\.count: must be 1 or more, not 0$/],
    ["refuse", /^faults: /],
  ])("%j is refused with the place and what is allowed", (value, message) => {
    expect(() => parseFaults(value)).toThrow(message);
  });

  test("one or a list is taken", () => {
    expect(parseFaults({ kind: "refuse" })).toEqual([{ kind: "refuse" }]);
    expect(parseFaults([{ kind: "bomb", bytes: 5 }])).toHaveLength(1);
  });
});
