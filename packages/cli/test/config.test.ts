import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Ended, polyvol } from "./polyvol.ts";

const ENV = {
  DIGITALOCEAN_TOKEN: "T-secret",
  SCP_ACCESS_KEY: "A-secret",
  SCP_SECRET_KEY: "S-secret",
  OS_APPLICATION_CREDENTIAL_SECRET: "O-secret",
};

let folder = "";
let template = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "polyvol-config-"));
  const { code, err } = await run("config init");
  expect({ code, err }).toEqual({
    code: 0,
    err: "Wrote polyvol.config.yaml. Remove the clouds that you do not have, then: polyvol config check\n",
  });
  template = await readFile(join(folder, "polyvol.config.yaml"), "utf8");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const run = (command: string, env: Readonly<Record<string, string>> = ENV): Promise<Ended> =>
  polyvol(command.split(" "), { cwd: folder, env });

/** Checks the file that init writes, with changes. */
async function check(name: string, from: string, to: string, more = ""): Promise<Ended> {
  expect(template).toContain(from);
  await writeFile(join(folder, name), template.replace(from, to));
  return await run(`config check -c ${name}${more}`);
}

test.concurrent("the file that init writes is fine once the credentials are there", async () => {
  const [table, data, clouds] = await Promise.all([
    run("config check"),
    run("config check -o json"),
    run("clouds list -o json"),
  ]);
  expect(table.code, table.err).toBe(0);
  expect(table.out).toMatch(
    /^polyvol\.config\.yaml is fine\.\n3 clouds: ocean \(digitalocean\), samsung \(samsung-scp\), stack \(openstack\)\n1 policy: nightly\n$/,
  );
  expect(JSON.parse(data.out)).toMatchObject({ ok: true, policies: ["nightly"] });
  expect(JSON.parse(clouds.out)).toMatchObject([
    { cloud: "ocean" },
    { cloud: "samsung" },
    { cloud: "stack" },
  ]);
});

test.concurrent("policies are checked: line, path, what was found, what is allowed", async () => {
  const [rule, key, zone, cloud, none, empty, list] = await Promise.all([
    check("rule.yaml", "daily: 7", "daily: -7"),
    check("key.yaml", "weekly: 4", "weely: 4"),
    check("zone.yaml", "timezone: UTC", "timezone: Mars/Base"),
    check("cloud.yaml", '{ name: "*" }', "{ cloud: [ocean, moon] }"),
    check("none.yaml", "daily: 7, weekly: 4, monthly: 6", "daily: 0"),
    check("empty.yaml", '{ name: "*" }', "{}"),
    check("list.yaml", "policies:\n  nightly:", "policies:\n  - nightly:"),
  ]);
  const all = [rule, key, zone, cloud, none, empty, list];
  expect(all.map(({ code, out }) => [code, out])).toEqual(all.map(() => [2, ""]));
  expect(rule.err).toBe(
    "error: rule.yaml:34:18: policies.nightly.retention.daily: found -7; allowed: a whole number, 0 (no such rule) or more\n",
  );
  expect(key.err).toMatch(
    /: policies\.nightly\.retention\.weely: found an unknown key; allowed: .*\. Did you mean "weekly"\?\n$/,
  );
  expect(zone.err).toContain('schedule.timezone: found "Mars/Base"; allowed: an IANA time zone');
  expect(cloud.err).toBe(
    'error: cloud.yaml:32:15: policies.nightly.select.cloud: found "moon"; allowed: ocean, samsung, stack\n',
  );
  expect(none.err).toContain("policies.nightly.retention: found ");
  expect(empty.err).toContain(
    "policies.nightly.select: found {}; allowed: at least one of cloud, name, id, tags",
  );
  expect(list.err).toContain("policies: found a list; allowed: a mapping of ids to policies");
});

test.concurrent("what is wrong with clouds and with policies is said at once", async () => {
  await writeFile(join(folder, "both.yaml"), template.replace("daily: 7", "daily: many"));
  const { DIGITALOCEAN_TOKEN: _, ...rest } = ENV;
  const [table, data] = await Promise.all([
    run("config check -c both.yaml", rest),
    run("config check -c both.yaml -o json", rest),
  ]);
  expect(table).toMatchObject({ code: 2, out: "" });
  expect(table.err).toMatch(
    /^error: both\.yaml:9:16: .*found DIGITALOCEAN_TOKEN, which is not set;.*\nerror: /,
  );
  expect(table.err).toContain('policies.nightly.retention.daily: found "many"; allowed: ');
  expect(data.code).toBe(2);
  expect(JSON.parse(data.out)).toMatchObject({
    ok: false,
    clouds: [{ cloud: "samsung" }, { cloud: "stack" }],
    policies: [],
  });
});

test.concurrent("the schema for editors knows policies", async () => {
  const { code, out } = await run("config schema");
  expect(code).toBe(0);
  const { properties } = JSON.parse(out);
  expect(properties.policies.additionalProperties.required).toEqual(["select", "schedule", "retention"]);
  expect(properties.policies.additionalProperties.properties.retention.properties).toHaveProperty("daily");
  expect(properties.policies).not.toHaveProperty("$schema");
});
