import "reflect-metadata";
import { type ProviderRegistration, parseConfig } from "@polyvol/config";
import { cloudToken, registerClouds, TOKENS } from "@polyvol/config/tsyringe";
import type { BlockStorage } from "@polyvol/core";
import { option, secretOption } from "@polyvol/core/driver";
import { container, type DependencyContainer } from "tsyringe";
import { expect, test } from "vitest";
import * as z from "zod";

const child = (): DependencyContainer => container.createChildContainer();

/** A provider whose storages show what they were made from. */
function provider(name: string, made: unknown[] = []): ProviderRegistration {
  return {
    provider: name,
    options: {
      key: secretOption("a key", { required: true, description: "key" }),
      level: option(z.int(), { allowed: "a whole number", description: "level" }),
    },
    load: async () => (options) => {
      made.push(options);
      return { provider: name } as BlockStorage;
    },
  };
}

test("a program's own container gets each cloud, all of them, and the only one", async () => {
  const made: unknown[] = [];
  const target = child();
  target.register(TOKENS.provider, { useValue: provider("acme", made) });
  const providers = [provider("acme")];
  const one = parseConfig(
    { clouds: { main: { provider: "acme", credentials: { key: () => "K" }, options: { level: 2 } } } },
    { providers },
  );
  await registerClouds(target, one);
  expect(made).toEqual([]);
  const storage = target.resolve(cloudToken("main"));
  expect(target.resolve(TOKENS.blockStorage)).toBe(storage);
  expect(target.resolve(TOKENS.clouds).named("main")).toBe(storage);
  expect(target.resolve(TOKENS.config)).toBe(one);
  expect(made).toHaveLength(1);
  expect(made[0]).toMatchObject({ level: 2 });
});

test("with several clouds there is no only one", async () => {
  const target = child();
  const providers = [provider("acme")];
  const config = parseConfig({ clouds: { a: { provider: "acme" }, b: { provider: "acme" } } }, { providers });
  await registerClouds(target, config, { providers });
  expect(target.resolve(TOKENS.clouds).size).toBe(2);
  expect(() => target.resolve(TOKENS.blockStorage)).toThrow(
    "clouds: found 2 clouds (a, b); allowed: one, where a program asks for the only one. Ask for one by name: cloudToken(name)",
  );
});

test("two containers do not see each other's clouds, and the root container sees none", async () => {
  const providers = [provider("acme")];
  const config = (name: string): ReturnType<typeof parseConfig> =>
    parseConfig({ clouds: { [name]: { provider: "acme" } } }, { providers });
  const [first, second] = [child(), child()];
  await registerClouds(first, config("a"), { providers });
  await registerClouds(second, config("b"), { providers });
  expect([...first.resolve(TOKENS.clouds).keys()]).toEqual(["a"]);
  expect([...second.resolve(TOKENS.clouds).keys()]).toEqual(["b"]);
  expect(container.isRegistered(TOKENS.clouds)).toBe(false);
  expect(first.isRegistered(cloudToken("b"), true)).toBe(false);
});

test("what a program gives itself goes on to the adapter", async () => {
  const made: { readonly clock?: unknown; readonly onEvent?: (event: unknown) => void }[] = [];
  const providers = [provider("acme", made)];
  const config = parseConfig({ clouds: { main: { provider: "acme" } } }, { providers });
  const target = child();
  const clock = { now: () => 0, sleep: async () => undefined };
  const events: unknown[] = [];
  await registerClouds(target, config, {
    providers,
    clock,
    onEvent: (event, cloud) => events.push([event, cloud]),
  });
  target.resolve(TOKENS.clouds);
  expect(made[0]?.clock).toBe(clock);
  made[0]?.onEvent?.("event");
  expect(events).toEqual([["event", "main"]]);
});
