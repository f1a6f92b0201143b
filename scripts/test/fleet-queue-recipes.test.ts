/** The recipes of a fleet on a queue: their files can be read, and their command lines are polyvol's. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { checkPolyvol } from "../docs/command-line.ts";

const folder = fileURLToPath(new URL("../../examples/fleet/queue/", import.meta.url));
const read = (path: string): string => readFileSync(join(folder, path), "utf8");

interface Pod {
  readonly securityContext: { readonly runAsNonRoot?: boolean };
  readonly containers: readonly {
    readonly args: readonly string[];
    readonly env: readonly { readonly name: string }[];
  }[];
}
interface Manifest {
  readonly kind: string;
  readonly spec: {
    readonly jobTemplate?: { readonly spec: { readonly template: { readonly spec: Pod } } };
    readonly template?: { readonly spec: Pod };
  };
}
// An anchor holds for its own document: each document is read by itself, and has to stand by itself.
const manifests = parseAllDocuments(read("kubernetes.yaml")).map((each) => {
  expect(each.errors).toEqual([]);
  return each.toJS() as Manifest;
});
const pods = manifests.flatMap(
  ({ spec }) => spec.jobTemplate?.spec.template.spec ?? spec.template?.spec ?? [],
);
const compose = parse(read("compose.yaml")) as {
  readonly services: Readonly<Record<string, { readonly command: readonly string[] }>>;
};
const exec = (unit: string): readonly string[] =>
  (/^ExecStart=\/usr\/local\/bin\/polyvol (.+)$/m.exec(read(unit))?.[1] ?? "").split(" ");

test.each<readonly [string, string, readonly string[]]>([
  ["kubernetes", "dispatch", pods[0]?.containers[0]?.args ?? []],
  ["kubernetes", "work", pods[1]?.containers[0]?.args ?? []],
  ["compose", "dispatch", compose.services["dispatch"]?.command ?? []],
  ["compose", "work", compose.services["worker"]?.command ?? []],
  ["systemd", "dispatch", exec("polyvol-dispatch.service")],
  ["systemd", "work", exec("polyvol-worker.service")],
])("%s runs fleet %s", async (_carrier, command, args) => {
  expect(args.slice(0, 2)).toEqual(["fleet", command]);
  expect(await checkPolyvol(args)).toBeUndefined();
});

test("whoever runs it is told where the queue is, and is nobody", () => {
  expect(manifests.map(({ kind }) => kind)).toEqual(["CronJob", "Deployment"]);
  for (const { securityContext, containers } of pods) {
    expect(securityContext.runAsNonRoot).toBe(true);
    expect(containers[0]?.env).toMatchObject([{ name: "POLYVOL_REDIS_URL" }]);
  }
});

test("the Redis of compose is one that a fleet begins on", () => {
  const { command = [] } = compose.services["redis"] ?? {};
  expect(command[command.indexOf("--maxmemory-policy") + 1]).toBe("noeviction");
});

const hasSystemd = spawnSync("systemd-analyze", ["--version"]).status === 0;

test.skipIf(!hasSystemd)("systemd takes the units (needs systemd-analyze)", () => {
  const copies = mkdtempSync(join(tmpdir(), "polyvol-units-"));
  onTestFinished(() => rmSync(copies, { recursive: true }));
  const units = ["polyvol-worker.service", "polyvol-dispatch.service", "polyvol-dispatch.timer"].map(
    (name) => {
      const path = join(copies, name);
      writeFileSync(path, read(name).replace("/usr/local/bin/polyvol", "/bin/true"));
      return path;
    },
  );
  const { stderr } = spawnSync("systemd-analyze", ["verify", ...units], { encoding: "utf8" });
  // What other units of the machine lack is not about these.
  expect(stderr.split("\n").filter((line) => line.includes("polyvol"))).toEqual([]);
});
