import { isPolyvolError, PolyvolError } from "@polyvol/core";
import { describe, expect, test } from "vitest";
import { bench, contextWith, DOCUMENTED, type Listed } from "./versions-bench.ts";

describe("negotiation", () => {
  test("reads the list unsigned and without headers of the service, once", async () => {
    const { send, sent, events } = bench();
    await send("a");
    await send("b");
    expect(sent).toEqual(["list unsigned {}", "a 1.3", "b 1.3"]);
    expect(events.map(({ result, apiVersion }) => `${result} ${apiVersion}`)).toEqual(["chosen 1.3"]);
  });

  test("calls at the same time share one reading", async () => {
    const { send, sent } = bench();
    await Promise.all(["a", "b", "c"].map((each) => send(each)));
    expect(sent.filter((each) => each.startsWith("list"))).toHaveLength(1);
  });

  test("newer versions than known are passed over", async () => {
    const list = [
      { id: "v1.5", status: "CURRENT" },
      { id: "v1.4", status: "SUPPORTED" },
      { id: "v1.3", status: "SUPPORTED" },
    ];
    const { send, sent } = bench({ list });
    await send("a");
    expect(sent.at(-1)).toBe("a 1.3");
  });

  test("planned versions cannot be used", async () => {
    const list = [
      { id: "v1.3", status: "PLANNED" },
      { id: "v1.2", status: "CURRENT" },
    ];
    const { send, sent } = bench({ list });
    await send("a");
    expect(sent.at(-1)).toBe("a 1.2");
  });

  test("nothing in common is unsupported, and both sides are named", async () => {
    const { send, sent } = bench({ list: [{ id: "v2.0", status: "CURRENT" }, { id: "v1.9" }] });
    await expect(send("a")).rejects.toMatchObject({
      code: "unsupported",
      outcome: "not_applied",
      reason:
        "no API version in common: the service offers v2.0 CURRENT, v1.9, this adapter knows 1.3, 1.2, 1.1, 1.0",
    });
    expect(sent).toHaveLength(1);
  });

  test("a list of anything is told in one line, and not endlessly", async () => {
    const hostile = { id: "v9.0 \r\nX: y", status: "CURRENT\x1b[2J\nerror: all backups are gone" };
    const { send } = bench({ list: [hostile, ...Array.from({ length: 9_999 }, () => ({ id: "v9.1" }))] });
    await expect(send("a")).rejects.toMatchObject({
      reason: expect.stringMatching(
        /^no API version in common: the service offers v9\.0 X: y CURRENT \[2J error: all backups are gone, v9\.1, .* and 9,990 more, this adapter knows 1\.3/,
      ),
    });
  });

  test("an unreadable list: on with the newest known, said so, and read again a minute later", async () => {
    const it = bench();
    it.onList = async () => {
      throw new PolyvolError("unavailable", "no list");
    };
    await it.send("a");
    await it.send("b");
    expect(it.sent.slice(1)).toEqual(["a 1.3", "b 1.3"]);
    expect(it.events).toMatchObject([{ result: "fallback", apiVersion: "1.3" }]);
    it.onList = async () => undefined;
    it.list = [{ id: "v1.2", status: "CURRENT" }];
    await it.clock.advance(60_000);
    await it.send("c");
    expect(it.sent.at(-1)).toBe("c 1.2");
  });

  test("an abort of the call that reads does not touch the others", async () => {
    const it = bench();
    const abort = new AbortController();
    it.onList = (context) =>
      new Promise((_, reject) => {
        context.abortSignal.addEventListener("abort", () => reject(context.abortSignal.reason));
      });
    const leader = it.client.version(contextWith(abort.signal, it.events));
    const follower = it.client.version(it.context);
    it.onList = async () => undefined;
    abort.abort(new Error("enough"));
    await expect(leader).rejects.toThrow("enough");
    expect(await follower).toBe("1.3");
    expect(it.events.map(({ result }) => result)).toEqual(["chosen"]);
  });

  test("an exact version is sent without any reading", async () => {
    const { send, sent, events } = bench({ apiVersion: "1.1" });
    await send("a");
    expect(sent).toEqual(["a 1.1"]);
    expect(events).toEqual([]);
  });
});

describe("calendar", () => {
  // Statuses follow the day; a version is there from the day on which its use was first seen.
  const calendar = (today: string): readonly Listed[] => {
    const all = [
      { id: "v1.3", from: "2026-05-20", not_before: "" },
      { id: "v1.2", from: "2026-03-19", not_before: "2026-08-31" },
      { id: "v1.1", from: "2025-10-01", not_before: "2026-05-31" },
      { id: "v1.0", from: "2025-01-01", not_before: "2025-12-31" },
    ];
    const current = all.find(({ from }) => from <= today);
    return all.map(({ id, from, not_before }) => {
      if (from > today) return { id, not_before, status: "PLANNED" };
      if (id === current?.id) return { id, not_before, status: "CURRENT" };
      const left = not_before === "" ? 999 : (Date.parse(not_before) - Date.parse(today)) / 86_400_000;
      return { id, not_before, status: left < 90 ? "DEPRECATED" : "SUPPORTED" };
    });
  };

  test.each([
    ["2025-12-30", "1.1", ["chosen 1.1"]],
    ["2026-06-01", "1.3", ["chosen 1.3"]],
    ["2026-09-01", "1.3", ["chosen 1.3"]],
    ["2027-03-01", "1.3", ["chosen 1.3"]],
  ])("%s uses %s", async (today, version, said) => {
    for (const list of [calendar(today), today < "2026-05-20" ? calendar(today) : DOCUMENTED]) {
      const { send, sent, events } = bench({ today, list });
      await send("a");
      expect(sent.at(-1)).toBe(`a ${version}`);
      expect(events.map(({ result, apiVersion }) => `${result} ${apiVersion}`)).toEqual(said);
    }
  });

  test.each([
    ["2025-12-30", "1.2"],
    ["2026-06-01", "1.2"],
    ["2026-09-01", "1.2"],
    ["2027-03-01", "1.2"],
  ])("%s without 1.3: what is still listed as supported is used", async (today, version) => {
    const { send, sent } = bench({ today, list: DOCUMENTED.slice(1) });
    await send("a");
    expect(sent.at(-1)).toBe(`a ${version}`);
  });

  test("a deprecated version is open until its day, and closed from it on", async () => {
    const list = DOCUMENTED.slice(3);
    const before = bench({ today: "2025-12-30T23:00:00Z", list });
    await before.send("a");
    expect(before.sent.at(-1)).toBe("a 1.0");
    expect(before.events.at(-1)).toMatchObject({
      result: "deprecated",
      apiVersion: "1.0",
      message: "API version 1.0 may end on 2025-12-31, in 0 days; no newer one is in common",
    });
    const after = bench({ today: "2025-12-31", list });
    await expect(after.send("a")).rejects.toMatchObject({ code: "unsupported" });
    // The same process, a day later: it negotiates again.
    await before.clock.advance(3_600_000);
    before.list = [{ id: "v1.1", status: "CURRENT" }];
    await before.send("b");
    expect(before.sent.at(-1)).toBe("b 1.1");
  });

  test.each([
    [90, 89, true],
    [90, 90, false],
    [30, 31, false],
    [30, 29, true],
    [0, 1, false],
  ])("a warning at %i days with %i left: %s", async (versionWarningDays, left, expected) => {
    const today = new Date(Date.parse("2026-08-31") - left * 86_400_000).toISOString();
    const list = [{ id: "v1.2", status: "CURRENT", not_before: "20260831" }];
    const { send, events } = bench({ today, list, versionWarningDays });
    await send("a");
    expect(events.some(({ result }) => result === "deprecated")).toBe(expected);
  });

  test("a deprecated version without a day is reported, too", async () => {
    const { send, events } = bench({ list: [{ id: "v1.3", status: "DEPRECATED", not_before: "" }] });
    await send("a");
    expect(events.at(-1)).toMatchObject({
      result: "deprecated",
      message: expect.stringContaining("any day"),
    });
  });
});

describe("an operation that lags behind", () => {
  test("reads the list once more, takes the next version, and remembers it", async () => {
    const { send, sent, events } = bench({ accepts: { a: ["1.1", "1.0"] }, today: "2026-05-01" });
    await send("a");
    await send("a");
    await send("b");
    expect(sent.map((each) => each.replace(/ unsigned.*/, ""))).toEqual([
      ...["list", "a 1.3", "list", "a 1.2", "a 1.1"],
      ...["a 1.1", "b 1.3"],
    ]);
    expect(events.at(-1)).toMatchObject({
      apiVersion: "1.1",
      message: "a does not accept API version 1.3, 1.2; 1.1 is tried",
    });
  });

  test("at the same time, the list is still read once", async () => {
    const { send, sent } = bench({ accepts: { a: ["1.2"] } });
    await Promise.all([send("a"), send("a"), send("a")]);
    expect(sent.filter((each) => each.startsWith("list"))).toHaveLength(2);
    expect(sent.filter((each) => each === "a 1.2")).toHaveLength(3);
  });

  test("accepts none", async () => {
    const { send, sent } = bench({ accepts: { a: [] } });
    await expect(send("a")).rejects.toMatchObject({
      code: "unsupported",
      status: 406,
      requestId: "req-1",
      reason: expect.stringContaining(
        "a does not accept API version 1.3, 1.2; the service offers v1.3 CURRENT",
      ),
    });
    expect(sent).toHaveLength(4);
  });

  test("with an exact version is an error that says so", async () => {
    const { send, sent } = bench({ apiVersion: "1.3", accepts: { a: ["1.2"] } });
    const error = await send("a").catch((thrown: unknown) => thrown);
    expect(isPolyvolError(error, "unsupported") && error.reason).toContain("does not accept API version 1.3");
    expect(sent).toEqual(["a 1.3"]);
  });
});

describe("features", () => {
  const qos = "the performance (QoS) of a volume";
  test.each(["1.0", "1.1"] as const)("%s is refused before any request what it lacks", async (apiVersion) => {
    const { send, sent } = bench({ apiVersion });
    await expect(send("a", qos)).rejects.toMatchObject({
      code: "unsupported",
      outcome: "not_applied",
      reason: `API version ${apiVersion} lacks ${qos}; 1.2 and later have it`,
    });
    expect(sent).toEqual([]);
  });

  test.each(["1.2", "1.3"] as const)("%s has it", async (apiVersion) => {
    const { send, sent } = bench({ apiVersion });
    await send("a", qos);
    expect(sent).toEqual([`a ${apiVersion}`]);
  });

  test("a negotiated version that lacks it, and an operation that falls back to one", async () => {
    const old = bench({ list: [{ id: "v1.1", status: "CURRENT" }] });
    await expect(old.send("a", qos)).rejects.toMatchObject({ code: "unsupported" });
    const lagging = bench({ accepts: { a: ["1.1"] }, today: "2026-05-01" });
    await expect(lagging.send("a", qos)).rejects.toMatchObject({
      reason: expect.stringContaining("1.1 lacks"),
    });
  });
});
