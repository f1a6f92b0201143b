import { createListing, type Listing, type ListingSetup } from "../../src/list/listing.ts";
import type { PageSource } from "../../src/list/source.ts";
import type { Item } from "./churning-source.ts";

/** The listing of all items of a source. */
export function listingOf(source: PageSource<Item>, setup: Partial<ListingSetup<Item>> = {}): Listing<Item> {
  return createListing({
    name: "items",
    source,
    matches: () => true,
    abortSignal: undefined,
    describeError: (error) => error,
    ...setup,
  });
}
