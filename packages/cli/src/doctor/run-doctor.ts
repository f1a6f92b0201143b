import { existsSync } from "node:fs";
import type { Config } from "@polyvol/config";
import type { Context } from "../context.ts";
import { CONFIGURATION, FAILED } from "../errors.ts";
import { countText, shortPath } from "../output/format.ts";
import { writeCheckResult } from "../output/result.ts";
import { wrapped } from "../output/table.ts";
import { cleanLines, colour, type Tone } from "../output/terminal.ts";
import { type Check, type Finding, failed, ok, skipped, warning } from "./check.ts";
import { examineCloud } from "./cloud.ts";

/** Looks at all that has to be right, and writes a page about it. @returns the exit code */
export async function runDoctor(context: Context): Promise<number> {
  const machine = examineMachine(process.env, new Date()).map(inArea("machine"));
  const { config, findings } = await examineConfiguration(context);
  const configuration = findings.map(inArea("configuration"));
  const clouds = config === undefined ? [] : await examineClouds(context, config);
  const checks: readonly Check[] = [...machine, ...configuration, ...clouds];
  const isWell = checks.every(({ result }) => result !== "failed");
  await writeCheckResult(context.output, isWell, { ok: isWell, checks }, () => page(checks, isWell));
  const isUsable = configuration.every(({ result }) => result !== "failed");
  const isOfConfiguration = checks.every(
    ({ result, code }) => result !== "failed" || code === "configuration",
  );
  if (!isUsable || (!isWell && isOfConfiguration)) return CONFIGURATION;
  return isWell ? 0 : FAILED;
}

const inArea =
  (area: string) =>
  (finding: Finding): Check => ({ area, ...finding });

async function examineClouds(context: Context, config: Config): Promise<readonly Check[]> {
  const names = await context.selected();
  const all = await Promise.all(
    names.map(async (name) => {
      const cloud = config.clouds.get(name);
      return cloud === undefined
        ? [failed("configured", config.refused.get(name), name)]
        : await examineCloud(context, cloud);
    }),
  );
  return all.flatMap((findings, index) => findings.map(inArea(`cloud ${names[index]}`)));
}

/** The file, and its policies as far as that goes without their volumes. */
async function examineConfiguration(
  context: Context,
): Promise<{ readonly config?: Config; readonly findings: readonly Finding[] }> {
  let config: Config;
  try {
    config = await context.config();
  } catch (error) {
    return { findings: [failed("file", error)] };
  }
  const { file, clouds, refused, source, policies = {} } = config;
  const place = file === undefined ? "" : `${shortPath(file)}: `;
  const from = source === undefined ? "" : ` from ${source}`;
  const read = ok("file", `${place}${countText(clouds.size + refused.size, "cloud")}${from}`);
  if (Object.keys(policies).length === 0) return { config, findings: [read, skipped("policies", "none")] };
  const { readPolicies } = await import("../commands/backup/setup.ts");
  try {
    const known = await readPolicies(config);
    const texts = known.map(({ id, retention }) => `${id} (${retention.timezone})`);
    return { config, findings: [read, ok("policies", texts.join(", "))] };
  } catch (error) {
    return { config, findings: [read, failed("policies", error)] };
  }
}

const MARKS: Readonly<Record<Check["result"], readonly [string, Tone]>> = {
  ok: ["✓", "good"],
  warning: ["!", "busy"],
  failed: ["✗", "bad"],
  skipped: ["-", "note"],
};

/** What could not be looked at for one and the same reason is told once, where it is all that follows. */
function withoutRepeats(checks: readonly Check[]): readonly Check[] {
  const last = checks.at(-1);
  if (last?.result !== "skipped") return checks;
  const from = checks.findLastIndex(({ found }) => found !== last.found) + 1;
  return checks.length - from < 2 ? checks : [...checks.slice(0, from), { ...last, check: "the rest" }];
}

/** Columns that what was found has on any terminal. */
const MIN_ROOM = 20;

function page(checks: readonly Check[], isWell: boolean): string {
  const width = Math.max(...checks.map(({ check }) => check.length));
  const indent = " ".repeat(width + 6);
  const room = Math.max(MIN_ROOM, (process.stdout.columns || Number.POSITIVE_INFINITY) - indent.length);
  const hanging = (text: string): string =>
    cleanLines(text)
      .split("\n")
      .flatMap((line) => wrapped(line, room).split("\n"))
      .join(`\n${indent}`);
  const lines: string[] = [];
  for (const [area, own] of Map.groupBy(checks, (each) => each.area)) {
    lines.push(colour("strong", cleanLines(area)));
    for (const { check, result, found, next } of withoutRepeats(own)) {
      const [mark, tone] = MARKS[result];
      lines.push(`  ${colour(tone, mark)} ${check.padEnd(width)}  ${hanging(found)}`);
      if (next !== undefined)
        lines.push(`${indent}${hanging(`next: ${next}`).replace("next:", colour("note", "next:"))}`);
    }
    lines.push("");
  }
  const count = (result: Check["result"]): number => checks.filter((each) => each.result === result).length;
  const warnings = countText(count("warning"), "warning");
  lines.push(isWell ? `All can be used; ${warnings}.` : `${count("failed")} failed; ${warnings}.`);
  return lines.map((line) => `${line}\n`).join("");
}

/** Time zone data of earlier years lacks what governments have decided since. */
const OLDEST_DATA_YEARS = 2;

/** What this machine and its Node bring. Sends nothing. */
export function examineMachine(environment: NodeJS.ProcessEnv, now: Date): readonly Finding[] {
  const { versions, platform, arch } = process;
  return [
    ok("runtime", `Node ${versions.node} on ${platform} ${arch}`),
    timeZoneData(versions["tz"], now),
    proxy(environment),
    ...authorities(environment),
  ];
}

function timeZoneData(version: string | undefined, now: Date): Finding {
  const check = "time zones";
  if (version === undefined) {
    return warning(check, "this Node does not say which data it has", "use a Node with full time zone data");
  }
  if (now.getUTCFullYear() - Number.parseInt(version, 10) <= OLDEST_DATA_YEARS) {
    return ok(check, `data ${version}`);
  }
  const next = "update Node, so that slots fall on the hours that hold now";
  return warning(check, `data ${version}, which is old`, next);
}

/** Node follows these variables only when it is told to. */
function proxy(environment: NodeJS.ProcessEnv): Finding {
  const names = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"];
  const set = names.filter((name) => (environment[name] ?? "") !== "");
  if (set.length === 0) return ok("proxy", "none");
  if (environment["NODE_USE_ENV_PROXY"] === "1") return ok("proxy", `${set.join(", ")} as set`);
  const next = "set NODE_USE_ENV_PROXY=1, or unset them";
  return warning("proxy", `${set.join(", ")} set, and not used by Node`, next);
}

function authorities(environment: NodeJS.ProcessEnv): readonly Finding[] {
  const file = environment["NODE_EXTRA_CA_CERTS"] ?? "";
  if (file === "") return [];
  const check = "certificates";
  if (existsSync(file)) return [ok(check, `also those of ${file}`)];
  return [warning(check, `NODE_EXTRA_CA_CERTS names ${file}, which does not exist`, "correct the variable")];
}
