import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createCalendar, MINUTE_MS } from "../src/demo/calendar.ts";
import { createStoryClock } from "../src/demo/clock.ts";
import { type EmulatedCloud, startClouds } from "../src/demo/clouds.ts";
import type { Folder } from "../src/demo/folder.ts";
import { createKeptFolder } from "../src/demo/folder.ts";
import type { Outcome } from "../src/demo/outcome.ts";
import { createPolicies } from "../src/demo/policies.ts";
import { tellStory } from "../src/demo/tell-story.ts";
import { tellOutcome } from "../src/demo/view.ts";

/** The story of a few nights; `meddle` is called before each. Gives what it came to and what was told. */
async function tell(
  meddle: (night: number, clouds: readonly EmulatedCloud[]) => Promise<void>,
): Promise<{ readonly outcome: Outcome; readonly told: string; readonly painted: readonly string[] }> {
  const calendar = createCalendar(Date.now());
  const nights = calendar.nights.slice(-4);
  const clock = createStoryClock((nights[0] ?? 0) - MINUTE_MS);
  const clouds = await startClouds(clock, 5);
  const base = await mkdtemp(join(tmpdir(), "polyvol-story-"));
  const folder: Folder = await createKeptFolder(join(base, "folder"));
  const lines: string[] = [];
  const painted: string[] = [];
  const pending: Promise<void>[] = [];
  const teller = {
    heading: (text: string) => void lines.push(text),
    tell: (text: string) => void lines.push(text),
    doing: (text: string) => {
      const [, night] = /^night (\d+) of 4$/.exec(text) ?? [];
      if (night !== undefined) pending.push(meddle(Number(night), clouds));
    },
    paint: (tone: string, text: string) => {
      painted.push(`${tone}: ${text}`);
      return text;
    },
    close: () => undefined,
  };
  try {
    const outcome = await tellStory({
      clouds,
      clock,
      calendar: { ...calendar, nights },
      policies: createPolicies(calendar.hour),
      folder,
      teller,
      seed: 5,
      abortSignal: new AbortController().signal,
    });
    await Promise.all(pending);
    tellOutcome(outcome, 1234, teller);
    return { outcome, told: lines.join("\n"), painted };
  } finally {
    await Promise.all(clouds.map((cloud) => cloud.close()));
    await rm(base, { recursive: true });
  }
}

test("a story in which nobody meddles ends well", async () => {
  const { outcome, told, painted } = await tell(async () => undefined);
  expect(outcome.checks.filter(({ wrong }) => wrong.length > 0)).toEqual([]);
  expect(outcome).toMatchObject({ ok: true, nights: 4, totals: { duplicated: 0, lost: 0 } });
  expect(outcome.totals.created).toBeGreaterThanOrEqual(4 * 40 + 12);
  expect(told).toContain("All is as it should be, after 1.2 s.");
  expect(painted).toContain("good: All is as it should be");
});

test("what goes wrong behind Polyvol's back is found and said", async () => {
  const { outcome, told } = await tell(async (night, [ocean]) => {
    if (night !== 4 || ocean === undefined) return;
    const { emulator, url, credentials, state } = ocean;
    const { snapshots, volumes } = state();
    const [shop, blog] = ["web-shop", "web-blog"].map(
      (name) => volumes.find((each) => each.name === name)?.id,
    );
    const twice = snapshots.find(({ volumeId }) => volumeId === shop);
    emulator.seed({ snapshots: [{ name: twice?.name, resource_id: shop }] });
    const gone = [
      snapshots.find(({ volumeId }) => volumeId === blog),
      snapshots.find(({ name }) => name === "before the upgrade"),
    ];
    emulator.faults.clear();
    for (const each of gone) {
      const init = { method: "DELETE", headers: { authorization: `Bearer ${credentials["token"]}` } };
      expect((await emulator.fetch(`${url}/v2/snapshots/${each?.id}`, init)).status).toBe(204);
    }
  });
  expect(outcome.ok).toBe(false);
  expect(outcome.totals).toMatchObject({ duplicated: 1, lost: 1 });
  expect(told).toMatch(
    /✗ every snapshot that was due was there, once, .*\n {4}ocean: web-shop, policy nightly, /,
  );
  expect(told).toMatch(/ocean: web-shop, policy nightly, slot \S+: 2 snapshots\n/);
  expect(told).toMatch(/ocean: web-blog, policy nightly, slot \S+: no snapshot\n/);
  expect(told).toMatch(
    /✗ volumes, and what somebody else made, .*\n {4}ocean: snapshot before the upgrade is gone\n/,
  );
  expect(told).toContain("NOT AS IT SHOULD BE");
  expect(told).toContain("Not all is as it should be");
});
