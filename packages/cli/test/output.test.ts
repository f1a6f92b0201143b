import { Writable } from "node:stream";
import { expect, test } from "vitest";
import { createLedger } from "../src/interruption.ts";
import { count, duration, size, tag } from "../src/options.ts";
import { ageText, countText, secondsText, sizeText, tagsText } from "../src/output/format.ts";
import { createProgress } from "../src/output/progress.ts";
import { fit, renderFields, renderTable, widthOf } from "../src/output/table.ts";
import { clean, cleanFor, cleanLines } from "../src/output/terminal.ts";

/** A stream that keeps what is written to it. */
function stream(extra: object): NodeJS.WriteStream & { readonly text: () => string } {
  let text = "";
  const writable = new Writable({
    write(chunk, _encoding, done) {
      text += chunk;
      done();
    },
  });
  return Object.assign(writable, { text: () => text, ...extra }) as unknown as ReturnType<typeof stream>;
}

test("sizes, ages and spans for people", () => {
  expect([1, 1023, 1024, 1536, 16_384].map(sizeText)).toEqual([
    "1 GiB",
    "1023 GiB",
    "1 TiB",
    "1.5 TiB",
    "16 TiB",
  ]);
  const now = Date.UTC(2026, 0, 10);
  const ago = (ms: number): string => ageText(new Date(now - ms), now);
  expect([-5000, 999, 59_999, 60_000, 3_600_000 * 5, 86_400_000 * 3, 86_400_000 * 800].map(ago)).toEqual([
    "0s",
    "0s",
    "59s",
    "1m",
    "5h",
    "3d",
    "2y",
  ]);
  expect([4, 99, 100, 1440, 59_949, 59_950, 61_000, 119_700].map(secondsText)).toEqual([
    "4 ms",
    "99 ms",
    "0.1 s",
    "1.4 s",
    "59.9 s",
    "1 min",
    "1 min 1 s",
    "2 min",
  ]);
  expect([countText(1, "volume"), countText(2, "volume")]).toEqual(["1 volume", "2 volumes"]);
  expect(tagsText({ tags: { env: "prod", db: "" } })).toBe("env=prod, db");
  expect(tagsText({ tags: { keep: "a" }, flatTags: ["keep:a", "keep:b:c", "db"] })).toBe(
    "keep=a, keep=b:c, db",
  );
  expect(tagsText({ tags: {}, tagsUnknown: true })).toBe("unknown");
});

test("what is typed: sizes, times, tags", () => {
  expect(["20", "20GiB", "20g", "2TiB", "1t"].map(size)).toEqual([20, 20, 20, 2048, 1024]);
  expect(["90s", "1h30m", "500ms", "1d1h30min"].map(duration)).toEqual([90_000, 5_400_000, 500, 91_800_000]);
  expect(duration("1.005s")).toBe(1_005);
  expect(tag("a=b=c", tag("x"))).toEqual({ x: "", a: "b=c" });
  for (const wrong of ["0", "-1", "1.5", "x"]) expect(() => size(wrong)).toThrow();
  for (const wrong of ["0s", "5", "s"]) expect(() => duration(wrong)).toThrow();
  for (const wrong of ["0", "-1", "x"]) expect(() => count(wrong)).toThrow();
  expect(() => tag("=x")).toThrow();
});

test("control characters of providers do not reach a terminal", () => {
  const evil = "a\u001b[31mred\u001b[0m\u0007\r\n\u202eb\u009b2J\u001b]0;title\u0007c";
  expect(clean(evil)).toBe("aredbc");
  expect(cleanLines("one\u0007\ntwo")).toBe("one\ntwo");
  expect(cleanFor(stream({ isTTY: false }), "a\u0007")).toBe("a\u0007");
  expect(cleanFor(stream({ isTTY: true }), "a\u0007")).toBe("a");
  expect(renderTable([{ name: evil }], [{ title: "name", text: ({ name }) => name }])).toContain("aredbc");
  expect(
    renderFields([
      ["name", evil],
      ["empty", ""],
    ]),
  ).toBe("name  aredbc\n");
});

test("columns are as wide as what is in them, also in Korean", () => {
  expect(fit("█░░ db: creating", 8)).toBe("█░░ db:…");
  expect(fit("данные-базы", 6)).toBe("данны…");
  expect([widthOf("백업"), fit("백업본", 5), fit("abcdef", 4), fit("abc", 3)]).toEqual([
    4,
    "백업…",
    "abc…",
    "abc",
  ]);
  const rows = [
    { name: "백업", n: 5 },
    { name: "db", n: 1000 },
  ];
  const table = renderTable(rows, [
    { title: "name", text: ({ name }) => name },
    { title: "n", text: ({ n }) => String(n), align: "right" },
  ]);
  expect(table).toBe("NAME     N\n백업     5\ndb    1000\n");
});

test("progress in a pipe is one line for each change", () => {
  const pipe = stream({ isTTY: false });
  const progress = createProgress(pipe);
  for (const text of ["asked", "creating", "creating"]) progress.update("db", text);
  progress.finish("db", "done");
  progress.close();
  expect(pipe.text()).toBe("db: asked\ndb: creating\ndb: done\n");
});

test("progress on a terminal draws over itself and keeps what has ended", () => {
  const terminal = stream({ isTTY: true, columns: 40, rows: 10 });
  const progress = createProgress(terminal);
  progress.update("db", "creating");
  progress.update("web", "creating");
  progress.finish("db", "done");
  progress.finish("web", "it did not work", "bad");
  progress.close();
  const lines = terminal.text().split("\n");
  expect(lines[0]).toContain("✓");
  expect(lines[0]).toContain("db: done");
  expect(lines[1]).toContain("web: creating");
  expect(lines[2]).toMatch(/\[1A.\[0J/);
  expect(lines[2]).toContain("✗");
});

test("progress that is too long for the terminal still tells the time", () => {
  const terminal = stream({ isTTY: true, columns: 40, rows: 10 });
  const progress = createProgress(terminal);
  progress.update("drill of the-volume-of-the-shop on samsung", "asked for");
  progress.finish("db", "done");
  progress.close();
  expect(terminal.text().split("\n")[1]).toMatch(/ drill of the-volume-of-the-\S+… \d+ ms$/);
});

test("the ledger knows what is begun, not begun, and done", () => {
  const ledger = createLedger();
  const [, second, third] = ["a", "b", "c"].map((text) => ledger.begin(text));
  second?.done();
  second?.undone();
  third?.undone();
  expect(ledger.left()).toEqual(["begun, and may still be completed by the cloud: a", "not begun: c"]);
});
