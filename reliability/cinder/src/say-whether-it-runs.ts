/** Runs once, before the tests of the real server: says whether there is one. */
import { CINDER_DIR, readServer } from "./server.ts";

export default function setup(): void {
  const server = readServer();
  process.stdout.write(
    server === undefined
      ? `No real Cinder runs in ${CINDER_DIR}: its tests are skipped. \`pnpm cinder start\` starts one (Debian 12).\n`
      : `The real Cinder is ${server.version} at ${server.root}.\n`,
  );
}
