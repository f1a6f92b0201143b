import { existsSync } from "node:fs";
import { type Finding, ok, warning } from "./check.ts";

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
