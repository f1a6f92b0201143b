/**
 * `polyvol`: the command line, for programs that want to run it in their own process.
 *
 * @module polyvol
 */
export { runCli } from "./run.ts";
