/** What programs read: failures as data, lists that say what is missing, and the requests of a command. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { eventText } from "@polyvol/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { nextStep } from "../src/next-step.ts";
import { trafficLine } from "../src/verbose.ts";
import { type Clouds, ENV, startClouds } from "./clouds.ts";

let clouds: Clouds;
beforeAll(async () => {
  clouds = await startClouds();
  clouds.ocean.seed({ volumes: [{ name: "db", region: "nyc3", size_gigabytes: 10 }] });
  clouds.samsung.seed({ volumes: [{ name: "erp" }] });
  const config = await readFile(join(clouds.folder, "polyvol.config.yaml"), "utf8");
  const policies = `policies:
  nightly:
    select: { name: "*" }
    schedule: { cron: "0 0 * * *", timezone: UTC }
    retention: { daily: 1, keepOldest: false }
`;
  await clouds.write("backup.yaml", `${config}${policies}`);
  const down = config.replace(/127\.0\.0\.1:\d+"/, '127.0.0.1:9", retry: { maxAttempts: 1 }');
  await clouds.write("down.yaml", `${down}${policies}`);
});
afterAll(() => clouds.close());

const errorsIn = (err: string): readonly Record<string, unknown>[] =>
  err
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => (JSON.parse(line) as { error: Record<string, unknown> }).error);

test("a list of which a part is missing says so in its data, in an element of its own", async () => {
  const { code, out, err } = await clouds.run("volumes list -o json", { ...ENV, TOKEN: "wrong" });
  expect(code).toBe(1);
  const list = JSON.parse(out) as { name?: string; cloud: string; error?: object }[];
  expect(list.filter(({ error }) => error === undefined)).toMatchObject([{ cloud: "samsung", name: "erp" }]);
  const error = {
    code: "unauthenticated",
    cloud: "ocean",
    provider: "digitalocean",
    operation: "volumes.list",
    status: 401,
    requestId: expect.any(String),
    next: expect.stringContaining("polyvol clouds check --cloud ocean"),
  };
  expect(list.at(-1)).toMatchObject({ cloud: "ocean", error });
  expect(errorsIn(err)).toMatchObject([error]);
  expect(`${out}${err}`).not.toContain("wrong-");
});

test("each kind of failure is a line of JSON on standard error under -o json and yaml", async () => {
  const { TOKEN: _, ...rest } = ENV;
  const [missing, usage, unknown, config, id, yaml, quiet] = await Promise.all([
    clouds.run("volumes get nothing -o json"),
    clouds.run("volumes create x -o json --cloud ocean"),
    clouds.run("volumes list --nope -o json"),
    clouds.run("volumes list --cloud ocean -o json", rest),
    clouds.run("volumes get 11111111-1111-4111-8111-111111111111 --cloud ocean -o json"),
    clouds.run("volumes get nothing --output=yaml"),
    clouds.run("volumes list --nope -qo json"),
  ]);
  expect([missing, usage, unknown, config, id, yaml].map(({ code }) => code)).toEqual([1, 2, 2, 2, 1, 1]);
  expect(errorsIn(missing.err)).toMatchObject([{ code: "not_found" }]);
  expect(errorsIn(usage.err)).toEqual([
    { code: "usage", message: "a volume needs --size, or --from-snapshot, which implies one." },
  ]);
  expect(errorsIn(unknown.err)).toMatchObject([
    { code: "usage", message: "unknown option '--nope' (Did you mean --name?)" },
  ]);
  expect(quiet.err).toBe(unknown.err);
  expect(errorsIn(config.err)).toMatchObject([
    { code: "configuration", problems: [{ path: "clouds.ocean.credentials.token.env" }] },
  ]);
  expect(errorsIn(id.err)).toMatchObject([
    { code: "not_found", resource: { kind: "volume" }, status: 404, next: expect.any(String) },
  ]);
  expect(errorsIn(yaml.err)).toMatchObject([{ code: "not_found" }]);
  expect(JSON.parse(config.out)).toMatchObject([{ cloud: "ocean", error: { code: "configuration" } }]);
});

test("what the backup library refuses keeps its code and its problems, and a wrong option is exit code 2", async () => {
  await clouds.run("backup plan -c backup.yaml --save plan.json -q");
  const plan = JSON.parse(await readFile(join(clouds.folder, "plan.json"), "utf8")) as object;
  await clouds.write("changed.json", JSON.stringify({ ...plan, basis: "another" }));
  const changed = await clouds.run("backup apply -c backup.yaml changed.json -o json");
  expect(changed.code).toBe(1);
  expect(errorsIn(changed.err)).toMatchObject([
    { code: "failed_precondition", problems: [{ path: "plan.digest" }] },
  ]);
  const days = await clouds.run("backup report -c backup.yaml --days 401 -o json");
  expect(days.code).toBe(2);
  expect(errorsIn(days.err)).toMatchObject([{ code: "invalid_argument", problems: [{ path: "days" }] }]);
});

test("--verbose and POLYVOL_DEBUG=http: a line for each request, on standard error, without a secret", async () => {
  const [verbose, variable, quiet] = await Promise.all([
    clouds.run("volumes list -v -o json"),
    clouds.run("volumes list -o json", { ...ENV, POLYVOL_DEBUG: "http" }),
    clouds.run("volumes list -o json", { ...ENV, POLYVOL_DEBUG: "" }),
  ]);
  for (const { out, err } of [verbose, variable]) {
    expect(JSON.parse(out)).toHaveLength(2);
    expect(err).toMatch(/^ocean volumes\.list: GET \/v2\/volumes\?\S+: 200 in [\d.]+ m?s, request \S+\n/m);
    expect(err).toMatch(/^samsung volumes\.list: GET \S+: 200 in /m);
    for (const secret of Object.values(ENV)) expect(err).not.toContain(secret);
  }
  expect(quiet.err).toBe("");
  expect(await clouds.run("volumes list", { ...ENV, POLYVOL_DEBUG: "all" })).toMatchObject({
    code: 2,
    err: "error: POLYVOL_DEBUG: found all; allowed: http\n",
  });
});

test("retries, pauses and what is waited for are lines, too", async () => {
  clouds.ocean.faults.add({
    kind: "answer",
    status: 503,
    count: 1,
    match: { method: "GET", path: "/v2/volumes" },
  });
  const { code, err } = await clouds.run("volumes list --cloud ocean -v");
  expect(code).toBe(0);
  expect(err).toMatch(
    /: 503 in .*\nocean volumes\.list: attempt 1 failed \(unavailable: .*\); the next in .*\n.*: 200 in /,
  );
  const about = { provider: "samsung-scp", operation: "volumes.create" };
  const resource = { kind: "volume", id: "v-1", name: "slow" } as const;
  const lines = [
    trafficLine(
      { ...about, type: "wait", resource, seen: "creating", elapsedMs: 1, nextLookMs: 2000 },
      "main",
      eventText,
    ),
    trafficLine({ ...about, type: "throttle", delayMs: 1500, bound: "quota" }, "main", eventText),
    trafficLine({ ...about, type: "recover", resource, result: "surplus_removed" }, "main", eventText),
    trafficLine({ ...about, type: "request", method: "GET", target: "/" }, "main", eventText),
  ];
  expect(lines).toEqual([
    "main volumes.create: volume slow is creating; the next look in 2.0 s",
    "main volumes.create: held back for 1.5 s (quota)",
    "main volumes.create: volume slow: surplus removed",
    undefined,
  ]);
});

test("a cloud that cannot be reached: the host is named, and the hint is about that", async () => {
  const { code, err } = await clouds.run("clouds check -c down.yaml --cloud ocean");
  expect(code).toBe(1);
  expect(err).toContain("the connection to 127.0.0.1:9 was refused (ECONNREFUSED)");
  expect(err).toMatch(/\nnext: +see that this machine reaches that host \(network, proxy, options\.baseUrl/);
  expect(err).not.toContain("makes nothing twice");
});

test("hints fit what was done", () => {
  const code = "unavailable";
  expect(nextStep({ code, operation: "volumes.list", status: 503 }, "a")).toBe(
    "the same command can be repeated",
  );
  expect(nextStep({ code, operation: "volumes.create", status: 503 }, "a")).toMatch(/makes nothing twice$/);
  expect(nextStep({ code, operation: "volumes.create", outcome: "unknown" }, "a")).toMatch(
    /makes nothing twice$/,
  );
  expect(nextStep({ code, operation: "volumes.create", outcome: "not_applied" }, "a")).toMatch(
    /^see that this machine/,
  );
  expect(nextStep({ code: "timeout", operation: "volumes.create", outcome: "not_applied" }, "a")).toBe(
    "nothing was changed; the same command can be repeated; --timeout gives it longer",
  );
  expect(nextStep({ code: "rate_limited", retryAfterMs: 61_000, readOnly: true }, "a")).toBe(
    "wait 1 min 1 s; the same command can be repeated",
  );
  expect(nextStep({ code: "timeout", operation: "snapshots.list" }, "a")).toBe(
    "the same command can be repeated; --timeout gives it longer",
  );
});

test("a cloud that is down is in the status, and what is new is not overdue", async () => {
  const table = await clouds.run("backup status -c down.yaml");
  expect(table.code).toBe(1);
  expect(table.out).toMatch(
    /\nsamsung +erp +nightly +new .*\n\nocean: could not be read; nothing is known of its volumes\.\nfailed: /s,
  );
  const { volumes, unread } = JSON.parse((await clouds.run("backup status -c down.yaml -o json")).out) as {
    readonly volumes: readonly object[];
    readonly unread: readonly string[];
  };
  expect(unread).toEqual(["ocean"]);
  expect(volumes[0]).toMatchObject({ cloud: "samsung", volumeName: "erp", freshness: "new", overdueMs: 0 });
});

test("explain takes a policy of the configuration, and the snapshots of a volume or of a listing", async () => {
  expect((await clouds.run("backup run -c backup.yaml")).code).toBe(0);
  const ofVolume = await clouds.run("backup explain -c backup.yaml --policy nightly --volume db");
  expect(ofVolume.out).toMatch(
    /^VOLUME +SNAPSHOT +TIME +FATE +WHY +ID\ndb +polyvol-nightly-\S+ +\S+ 00:00Z +kept +daily .*\n\n1 snapshot: 1 kept/,
  );
  await clouds.write("snapshots.json", (await clouds.run("snapshots list -o json")).out);
  const ofListing = await clouds.run(
    "backup explain -c backup.yaml --policy nightly --snapshots snapshots.json",
  );
  expect(ofListing.out).toMatch(/\d snapshots: \d kept, 0 removed\.\n$/);
  const wrong = await clouds.run("backup explain -c backup.yaml --policy nigthly --volume db");
  expect(wrong).toMatchObject({
    code: 2,
    err: 'error: --policy: found nigthly; allowed: nightly, or a file that ends in .json. Did you mean "nightly"?\n',
  });
  expect((await clouds.run("backup explain -c backup.yaml --policy nightly")).code).toBe(2);
});
