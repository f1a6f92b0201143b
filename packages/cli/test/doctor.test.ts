/** One page about all that has to be right, with what to do about what is not. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createOpenStackEmulator } from "@polyvol/emulators/openstack";
import { afterAll, beforeAll, expect, test } from "vitest";
import { examineMachine } from "../src/doctor/run-doctor.ts";
import { BLIND, type Clouds, ENV, startClouds } from "./clouds.ts";

let clouds: Clouds;
let config: string;
beforeAll(async () => {
  clouds = await startClouds();
  clouds.ocean.seed({ volumes: [{ name: "db", region: "nyc3", size_gigabytes: 10, tags: ["env:prod"] }] });
  config = await readFile(join(clouds.folder, "polyvol.config.yaml"), "utf8");
});
afterAll(() => clouds.close());

interface Report {
  readonly ok: boolean;
  readonly checks: readonly { area: string; check: string; result: string; found: string; next?: string }[];
}

async function reportOf(
  command: string,
  env: Readonly<Record<string, string>> = ENV,
): Promise<{
  readonly code: number | null;
  readonly report: Report;
  find(area: string, check: string): object;
}> {
  const { code, out } = await clouds.run(`${command} -o json`, env);
  const report = JSON.parse(out) as Report;
  const find = (area: string, check: string): object =>
    report.checks.find((each) => each.area === area && each.check === check) ?? {};
  return { code, report, find };
}

test("all is well: a page of what was looked at, without a secret, and nothing is changed", async () => {
  await clouds.write(
    "policies.yaml",
    `${config}policies:
  nightly:
    select: { name: "*" }
    schedule: { cron: "0 3 * * *", timezone: Europe/Berlin }
    retention: { daily: 7 }
`,
  );
  const { code, out, err } = await clouds.run("doctor -c policies.yaml");
  expect(code, err).toBe(0);
  expect(out).toMatch(/^machine\n {2}✓ runtime +Node \d+\./);
  expect(out).toMatch(
    /\nconfiguration\n {2}✓ file +policies\.yaml: 2 clouds\n {2}✓ policies +nightly \(Europe\/Berlin\)\n/,
  );
  expect(out).toMatch(
    /\ncloud ocean\n {2}✓ credentials +token: env TOKEN\n {2}✓ reachable +http:.*, in .*, API v2\n/,
  );
  expect(out).toMatch(/\n {2}✓ clock +agrees with the provider's \(0 s\)\n {2}✓ read volumes +yes\n/);
  expect(out).toMatch(
    /\n {2}✓ quota +4,\d{3} requests left; documented or configured: 5,000 in 60 minutes and 250 in 1 minute\n\ncloud samsung\n/,
  );
  expect(out).toMatch(/\nAll can be used; 0 warnings\.\n$/);
  for (const secret of Object.values(ENV)) expect(out).not.toContain(secret);
  const sent = [clouds.ocean, clouds.samsung].flatMap(({ log }) => log.entries());
  expect(sent.filter(({ method }) => method !== "GET")).toEqual([]);
  expect(await clouds.run("doctor -q")).toEqual({ code: 0, out: "", err: "" });
});

test("each failure says what to do, and the rest is still looked at", async () => {
  const { TOKEN: token, ...rest } = ENV;
  const missing = await reportOf("doctor", rest);
  expect(missing.code).toBe(2);
  expect(missing.report.ok).toBe(false);
  expect(missing.find("cloud ocean", "credentials")).toMatchObject({
    result: "failed",
    found: expect.stringContaining("found TOKEN, which is not set"),
    next: "set what the message names, then: polyvol config check --cloud ocean",
  });
  expect(missing.find("cloud ocean", "reachable")).toMatchObject({ result: "skipped" });
  expect(missing.find("cloud samsung", "accepted")).toMatchObject({ result: "ok" });
  // People are told once what follows from one failure.
  const page = (await clouds.run("doctor", rest)).out;
  expect(page.match(/not looked at/g)).toHaveLength(1);
  expect(page).toMatch(/\n {2}- the rest +not looked at: see credentials\n/);

  const wrong = await reportOf("doctor", { ...ENV, TOKEN: "nobody" });
  expect(wrong.find("cloud ocean", "reachable")).toMatchObject({ result: "ok" });
  expect(wrong.find("cloud ocean", "accepted")).toMatchObject({
    result: "failed",
    next: expect.stringContaining("check the variable or file that the credentials come from"),
  });
  expect(JSON.stringify(wrong.report)).not.toContain("nobody");

  const quoted = await reportOf("doctor --cloud ocean", { ...ENV, TOKEN: `"${token}"` });
  expect(quoted.find("cloud ocean", "credentials")).toMatchObject({
    result: "warning",
    found: "token: env TOKEN; in quotation marks: TOKEN",
  });
  expect(quoted.find("cloud ocean", "accepted")).toMatchObject({ result: "failed" });

  const blind = await reportOf("doctor --cloud ocean", { ...ENV, TOKEN: BLIND });
  expect(blind.code).toBe(1);
  expect(blind.find("cloud ocean", "see tags")).toMatchObject({
    result: "failed",
    next: "give the credentials the scope tag:read",
  });
});

test("a region without a volume is said, where there are some elsewhere", async () => {
  await clouds.write("far.yaml", config.replace("region: nyc3", "region: nyc33"));
  const far = await reportOf("doctor -c far.yaml");
  expect(far.code).toBe(0);
  expect(far.find("cloud ocean", "region")).toMatchObject({
    result: "warning",
    found: "no volume is in nyc33; those that there are: nyc3",
    next: "see that the region in the configuration is the one that is meant",
  });
  expect(far.find("cloud samsung", "region")).toMatchObject({ result: "skipped" });
  const right = await reportOf("doctor --cloud ocean");
  expect(right.find("cloud ocean", "region")).toMatchObject({ result: "ok", found: "nyc3 has volumes" });
});

test("a cloud of clouds.yaml is said to be one, by doctor and by the list", async () => {
  const stack = createOpenStackEmulator({
    users: [{ name: "demo", password: "secret", projects: ["shop"] }],
  });
  const listener = await stack.listen();
  const auth = `auth_url: ${listener.url}, username: demo, password: secret, project_name: shop`;
  await clouds.write("clouds.yaml", `clouds: { shop: { auth: { ${auth} } } }\n`);
  await clouds.write("stack.yaml", "clouds: { mine: { provider: openstack, options: { cloud: shop } } }\n");
  const { code, find } = await reportOf("doctor -c stack.yaml");
  expect(code).toBe(0);
  expect(find("cloud mine", "credentials")).toMatchObject({ found: "clouds.yaml: shop" });
  expect(find("cloud mine", "reachable")).toMatchObject({
    found: expect.stringContaining("where the login"),
  });
  expect((await clouds.run("clouds list -c stack.yaml")).out).toContain("clouds.yaml: shop");
  await listener.close();
});

test("a cloud that is down, a configuration that is wrong, and none", async () => {
  await clouds.write(
    "down.yaml",
    config.replace(/127\.0\.0\.1:\d+"/, '127.0.0.1:9", retry: { maxAttempts: 1 }'),
  );
  const down = await reportOf("doctor -c down.yaml");
  expect(down.code).toBe(1);
  expect(down.find("cloud ocean", "reachable")).toMatchObject({
    result: "failed",
    found: expect.stringContaining("the connection to 127.0.0.1:9 was refused"),
    next: expect.stringContaining("see that this machine reaches that host"),
  });
  await clouds.write("wrong.yaml", `${config}policies: { nightly: { select: { name: "*" } } }\n`);
  const wrong = await reportOf("doctor -c wrong.yaml");
  expect(wrong.code).toBe(2);
  expect(wrong.find("configuration", "policies")).toMatchObject({ result: "failed" });
  expect(wrong.find("cloud samsung", "reachable")).toMatchObject({ result: "ok" });
  const none = await reportOf("doctor -c none.yaml");
  expect(none.code).toBe(2);
  expect(none.report.checks.at(-1)).toMatchObject({ area: "configuration", check: "file", result: "failed" });
});

test("a snapshot that shows a tag tells that tags are seen", async () => {
  const unknown = await reportOf("doctor --cloud samsung");
  expect(unknown.find("cloud samsung", "see tags")).toMatchObject({ result: "skipped" });
  await clouds.run("volumes create tagged --size 8 --cloud samsung");
  await clouds.run("snapshots create tagged first --tag env=prod --cloud samsung");
  await clouds.run("snapshots create tagged second --cloud samsung");
  const seen = await reportOf("doctor --cloud samsung");
  expect(seen.find("cloud samsung", "see tags")).toMatchObject({ result: "ok", found: "yes" });
});

test("what the machine brings: old time zone data, a proxy that is not used, a file that is not there", () => {
  const at = (year: number): Date => new Date(Date.UTC(year, 0));
  const year = Number.parseInt(process.versions["tz"] ?? "", 10);
  const results = (environment: NodeJS.ProcessEnv, now: Date): readonly string[] =>
    examineMachine(environment, now).map(({ check, result }) => `${check} ${result}`);
  expect(results({}, at(year))).toEqual(["runtime ok", "time zones ok", "proxy ok"]);
  expect(results({}, at(year + 3))[1]).toBe("time zones warning");
  expect(results({ HTTPS_PROXY: "http://proxy:3128" }, at(year))[2]).toBe("proxy warning");
  expect(
    results({ HTTPS_PROXY: "http://user:secret@proxy:3128", NODE_USE_ENV_PROXY: "1" }, at(year))[2],
  ).toBe("proxy ok");
  expect(results({ NODE_EXTRA_CA_CERTS: "/nowhere/at/all.pem" }, at(year))[3]).toBe("certificates warning");
  const shown = JSON.stringify(examineMachine({ HTTPS_PROXY: "http://user:secret@proxy:3128" }, at(year)));
  expect(shown).not.toContain("secret");
});
