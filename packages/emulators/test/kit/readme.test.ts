import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createDigitalOceanEmulator } from "../../src/digitalocean/index.ts";
import { parseFaults } from "../../src/kit/fault.ts";

const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
const [faults, seed] = [...readme.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text = ""]) =>
  JSON.parse(text),
);

describe("the README", () => {
  test("shows faults that are valid, and names every kind", () => {
    expect(parseFaults(faults)).toHaveLength(2);
    let message = "";
    try {
      parseFaults({ kind: "?" });
    } catch (error) {
      message = String(error);
    }
    const kinds = message.replace(/^.*must be one of /, "").split(", ");
    expect(kinds.length).toBeGreaterThan(15);
    for (const kind of kinds) expect(readme).toContain(`| \`${kind}\` |`);
  });

  test("shows a seed that is valid", () => {
    const emulator = createDigitalOceanEmulator();
    emulator.seed(seed);
    expect(emulator.state()).toMatchObject({
      volumes: [{ name: "data-a", droplet_ids: [1001] }],
      snapshots: expect.objectContaining({ length: 3 }),
    });
  });

  test("names every control path", async () => {
    const listener = await createDigitalOceanEmulator().listen();
    const { error } = (await (await fetch(`${listener.url}/_emulator/?`)).json()) as { error: string };
    await listener.close();
    const paths = error.replace(/^.*: /, "").split(", ");
    expect(paths).toHaveLength(8);
    for (const path of paths) expect(readme).toContain(`/_emulator/${path}\``);
  });
});
