import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AmbiguousJson, parseJsonText, readTextFile, resolveSecret, UnfitFile } from "@polyvol/core/driver";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { anyText } from "../../../scripts/test/any-text.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "polyvol-files-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("a file that somebody named", () => {
  test("is read, also by a link", async () => {
    await writeFile(join(folder, "token"), "\ufeff안녕\n");
    await symlink(join(folder, "token"), join(folder, "link"));
    expect(await readTextFile(join(folder, "link"), { mostBytes: 100 })).toBe("\ufeff안녕\n");
    expect(await resolveSecret({ file: join(folder, "link") })).toBe("안녕");
  });

  test.runIf(process.platform !== "win32")("is refused for what it is, and never waited for", async () => {
    const pipe = join(folder, "pipe");
    execFileSync("mkfifo", [pipe]);
    await mkdir(join(folder, "folder"));
    const socket = join(folder, "socket");
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    const found = {
      [pipe]: "a named pipe (FIFO)",
      [join(folder, "folder")]: "a folder",
      [socket]: "a socket",
    };
    if (existsSync("/dev/zero")) found["/dev/zero"] = "a device";
    for (const [path, kind] of Object.entries(found)) {
      const refused = { found: kind, allowed: "a regular file of at most 64 KiB" };
      await expect(readTextFile(path, { mostBytes: 65_536, orPipe: true })).rejects.toMatchObject(refused);
      await expect(resolveSecret({ file: path })).rejects.toMatchObject({
        code: "unauthenticated",
        outcome: "not_applied",
        reason: `the credential file ${path}: found ${kind}; allowed: a regular file of at most 64 KiB`,
      });
    }
    server.close();
  });

  test("is bounded, whatever its size was said to be", async () => {
    const file = join(folder, "large");
    await writeFile(file, "x");
    await truncate(file, 1_000_000_000);
    await expect(readTextFile(file, { mostBytes: 65_536 })).rejects.toThrow(UnfitFile);
    await expect(resolveSecret({ file })).rejects.toThrow("found more than 64 KiB");
    // What the system makes up says of itself that it has no bytes.
    if (existsSync("/proc/cpuinfo")) {
      await expect(readTextFile("/proc/cpuinfo", { mostBytes: 10 })).rejects.toThrow(UnfitFile);
    }
  });

  test.each([
    ["Latin-1", Buffer.from("a: 1\n# caf\u00e9\n", "latin1"), 2],
    ["UTF-16, as other shells write it", Buffer.from("\ufeffa: 1\n", "utf16le"), 1],
    ["cut in the middle of a character", Buffer.from("a: 1\nb: 안").subarray(0, -1), 2],
    ["of many lines", Buffer.from([...Buffer.from("안녕: \ufffd\n".repeat(9_000)), 0xff, 0x0a]), 9_001],
  ])("is refused where it is not UTF-8, with the line: %s", async (_, bytes, line) => {
    const file = join(folder, "text");
    await writeFile(file, bytes);
    await expect(readTextFile(file, { mostBytes: 1_048_576 })).rejects.toMatchObject({
      ...{ name: "UnfitFile", found: `bytes that are not UTF-8, in line ${line}`, allowed: "text in UTF-8" },
    });
    const cut = await readTextFile(file, { mostBytes: 1_048_576, orCut: true });
    expect(cut).toBe(bytes.toString());
  });

  test("that is not there is the system's error", async () => {
    await expect(resolveSecret({ file: join(folder, "none") })).rejects.toMatchObject({ code: "ENOENT" });
  });
});

describe("JSON that is not ambiguous", () => {
  test("is what JSON.parse makes of it", () => {
    const strings = fc.oneof(anyText(), fc.constantFrom('"', "\\", "{", ":", '\\":', "a"));
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 5 },
        strings,
        fc.integer(),
        fc.constant(null),
        fc.array(tie("tree"), { maxLength: 4 }),
        fc.dictionary(strings, tie("tree"), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(tree, fc.nat(4), (value, spaces) => {
        const text = JSON.stringify(value, null, spaces);
        expect(parseJsonText(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  test.each([
    ['{"a": 1, "b": {"a": 2},\n "a": 3}', 2, 2],
    ['{"a": 1, "\\u0061": 2}', 1, 10],
    ['[{"x": {"k": []}}, {"x": 1, "y": [{}, "x"], "x": 2}]', 1, 45],
    ['{"": 1, "": 2}', 1, 9],
  ])("%j has a key twice", (text, line, column) => {
    expect(() => parseJsonText(text)).toThrow(AmbiguousJson);
    expect(() => parseJsonText(text)).toThrow(
      `a key that stands twice in its object (line ${line} column ${column})`,
    );
  });

  test("and not nested without end", () => {
    for (const levels of [101, 20_000]) {
      for (const [open, close] of [
        ["[", "]"],
        ['{"a":', "}"],
      ] as const) {
        const text = `${open.repeat(levels)}1${close.repeat(levels)}`;
        expect(() => parseJsonText(text)).toThrow("nested too deeply, beyond 100 levels");
      }
    }
    expect(parseJsonText(`${"[".repeat(100)}${"]".repeat(100)}`)).toBeDefined();
  });
});
