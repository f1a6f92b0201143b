/** What the program is told: where the emulators listen, and how many volumes each has. */
export interface Given {
  readonly digitalocean: string;
  readonly "samsung-scp": string;
  readonly openstack: string;
  readonly seeded: number;
}

/** One step of the program with one cloud. */
export interface Outcome {
  readonly cloud: string;
  readonly step: string;
  /** Absent where it did what it should. */
  readonly failure?: string;
}

/** A runtime that this machine does not have and cannot get: its row is left out, in words. */
export class NotHere extends Error {
  override readonly name = "NotHere";
}

/** What the program did, and where. */
export interface Run {
  /** The runtime's own words for its version. */
  readonly version: string;
  readonly outcomes: readonly Outcome[];
}

/** One row of the table. */
export interface Runtime {
  /** As the documentation calls it. */
  readonly title: string;
  /** What a reader has to know of how it was started. */
  readonly how: string;
  /** @throws NotHere; any other error is a failure of the row */
  run(project: string, given: Given): Promise<Run>;
}
