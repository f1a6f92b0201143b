import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { createProgram } from "../src/program.ts";
import { renderPage } from "./transcripts/render.ts";
import { STORY } from "./transcripts/story.ts";

const PAGE = new URL("../../../docs/cli.md", import.meta.url);

test("docs/cli.md is what the commands write; write it anew with: pnpm docs:cli", async () => {
  expect(await renderPage()).toBe(await readFile(PAGE, "utf8"));
});

test("docs/cli.md has every command", async () => {
  const program = await createProgram(() => undefined);
  const commands = program.commands.flatMap((outer) =>
    outer.commands.length === 0
      ? [outer.name()]
      : outer.commands.map((inner) => `${outer.name()} ${inner.name()}`),
  );
  expect(STORY.map(({ command }) => command)).toEqual(expect.arrayContaining(commands));
});
