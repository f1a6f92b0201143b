import { hash } from "node:crypto";
import { type BackupReport, backupReport, parsePolicies } from "@polyvol/backup";
import fc from "fast-check";
import { expect, test } from "vitest";
import { renderReportPage } from "../src/index.ts";
import {
  cloudOf,
  emptyFleet,
  failingFleet,
  healthyFleet,
  largeFleet,
  NOW,
  POLICIES,
  snapshotsFor,
  volume,
} from "./fleets.ts";

/** The elements of a page with the names of their attributes: what an escaped text can never change. */
function skeleton(page: string): readonly string[] {
  const body = page.slice(page.indexOf("</style>"));
  return (body.match(/<[^>]*>/g) ?? []).map((tag) => tag.replace(/"[^"]*"/g, '""'));
}

/** A report in which every text that a provider, a configuration or a record can choose is this one. */
async function reportSaying(text: string): Promise<BackupReport> {
  const one = volume(1, text, { region: text });
  const other = volume(2, text, { region: text });
  const hand = {
    ...snapshotsFor(one, "nightly")[0],
    createdAt: new Date(NOW.getTime() - 1_000),
    id: text,
    name: text,
    tags: { [text]: text },
  };
  const snapshots = [...snapshotsFor(one, "nightly"), hand as ReturnType<typeof snapshotsFor>[number]];
  const policies = parsePolicies({
    ...POLICIES,
    nightly: { ...POLICIES["nightly"], select: { id: one.id } },
  } as typeof POLICIES);
  const problem = {
    code: "timeout",
    message: text,
    effect: "attention",
    cloud: text,
    policyId: text,
    volumeName: text,
  } as const;
  const head = {
    format: "polyvol-record",
    version: 1,
    startedAt: NOW.toISOString(),
    finishedAt: NOW.toISOString(),
    ok: false,
  } as const;
  const report = await backupReport(
    policies,
    { ocean: cloudOf([one, other], snapshots), gone: new Error(text) },
    NOW,
    {
      prices: { ocean: { perGiBMonth: 1, currency: text } },
      record: {
        aside: [],
        entries: [
          {
            ...head,
            kind: "run",
            command: "run",
            stopped: false,
            policyIds: [text],
            clouds: [{ cloud: text, seen: false }],
            totals: { volumes: 1, created: 1, deleted: 0, left: 0, problems: 1 },
            made: [],
            unmade: [],
            deleted: [],
            problems: [problem],
          },
          { ...head, kind: "drill", cloud: text, volumeId: text, volumeName: text, problems: [problem] },
          { ...head, ok: true, kind: "restore", cloud: text, volumeId: text, problems: [] },
        ],
      },
    },
  );
  // Names of clouds and policies are checked when a configuration is read; a report can come from elsewhere.
  return {
    ...report,
    problems: [problem],
    clouds: report.clouds.map((each) => ({ ...each, cloud: text })),
    policies: report.policies.map((each) => ({
      ...each,
      policyId: text,
      cloud: text,
      schedule: text,
      rules: text,
      timezone: text,
    })),
    volumes: report.volumes.map((each) => ({
      ...each,
      cloud: text,
      volumeId: text,
      policies: each.policies.map((standing) => ({ ...standing, policyId: text })),
    })),
  };
}

test("no text changes the structure of the page, whatever it is", async () => {
  const plain = skeleton(renderReportPage(await reportSaying("abc"), { title: "abc" }));
  expect(plain.length).toBeGreaterThan(200);
  const nasty = fc.constantFrom(
    "<",
    ">",
    '"',
    "'",
    "&",
    "</",
    "<script>",
    "<!--",
    "-->",
    "]]>",
    "</title>",
    "</style>",
    "\u0000",
    "\u202e",
    "\ud800",
    "&lt;",
    "`",
    "javascript:",
    "=",
    "\n",
    " ",
  );
  const texts = fc
    .array(fc.oneof(nasty, fc.string({ unit: "grapheme", minLength: 1, maxLength: 4 })), {
      minLength: 1,
      maxLength: 12,
    })
    .map((parts) => parts.join(""));
  await fc.assert(
    fc.asyncProperty(texts, async (text) => {
      const page = renderReportPage(await reportSaying(text), { title: text });
      expect(skeleton(page)).toEqual(plain);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: no page may hold them
      expect(page).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/);
      expect(page.isWellFormed()).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test("loads nothing, runs nothing, and its policy allows its own style sheet only", async () => {
  const page = renderReportPage(await failingFleet());
  const [, policy] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page) ?? [];
  const [, style = ""] = /<style>([\s\S]*?)<\/style>/.exec(page) ?? [];
  expect(policy).toBe(
    `default-src &#39;none&#39;; style-src &#39;sha256-${hash("sha256", style, "base64")}&#39;; base-uri &#39;none&#39;; form-action &#39;none&#39;`,
  );
  expect(page).not.toMatch(/<(script|img|iframe|link|object|embed|form|base)\b/i);
  expect(page).not.toMatch(/ (style|on\w+|src|srcset|action)=/i);
  for (const [, target] of page.matchAll(/href="([^"]*)"/g)) expect(target).toMatch(/^#/);
});

test("each link leads to a section, and no id stands twice", async () => {
  for (const report of [await emptyFleet(), await healthyFleet(), await failingFleet()]) {
    const page = renderReportPage(report);
    const ids = [...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, target] of page.matchAll(/href="#([^"]*)"/g)) expect(ids).toContain(target);
  }
});

test("says of each fleet what is so", async () => {
  const empty = renderReportPage(await emptyFleet());
  expect(empty).toContain("Nothing is backed up: no policy chooses a volume");
  expect(empty).not.toContain("All is well");
  const healthy = renderReportPage(await healthyFleet());
  expect(healthy).toContain("All is well");
  expect(healthy).toContain("stays until it is released");
  expect(healthy).toContain("0.06 USD for a GiB and month, from the configuration");
  const failing = renderReportPage(await failingFleet());
  expect(failing).toContain("Cloud samsung could not be seen");
  expect(failing).toContain("web-&lt;script&gt;alert(1)&lt;/script&gt;");
  expect(failing).toContain("1 line of the record was cut short and left aside.");
  expect(failing).toContain("the provider takes no more requests until 04:00");
});

test("the size of the page goes by the histories, not by the volumes", async () => {
  const few = renderReportPage(await largeFleet(200));
  const many = renderReportPage(await largeFleet(1_000));
  expect(many.length - few.length).toBeLessThan(800 * 100);
  expect(many).toContain("1,000 volumes with ");
  // Every volume is named somewhere, so that it can be found in the page.
  expect(many).toContain("<bdi>mail-00998</bdi>");
});
