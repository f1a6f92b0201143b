import type { Command } from "commander";
import type { MakeAction } from "../../command.ts";
import { addDispatch } from "./dispatch.ts";
import { addFleetStatus } from "./status.ts";
import { addWork } from "./work.ts";

const ABOUT = `
Each account of the configuration is one job for each slot that comes due; machines that work take jobs
from a queue on Redis or Valkey, and go on where one of them has died. What is due is said by the
policies, as for polyvol backup run, and each machine has the credentials of the accounts itself.

Examples:
  export POLYVOL_REDIS_URL=redis://queue.internal:6379
  polyvol fleet dispatch                           every minute, from a timer; any number of them
  polyvol fleet work --concurrency 20              on each machine that works
  polyvol fleet status                             exit code 1 when a job is parked, 4 when one is late

Which of the two ways to spread a fleet is for whom: docs/fleet.md.
`;

/** The commands about fleets, in the order in which help lists them. */
export function addFleet(fleet: Command, action: MakeAction): void {
  fleet.addHelpText("after", ABOUT);
  addDispatch(fleet, action);
  addWork(fleet, action);
  addFleetStatus(fleet, action);
}
