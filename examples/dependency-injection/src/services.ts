import type { BlockStorage } from "@polyvol/core";
import type { DependencyContainer, InjectionToken } from "tsyringe";
import { NightlySnapshots } from "./nightly-snapshots.ts";

/** What the services need from outside. The program binds them in one way, tests in another. */
export const STORAGE: InjectionToken<BlockStorage> = Symbol("storage");
export const NOW: InjectionToken<() => Date> = Symbol("now");

/** Registers what this application consists of. Factories in place of decorators, which Node cannot run by itself. */
export function registerServices(target: DependencyContainer): void {
  target.register(NightlySnapshots, {
    useFactory: (from) => new NightlySnapshots(from.resolve(STORAGE), from.resolve(NOW)),
  });
}
