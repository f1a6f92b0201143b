import { AsyncLocalStorage } from "node:async_hooks";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { createVirtualClock, type VirtualClock } from "@polyvol/emulators";
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { runCli } from "../src/index.ts";
import { type Clouds, ENV, startClouds } from "./clouds.ts";
import { workHere } from "./in-process.ts";
import { type Ended, PROCESS_ENV } from "./polyvol.ts";

/** Little against the two minutes by which the clocks of a provider and of a backup may differ. */
const WORK = 20_000;
/** With hooks, the two volumes come one after the other: the second has not been begun while the first is in flight. */
const HOOKS = `    hooks: { after: { command: ["${process.execPath}", "--version"] } }\n`;
const POLICIES = `policies:
  nightly:
    select: { cloud: samsung, name: ["crm", "erp"] }
    schedule: { cron: "0 0 * * *", timezone: UTC }
    retention: { daily: 4 }
    concurrency: 1
${HOOKS}`;
const STOPPING = "Stopping; press Ctrl-C again to stop at once.\n";

interface State {
  readonly volumes: readonly { readonly name: string; readonly state?: string }[];
  readonly snapshots: readonly object[];
}

/** Work on Samsung takes its time of a clock that stands still until the test moves it. */
let clock: VirtualClock;
let clouds: Clouds;
beforeEach(async () => {
  clock = createVirtualClock(Date.now());
  clouds = await startClouds({
    clock,
    durations: { volumeCreate: WORK, snapshotCreate: WORK, volumeDelete: WORK, snapshotDelete: WORK },
  });
  clouds.samsung.seed({ volumes: [{ name: "crm" }, { name: "erp" }] });
  const config = await readFile(join(clouds.folder, "polyvol.config.yaml"), "utf8");
  await clouds.write("polyvol.config.yaml", `${config}${POLICIES}`);
});
afterEach(() => clouds.close());

const state = (): State => clouds.samsung.state() as State;

/** Looks now and then, and leaves the processor to the process that is waited for. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await pause(5);
}

/** Waits until the cloud has accepted so many snapshots. */
const accepted = (count: number): Promise<void> => until(() => state().snapshots.length === count);

interface Interruptible {
  readonly ended: Promise<Ended>;
  interrupt(signal: NodeJS.Signals): void;
  /** Resolves once the text has been written. */
  saw(text: string): Promise<void>;
}

/** A process, and a signal of the system. Once for each kind of ending, since its start takes longer than all the rest. */
function apart(command: string): Interruptible {
  const { child, ended, saw } = clouds.start(command);
  return { ended, saw, interrupt: (signal) => void child.kill(signal) };
}

/** A command line in this process, whose listeners hear of a signal as Node would tell them. */
function here(command: string): Interruptible {
  let inside: ReturnType<typeof AsyncLocalStorage.snapshot> | undefined;
  let written = "";
  const work = (): Promise<number> => {
    inside = AsyncLocalStorage.snapshot();
    return runCli(command.split(" "));
  };
  const place = { folder: clouds.folder, env: { ...PROCESS_ENV, ...ENV } };
  const ended = workHere(work, place, (text) => {
    written += text;
  });
  return {
    ended,
    saw: (text) => until(() => written.includes(text)),
    interrupt: (signal) => inside?.(() => void process.emit(signal, signal)),
  };
}

/** The policy is done, with one snapshot of each volume. */
async function expectCompleted(): Promise<void> {
  const rerun = clouds.run("backup run -o json");
  await accepted(2);
  await clock.advance(WORK);
  const { code, out, err } = await rerun;
  expect(code, err).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ ok: true, totals: { left: 0 } });
  expect(state().snapshots).toHaveLength(2);
}

test.each(["run", "apply"])(
  "backup %s: the first Ctrl-C finishes what is in flight and names the rest",
  async (word) => {
    if (word === "apply") await clouds.run("backup plan --save plan.json");
    const { ended, interrupt, saw } = word === "run" ? apart("backup run") : here("backup apply plan.json");
    await accepted(1);
    interrupt("SIGINT");
    await saw(STOPPING);
    await clock.advance(WORK);
    const { code, out, err } = await ended;
    expect(code, err).toBe(130);
    expect(out).toMatch(
      /\nsamsung +crm +nightly +created +.*\n\n2 volumes: 1 created, 0 deleted, 1 left\.\n$/,
    );
    expect(err).toContain(
      "Stopped, with nothing half done. Left: 1 change\n  volume erp on samsung: 1 change\nRun again: it goes on from there, and makes nothing twice.\n",
    );
    expect(state().snapshots).toHaveLength(1);
    await expectCompleted();
  },
);

test("backup run: the second Ctrl-C stops at once, and the next run goes on", async () => {
  const { child, ended, saw } = clouds.start("backup run");
  await accepted(1);
  child.kill("SIGINT");
  await saw(STOPPING);
  child.kill("SIGINT");
  const { code, out, err } = await ended;
  expect({ code, out }).toEqual({ code: 130, out: "" });
  expect(err).toContain("Stopped at once. What a cloud has accepted goes on there;");
  expect(state().snapshots).toHaveLength(1);
  await clock.advance(WORK);
  await expectCompleted();
});

test.each(["run", "plan", "status", "audit"])(
  "backup %s: while the clouds are read, it ends there",
  async (word) => {
    clouds.samsung.faults.add({ kind: "delay-before", ms: WORK, match: { method: "GET", path: "/**" } });
    const { ended, interrupt } = (word === "run" ? apart : here)(`backup ${word}`);
    await until(() => clouds.samsung.log.entries().length > 0);
    interrupt("SIGTERM");
    const { code, out, err } = await ended;
    expect({ code, out }).toEqual({ code: 130, out: "" });
    expect(err).toMatch(/Stopping; .*\nInterrupted; nothing is left half done\.\n$/);
    expect(state().snapshots).toEqual([]);
  },
);

/** A run of which something is in flight when its time is up. How long a machine takes to get there nobody knows. */
async function timedRun(): Promise<Interruptible> {
  for (let seconds = 1; ; seconds *= 2) {
    const started = here(`backup run --timeout ${seconds}s`);
    const isInFlight = await Promise.race([accepted(1).then(() => true), started.ended.then(() => false)]);
    if (isInFlight) return started;
  }
}

test("backup run: --timeout finishes what is in flight, and names the rest", async () => {
  const { ended, saw } = await timedRun();
  await saw("--timeout has passed: only what is in flight is finished.\n");
  await clock.advance(WORK);
  const { code, err } = await ended;
  expect(code, err).toBe(1);
  expect(err).toContain("Stopped, since --timeout has passed, with nothing half done. Left: 1 change\n");
  expect(state().snapshots).toHaveLength(1);
});

test.each([
  ["plan", ""],
  ["audit", ""],
  ["run", "; nothing was changed"],
])("backup %s: --timeout ends reading, too", async (word, untouched) => {
  const config = await readFile(join(clouds.folder, "polyvol.config.yaml"), "utf8");
  // An audit reads every cloud, and whether another one had answered by then nobody knows.
  await clouds.write("samsung.yaml", config.replace(/^ {2}ocean:\n(?: {4}.*\n)+/m, ""));
  clouds.samsung.faults.add({ kind: "delay-before", ms: WORK, match: { method: "GET", path: "/**" } });
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const { ended } = here(`backup ${word} -c samsung.yaml --timeout 300ms`);
  await until(() => clouds.samsung.log.entries().length > 0);
  vi.advanceTimersByTime(300);
  const { code, out, err } = await ended;
  expect({ code, out }).toEqual({ code: 1, out: "" });
  expect(err).toBe(
    `error: given up after 0.3 s, as --timeout asks; samsung had not answered yet${untouched}\nnext:  the same command can be repeated; --timeout gives it longer\n`,
  );
});

/** The policy with hooks that leave a line each time that they run. */
async function withHooks(): Promise<() => Promise<string[]>> {
  const config = await readFile(join(clouds.folder, "polyvol.config.yaml"), "utf8");
  const hooks = `    hooks:
      before: { command: [sh, -c, "echo freeze >> log"] }
      after: { command: [sh, -c, "echo thaw >> log"] }
`;
  await clouds.write("polyvol.config.yaml", config.replace(HOOKS, hooks));
  return async () => (await readFile(join(clouds.folder, "log"), "utf8")).trim().split("\n");
}

test.skipIf(process.platform === "win32")(
  "backup run: a terminal that goes away is as Ctrl-C, however often it is said",
  async () => {
    const hooks = await withHooks();
    const { child, ended, saw } = clouds.start("backup run");
    await accepted(1);
    child.kill("SIGHUP");
    await saw(STOPPING);
    // A shell sends it on, and the system has sent it already.
    child.kill("SIGHUP");
    child.stdout?.destroy();
    child.stderr?.destroy();
    await clock.advance(WORK);
    expect((await ended).code).toBe(130);
    expect(await hooks()).toEqual(["freeze", "thaw"]);
    expect(state().snapshots).toHaveLength(1);
    await expectCompleted();
  },
);

test("backup run: the second Ctrl-C stops at once, and what was frozen is thawed", async () => {
  const hooks = await withHooks();
  const { child, ended, saw } = clouds.start("backup run");
  await accepted(1);
  child.kill("SIGINT");
  await saw(STOPPING);
  child.kill("SIGINT");
  const { code, out, err } = await ended;
  expect({ code, out }).toEqual({ code: 130, out: "" });
  expect(err).toContain("Stopping at once; the hooks `after` that are due are run before.");
  expect(err).toMatch(/\nStopped at once\. What a cloud has accepted goes on there;.*\n$/);
  expect(await hooks()).toEqual(["freeze", "thaw"]);
});

test("backup run: a --timeout of a month is not over at once", async () => {
  const ended = clouds.run("backup run --timeout 700h -o json");
  await accepted(1);
  await clock.advance(WORK);
  await accepted(2);
  await clock.advance(WORK);
  const { code, out, err } = await ended;
  expect(code, err).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ ok: true, totals: { created: 2 } });
});

test("restore and drill: Ctrl-C says what may still be completed, and that a drill has removed what it made", async () => {
  const volume = (state().volumes[0] as { id?: string }).id ?? "";
  clouds.samsung.seed({ snapshots: [{ name: "before", volume_id: volume }] });
  const id = (state().snapshots[0] as { id?: string }).id ?? "";
  const ways = [
    ["restore --as crm-2", "SIGINT", apart],
    ["restore --as crm-3", "SIGHUP", here],
    ["drill", "SIGINT", here],
  ] as const;
  for (const [command, signal, start] of ways) {
    const before = state().volumes.length;
    const { ended, interrupt } = start(`backup ${command} --cloud samsung --snapshot ${id}`);
    await until(() => state().volumes.length > before);
    interrupt(signal);
    let hasEnded = false;
    const finished = ended.finally(() => {
      hasEnded = true;
    });
    // A drill takes its volume away first, which is made and deleted meanwhile.
    while (command === "drill" && !hasEnded) {
      await clock.advance(WORK);
      await pause(5);
    }
    const { code, out, err } = await finished;
    expect({ code, out }).toEqual({ code: 130, out: "" });
    expect(err).toContain(
      command === "drill"
        ? "Interrupted; nothing is left half done."
        : "Interrupted. What is left:\n  begun, and may still be completed by the cloud: restore ",
    );
  }
});

test("snapshots create and volumes delete: Ctrl-C says what may still be completed", async () => {
  const creation = apart("snapshots create crm now --cloud samsung");
  await accepted(1);
  creation.interrupt("SIGINT");
  const created = await creation.ended;
  expect(created).toMatchObject({ code: 130, out: "" });
  expect(created.err).toContain(
    `${STOPPING}Interrupted. What is left:\n  begun, and may still be completed by the cloud: snapshot now of volume crm on samsung\n`,
  );

  const deletes = (): number =>
    clouds.samsung.log.entries().filter(({ method }) => method === "DELETE").length;
  const deletion = here("volumes delete erp --cloud samsung --yes");
  await until(() => deletes() === 1);
  deletion.interrupt("SIGINT");
  const deleted = await deletion.ended;
  expect(deleted).toMatchObject({ code: 130, out: "" });
  expect(deleted.err).toContain("be completed by the cloud: deletion of volume erp on samsung\n");
  expect(deleted.err).toContain("The same command can be repeated: it continues, and makes nothing twice.\n");
});

test("Ctrl-C says what has not come about: nothing was sent yet, or the cloud has refused it", async () => {
  const looks = (): number => clouds.samsung.log.entries().length;
  clouds.samsung.faults.add({ kind: "delay-before", ms: WORK, match: { method: "GET", path: "/**" } });
  const creation = here("volumes create new --size 8 --cloud samsung");
  await until(() => looks() > 0);
  creation.interrupt("SIGINT");
  expect((await creation.ended).err).toContain(
    "What is left:\n  not begun: creation of volume new on samsung\n",
  );
  clouds.samsung.faults.clear();

  clouds.samsung.faults.add({
    ...{ kind: "answer", status: 429, headers: { "retry-after": "20" }, body: {} },
    match: { method: "POST", path: "/**" },
  });
  const refused = here("volumes create new --size 8 --cloud samsung --verbose");
  await refused.saw("429");
  refused.interrupt("SIGINT");
  expect((await refused.ended).err).toContain(
    "What is left:\n  not begun: creation of volume new on samsung\n",
  );
});
