import type { ConformanceReport } from "../../packages/conformance/src/index.ts";
import type { BlockStorageDriver } from "../../packages/core/src/driver.ts";
import { CAPABILITIES } from "../../packages/core/src/index.ts";
import { CAPABILITY_WORDS, LIMIT_WORDS, uniquenessWords } from "./support-words.ts";
import { generatedNote, table } from "./table.ts";

/** One column: an adapter, and what the conformance kit says of it. */
export interface Column {
  readonly title: string;
  readonly driver: BlockStorageDriver;
  readonly report: ConformanceReport;
}

type Row = readonly string[];

/** The page `docs/support-matrix.md`. */
export function supportPage(columns: readonly Column[]): string {
  const titles = columns.map(({ title }) => title);
  return `# Support matrix

${generatedNote("the drivers' capabilities and the conformance reports")}

What each driver says it can do, and what the conformance kit says of it. A call that a driver does not support is
refused with \`unsupported\` before any request. [\`concepts.md\`](concepts.md#capabilities) says how a program asks.
What these words mean on each provider is on its page: [DigitalOcean](providers/digitalocean.md),
[Samsung Cloud Platform](providers/samsung-scp.md), [OpenStack](providers/openstack.md). The memory driver is shown with
its default options; they can turn each of these off and change each limit.

## Capabilities

${table(["", "capability", ...titles], capabilityRows(columns))}

## Names and limits

"Unknown" is what nobody documents: such a limit is not checked.

${table(["", ...titles], [...nameRows(columns), ...limitRows(columns)])}

## Conformance

Each adapter runs the same kit (\`@polyvol/conformance\`) over real HTTP against the emulator of its provider, the memory
driver in process; that of OpenStack also on a real server, by \`pnpm test:cinder conformance\`. A case is skipped only
where the driver lacks what it is about. A test about two cases counts twice.

${table(["", ...titles], totalRows(columns))}

Every test of every case; what stands in place of a mark is what the driver lacks.

${table(["case", "what it shows", ...titles], caseRows(columns))}
`;
}

/** The table of the README: the adapters only, without the conformance kit. */
export function supportSection(columns: readonly Column[]): string {
  const always = ["volumes and snapshots: list, get, find, create, delete", ...columns.map(() => "✓")];
  const wanted = [
    "size of a volume",
    "snapshots of a volume",
    "time between two snapshots of a volume",
    "requests",
  ];
  const limits = limitRows(columns).filter(([name = ""]) => wanted.includes(name));
  const rows = [always, ...capabilityRows(columns).map(([words = "", , ...marks]) => [words, ...marks])];
  const names: Row = ["one resource for each name", ...columns.map(({ driver }) => namesKept(driver))];
  return table(["", ...columns.map(({ title }) => title)], [...rows, names, ...limits]);
}

function namesKept({ capabilities: { volumeNames, snapshotNames } }: BlockStorageDriver): string {
  const all = volumeNames.enforced && snapshotNames.enforced;
  return all ? "enforced by the provider" : "by looking before and after, see the limits";
}

function capabilityRows(columns: readonly Column[]): readonly Row[] {
  return CAPABILITIES.map((name) => [
    CAPABILITY_WORDS[name],
    `\`${name}\``,
    ...columns.map(({ driver }) => (driver.capabilities.supports.includes(name) ? "✓" : "—")),
  ]);
}

function nameRows(columns: readonly Column[]): readonly Row[] {
  const settle = (ms: number): string => (ms === 0 ? "at once" : `after ${ms.toLocaleString("en-US")} ms`);
  return [
    [
      "volume names are kept unique",
      ...columns.map(({ driver }) => uniquenessWords(driver.capabilities.volumeNames)),
    ],
    [
      "snapshot names are kept unique",
      ...columns.map(({ driver }) => uniquenessWords(driver.capabilities.snapshotNames)),
    ],
    ["what is new shows in listings", ...columns.map(({ driver }) => settle(driver.settleMs))],
  ];
}

function limitRows(columns: readonly Column[]): readonly Row[] {
  return LIMIT_WORDS.map(([name, words]) => [
    name,
    ...columns.map(({ driver }) => words(driver.capabilities.limits)),
  ]);
}

function totalRows(columns: readonly Column[]): readonly Row[] {
  return (["passed", "failed", "skipped"] as const).map((result) => [
    result,
    ...columns.map(({ report }) => String(report.totals[result])),
  ]);
}

function caseRows(columns: readonly Column[]): readonly Row[] {
  const [first] = columns;
  return (first?.report.cases ?? []).map(({ number, title }, index) => [
    String(number),
    title,
    ...columns.map(({ report }) => {
      const found = report.cases[index];
      if (found?.number !== number || found.title !== title)
        throw new Error(`case ${number} is not in every report`);
      return found.result === "passed" ? "✓" : (found.capability ?? found.result);
    }),
  ]);
}
