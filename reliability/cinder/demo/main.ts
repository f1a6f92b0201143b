/** `pnpm cinder:demo`: four minutes of `polyvol demo` in real time, on the server that `pnpm cinder start` has started. */
import { runInContext } from "../../../packages/cli/src/command.ts";
import { CINDER_DIR, readServer } from "../src/server.ts";
import { playMinutes } from "./play.ts";

const MINUTES = 4;

const server = readServer();
if (server === undefined) {
  process.stderr.write(`no OpenStack server runs in ${CINDER_DIR}: \`pnpm cinder start\` starts one\n`);
  process.exitCode = 2;
} else {
  process.exitCode = await runInContext({ output: "table" }, (context) =>
    playMinutes(context, server, MINUTES),
  );
}
