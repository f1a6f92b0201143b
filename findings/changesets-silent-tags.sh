#!/bin/sh
# Where git has no name for who commits, `changeset publish` cannot make its tags, says "Created git tags." and ends with 0.
. "$(dirname -- "$0")/lib/install.sh"
install @changesets/cli@3.0.3
cat >run.mjs <<'SCRIPT'
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { standIn, verdict } from "./finding.mjs";

const none = { GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" };
const named = { ...none };
for (const who of ["AUTHOR", "COMMITTER"]) Object.assign(named, { [`GIT_${who}_NAME`]: "A", [`GIT_${who}_EMAIL`]: "a@localhost" });

/** Releases a package in a new repository; the registry has none and takes it. */
async function publish(name, names) {
  const folder = resolve(name);
  mkdirSync(join(folder, ".changeset"), { recursive: true });
  const server = await standIn(({ method }) => (method === "PUT" ? { status: 201, json: { ok: true } } : { status: 404, json: {} }));
  const registry = `${server.url}/`;
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: `tag-${name}`, version: "1.0.0", publishConfig: { registry } }));
  writeFileSync(join(folder, "package-lock.json"), JSON.stringify({ name: `tag-${name}`, lockfileVersion: 3, packages: {} }));
  writeFileSync(join(folder, ".changeset/config.json"), JSON.stringify({ access: "public", baseBranch: "main" }));
  writeFileSync(join(folder, ".npmrc"), `registry=${registry}\n//127.0.0.1:${server.port}/:_authToken=T\n`);
  const git = (words, env) => execFileSync("git", words, { cwd: folder, env: { ...process.env, ...env }, encoding: "utf8" });
  git(["init", "--quiet", "--initial-branch", "main"], named);
  // Git must not guess a name from the account and the machine.
  git(["config", "user.useConfigOnly", "true"], named);
  git(["add", "--all"], named);
  git(["commit", "--quiet", "--message", "first"], named);
  const { spawn } = await import("node:child_process");
  const child = spawn(resolve("node_modules/.bin/changeset"), ["publish"], { cwd: folder, env: { ...process.env, ...names, CI: "1" } });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => { said += data; });
  const code = await new Promise((done) => child.once("close", done));
  server.close();
  return { tags: git(["tag", "--list"], names).trim(), ended: code, says: /Created git tags/.test(said), said };
}

const withNames = await publish("named", named);
const without = await publish("nobody", none);
if (process.env.SHOW) console.log(withNames.said, without.said);
verdict(["@changesets/cli"], [
  { what: "with names: the tags that are there", expected: "v1.0.0", found: "v1.0.0", seen: withNames.tags },
  { what: "without: the tags that are there", expected: "none, and an error", found: "", seen: without.tags },
  { what: "without: it says that it has created tags", expected: false, found: true, seen: without.says },
  { what: "without: exit code", expected: 1, found: 0, seen: without.ended },
]);
SCRIPT
node run.mjs
