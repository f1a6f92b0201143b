/** What a worker knows of the configuration while it changes. */
import { parseConfig } from "@polyvol/config";
import { expect, test } from "vitest";
import { rememberFleet } from "../src/commands/fleet/setup.ts";
import type { Context } from "../src/context.ts";

/** A configuration of one cloud, which may be another account the next time. */
function configOf(account: string): ReturnType<typeof parseConfig> {
  return parseConfig({
    clouds: { shop: { provider: "digitalocean", account, credentials: { token: () => "secret" } } },
    policies: {
      nightly: {
        select: { name: "*" },
        schedule: { cron: "0 3 * * *", timezone: "UTC" },
        retention: { daily: 7 },
      },
    },
  });
}

test("a name that is another account by the time that it is connected is not worked on", async () => {
  let account = "berlin";
  let now = 0;
  const configNow = () => Promise.resolve(configOf(account));
  const context = { cloudOption: [], configNow } as Partial<Context> as Context;
  const fleet = rememberFleet(context, () => now);
  const [berlin] = (await fleet.setup()).accounts;
  if (berlin === undefined) throw new Error("one account");
  await expect(fleet.connect(berlin)).resolves.toHaveProperty("size", 1);
  // Longer than a configuration is remembered.
  now += 60_001;
  account = "paris";
  await expect(fleet.connect(berlin)).rejects.toThrow(
    "the configuration has changed meanwhile: account berlin was shop, and is no cloud; nothing was done",
  );
  const [paris] = (await fleet.setup()).accounts;
  expect(paris).toEqual({ key: "paris", clouds: ["shop"] });
});
