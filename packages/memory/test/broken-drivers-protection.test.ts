/** Drivers that would make a hold, a kept tag or a selector pass unseen. */
import type { TagRule } from "@polyvol/core";
import type { BlockStorageDriver } from "@polyvol/core/driver";
import type { MemoryAccountOptions } from "@polyvol/memory";
import { createMemoryAccount } from "@polyvol/memory";
import { type BrokenDriver, describeFaults } from "./broken-driver-kit.ts";

const { tags: RULE } = createMemoryAccount().capabilities.limits;

/** An account whose tags are one, or two, when they differ by capitals alone. */
function accountWhere(ignoresCase: boolean): MemoryAccountOptions {
  return { limits: { tags: { ...(RULE as TagRule), ignoresCase } } };
}

function claiming({ capabilities }: BlockStorageDriver, ignoresCase: boolean): Partial<BlockStorageDriver> {
  const { limits } = capabilities;
  return {
    capabilities: { ...capabilities, limits: { ...limits, tags: { ...(RULE as TagRule), ignoresCase } } },
  };
}

const FAULTS: readonly BrokenDriver[] = [
  {
    wrong: "says that capitals of tags count, where the provider makes no difference",
    number: 58,
    options: accountWhere(true),
    breakDriver: (driver) => claiming(driver, false),
  },
  {
    wrong: "says that capitals of tags make no difference, where they do",
    number: 58,
    options: accountWhere(false),
    breakDriver: (driver) => claiming(driver, true),
  },
  {
    wrong: "makes tags lower-case",
    number: 58,
    breakDriver: ({ createSnapshot }) => ({
      createSnapshot: (input, context) => {
        const tags = Object.entries(input.tags).map((tag) => tag.map((text) => text.toLowerCase()));
        return createSnapshot({ ...input, tags: Object.fromEntries(tags) }, context);
      },
    }),
  },
  {
    wrong: "takes tags that its credentials are not shown for none",
    number: 58,
    breakDriver: () => ({ canSeeTags: async () => true }),
  },
  {
    wrong: "says that it is shown no tags, and is",
    number: 58,
    breakDriver: () => ({ canSeeTags: async () => false }),
  },
  {
    wrong: "does not know of any snapshot whether it has tags",
    number: 58,
    breakDriver: ({ listSnapshots }) => ({
      listSnapshots: async (query, page, context) => {
        const { items, ...rest } = await listSnapshots(query, page, context);
        return { ...rest, items: items.map((each) => ({ ...each, tagsUnknown: true })) };
      },
    }),
  },
];

describeFaults("a driver that", FAULTS);
