import type { Paging } from "../../src/driver.ts";

/** Each style of paging, in small pages. */
export const STYLES: Readonly<Record<string, Paging>> = {
  numbered: { style: "numbered", minPageSize: 6, maxPageSize: 8 },
  marker: { style: "marker", maxPageSize: 8 },
  cursor: { style: "cursor", maxPageSize: 8 },
};
