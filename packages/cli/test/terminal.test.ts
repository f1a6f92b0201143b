import { afterAll, beforeAll, expect, test } from "vitest";
import { type Clouds, startClouds } from "./clouds.ts";
import { HAS_TERMINAL, onTerminal } from "./terminal.ts";

const NAME = "a-volume-with-a-rather-long-name";

let clouds: Clouds;
beforeAll(async () => {
  clouds = await startClouds();
  clouds.ocean.seed({ volumes: [{ name: NAME, region: "nyc3", size_gigabytes: 10 }] });
});
afterAll(() => clouds.close());

test.skipIf(!HAS_TERMINAL).concurrent("a deletion is asked about, and no means no", async () => {
  const no = await onTerminal(clouds, `volumes delete ${NAME} --cloud ocean`, { input: "n\n" });
  expect(no).toContain(`Delete 1 volume on ocean: ${NAME}? Their snapshots stay. [y/N] `);
  expect(no).toContain("Nothing was deleted.\ncode 1\n");
  expect(clouds.ocean.state()).toMatchObject({ volumes: [{ name: NAME }] });
});

test
  .skipIf(!HAS_TERMINAL)
  .concurrent("a table fits the terminal, in colour unless that is not wanted", async () => {
    const [coloured, plain] = await Promise.all([
      onTerminal(clouds, "volumes list --cloud ocean"),
      onTerminal(clouds, "volumes list --cloud ocean", { env: { NO_COLOR: "1" } }),
    ]);
    expect(coloured).toContain("\u001b[32mavailable\u001b[39m");
    expect(plain).not.toContain("\u001b[");
    expect(plain).toMatch(/\nocean +a-volume-with-a-rather-long-name /);
    expect(plain).toMatch(/\n.* [0-9a-f]{8}\n/);
  });

test.skipIf(!HAS_TERMINAL).concurrent("a terminal that knows no movements gets plain lines", async () => {
  const env = { TERM: "dumb" };
  const screen = await onTerminal(clouds, "volumes create another --size 99999 --cloud ocean", { env });
  expect(screen).not.toContain("\u001b[");
  expect(screen).toMatch(/^creation of volume another on ocean: asked for\n/);
});
