/** What every finding has in common: a server to stand in for the real one, and the verdict. */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";

function packageAt(folder) {
  return JSON.parse(readFileSync(new URL(`node_modules/${folder}/package.json`, import.meta.url), "utf8"));
}

/** The version of what is installed in a folder of `node_modules`. */
export function versionOf(folder) {
  return packageAt(folder).version;
}

/**
 * Serves on loopback what `answer` gives for each request, and keeps what arrived in `seen`. An answer has `json` or
 * `body`, and may have `status`, `headers` and `after`: a promise to wait for.
 */
export async function standIn(answer) {
  const seen = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const piece of request.setEncoding("utf8")) body += piece;
    const arrived = { method: request.method, target: request.url, body };
    seen.push(arrived);
    const { status = 200, json, headers = {}, body: bytes, after } = answer(arrived);
    await after;
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(bytes ?? (json === undefined ? undefined : JSON.stringify(json)));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  return {
    ...{ seen, port, url: `http://127.0.0.1:${port}` },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Prints what was seen beside what this finding says, and fails when they differ. */
export function verdict(folders, rows) {
  const packages = folders.map((folder) => `${packageAt(folder).name} ${versionOf(folder)}`);
  process.stdout.write(`${packages.join(", ")}, on Node ${process.versions.node}\n`);
  let changed = 0;
  for (const { what, expected, found, seen } of rows) {
    const same = JSON.stringify(found) === JSON.stringify(seen);
    if (!same) changed += 1;
    process.stdout.write(
      `\n${what}\n  one would expect: ${show(expected)}\n  seen:             ${show(seen)}\n`,
    );
    if (!same) process.stdout.write(`  this finding says: ${show(found)}\n`);
  }
  process.stdout.write(changed === 0 ? "\nThe finding holds.\n" : "\nTHE BEHAVIOUR HAS CHANGED.\n");
  process.exitCode = changed === 0 ? 0 : 1;
}

function show(value) {
  return typeof value === "string" ? value : JSON.stringify(value);
}
