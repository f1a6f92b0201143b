const { readdirSync } = require("node:fs");

/** Who may import whom. The reasons are in docs/decisions; each rule's comment is what a violation prints. */

/** Matches a workspace package by folder and by name, so that a wrong import is caught even where it does not resolve. */
const workspace = (names) =>
  names.split("|").flatMap((name) => [`^packages/${name}/`, `^@polyvol/${name}$`, `^@polyvol/${name}/`]);
const everything = readdirSync(`${__dirname}/packages`);
const allBut = (names) => everything.filter((name) => !names.split("|").includes(name)).join("|");
/** An adapter is whatever is nothing else. */
const adapters = allBut(
  "core|memory|conformance|emulators|config|backup|fleet|report|cli|opentelemetry",
).split("|");

/** A package whose sources may import only these workspace packages (and itself). */
const mayImport = (name, allowed, comment) => ({
  name: `${name}-imports`,
  severity: "error",
  comment,
  from: { path: `^packages/${name}/src/` },
  to: { path: workspace(allBut([name, ...allowed].join("|"))) },
});

/** A library that only one place may import. */
const onlyIn = (library, place, comment) => ({
  name: `${library}-only-there`,
  severity: "error",
  comment,
  from: { path: "^(packages|examples)/", pathNot: place },
  to: { path: [`^${library}$`, `^${library}/`, `/node_modules/${library}/`] },
});

const coreInternals = {
  path: "^packages/core/src/",
  pathNot: "^packages/core/src/(index|driver|http/index)\\.ts$",
};

module.exports = {
  forbidden: [
    mayImport("core", [], "Core knows no provider and no other package."),
    mayImport("memory", ["core"], "A driver knows core only."),
    ...adapters.map((name) => mayImport(name, ["core"], "A driver knows core only.")),
    mayImport("conformance", ["core"], "The kit knows core only, so that any driver can be tested."),
    mayImport(
      "emulators",
      [],
      "One misreading of a provider must not hide in the emulator and in the adapter.",
    ),
    mayImport("config", ["core", ...adapters], "The composition root knows core and adapters."),
    mayImport("opentelemetry", ["core"], "Telemetry is about any storage, and knows core only."),
    mayImport("backup", ["core"], "Backups are written against core only."),
    mayImport("report", ["backup"], "The page shows the data of a report, and reads nothing else."),
    mayImport("fleet", ["core", "backup"], "A fleet carries backups, of whatever clouds it is given."),
    mayImport(
      "cli",
      ["core", "config", "backup", "fleet", "emulators", "report"],
      "The command line reaches adapters through configurations.",
    ),
    {
      name: "core-by-its-entries",
      severity: "error",
      comment: "Other packages import core by ., ./driver and ./http, never its internals.",
      from: { path: "^(packages/(?!core/)|examples/)" },
      to: coreInternals,
    },
    {
      name: "examples-are-users",
      severity: "error",
      comment: "An example imports core; only its main.ts also the packages that a user would install.",
      from: {
        path: "^examples/[^/]+/src/",
        pathNot: ["/main\\.ts$", "\\.test\\.ts$", "^examples/custom-adapter/"],
      },
      to: { path: workspace(allBut("core")) },
    },
    onlyIn(
      "ky",
      "^packages/(core/src/http/transport/fetch|cli/src/commands/backup/monitoring/deliver)\\.ts$",
      "The HTTP library is an implementation detail of one file for clouds, and of one for those who watch over backups.",
    ),
    {
      name: "zod-mini-in-adapters",
      severity: "error",
      comment: "Core and adapters are bundled into pages and workers: zod/mini there, a third of the size.",
      from: { path: `^packages/(?:core|memory|${adapters.join("|")})/src/` },
      to: { path: ["^zod$", "/node_modules/zod/(?!(?:v4/)?mini/)"] },
    },
    onlyIn(
      "tsyringe",
      "^packages/config/(src/tsyringe\\.ts$|test/)|^examples/(dependency-injection|fastify)/",
      "Dependency injection lives in the composition root.",
    ),
    onlyIn(
      "reflect-metadata",
      "^packages/config/(src/tsyringe\\.ts$|test/)|^examples/(dependency-injection|fastify|nestjs)/",
      "It changes a global; only the composition root may.",
    ),
    onlyIn(
      "msw",
      "^packages/emulators/(src/kit/msw\\.ts$|test/)|^examples/",
      "msw is an optional peer, behind its own entry.",
    ),
    ...["bullmq", "ioredis"].map((library) =>
      onlyIn(library, "^packages/fleet/", "Only fleets need a queue; one machine needs none."),
    ),
    {
      name: "no-circular",
      severity: "error",
      comment: "Data flows one way.",
      from: { path: "^(packages/[^/]+/src|scripts|reliability|benchmarks)/" },
      to: { circular: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "/dist/|/coverage/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["@polyvol/source", "import", "node", "default", "types"],
      extensions: [".ts", ".js", ".json"],
    },
  },
};
