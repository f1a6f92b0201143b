import type { Suite } from "../suite.ts";

/** Case 71, which looks back at all tests before it. */
export function leftoverCases(suite: Suite): void {
  suite.lookBack("71. After a full run the provider holds nothing that the kit made", () => {
    const { leftovers } = suite;
    if (leftovers.length === 0) return;
    throw new Error(["left behind, after the test that is named first:", ...leftovers].join("\n- "));
  });
}
