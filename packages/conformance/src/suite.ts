import type { Capability } from "@polyvol/core";
import { type Bench, missingCapability, NotApplicable, openBench, UnsoundHarness } from "./bench.ts";
import type { MakeHarness } from "./harness.ts";

/** One test of the kit. */
export interface ConformanceCase {
  readonly group: string;
  /** Starts with the number of its case, or with several: "34, 35. Delete …". */
  readonly title: string;
  /** Runs it on a fresh harness. Resolves with what the driver lacks where the test does not apply. */
  run(): Promise<string | undefined>;
}

/** What a group of cases adds its tests to. */
export interface Suite {
  /** A test. Where the driver does not report all of `needs`, it does not apply. */
  test(title: string, needs: readonly Capability[], body: (bench: Bench) => Promise<void>): void;
  /** A test on its own terms, without a harness. */
  lookBack(title: string, body: () => void): void;
  /** A case that this version of Polyvol does not have. */
  notInThisVersion(title: string): void;
  /** Everything that the tests which have run left behind, with the test's title. */
  readonly leftovers: readonly string[];
}

/** Collects the tests of all `groups`, in their order. Nothing runs yet. */
export function collectCases(
  makeHarness: MakeHarness,
  groups: Readonly<Record<string, (suite: Suite) => void>>,
): readonly ConformanceCase[] {
  const cases: ConformanceCase[] = [];
  const leftovers: string[] = [];
  const state: RunState = { leftovers, unsound: undefined };
  for (const [group, addTo] of Object.entries(groups)) {
    addTo({
      leftovers,
      test: (title, needs, body) => {
        cases.push({ group, title, run: () => runOnHarness(makeHarness, { title, needs, body }, state) });
      },
      lookBack: (title, body) => {
        cases.push({
          group,
          title,
          run: async () => {
            body();
            return undefined;
          },
        });
      },
      notInThisVersion: (title) => {
        cases.push({ group, title, run: async () => "a later version of Polyvol" });
      },
    });
  }
  return cases;
}

/** What the tests of one run know of each other. */
interface RunState {
  readonly leftovers: string[];
  /** Why no further test can say anything. */
  unsound: UnsoundHarness | undefined;
}

interface Test {
  readonly title: string;
  readonly needs: readonly Capability[];
  readonly body: (bench: Bench) => Promise<void>;
}

async function runOnHarness(
  makeHarness: MakeHarness,
  test: Test,
  state: RunState,
): Promise<string | undefined> {
  if (state.unsound !== undefined) throw state.unsound;
  const { bench, close, abandon, expectFaultsSpent } = await openBench(await makeHarness());
  let failed = true;
  try {
    const missing = missingCapability(bench.capabilities, test.needs);
    if (missing !== undefined) throw new NotApplicable(missing);
    await test.body(bench);
    expectFaultsSpent();
    failed = false;
    return undefined;
  } catch (error) {
    if (error instanceof UnsoundHarness) state.unsound = error;
    if (!(error instanceof NotApplicable)) throw error;
    failed = false;
    return error.capability;
  } finally {
    const left = await (state.unsound === undefined ? close() : abandon()).catch((error: unknown) => {
      // What the test itself found says more than that something could not be removed.
      if (!failed) throw error;
      return [String(error)];
    });
    state.leftovers.push(...left.map((each) => `${test.title}: ${each}`));
  }
}
