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
