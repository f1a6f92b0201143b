import type { Manifest } from "../pack.ts";

/** What a rule may look at: one package as it would be published. */
export interface Tarball {
  /** Its folder under `packages/`. */
  readonly folder: string;
  readonly manifest: Manifest;
  /** Contents of all files, by path with `/`. */
  readonly files: ReadonlyMap<string, string>;
}

/** What the whole repository says, once, and each package has to agree with. */
export interface Repository {
  /** Such as `https://github.com/owner/name`. */
  readonly url: string;
  readonly nodeRange: string;
  readonly license: string;
  /** Whether a path, relative to the root, exists in the working tree. */
  exists(path: string): boolean;
}

/** Says what is wrong, a sentence each; nothing when the tarball keeps to the rule. */
export type Rule = (tarball: Tarball, repository: Repository) => string[];

/** The messages whose condition holds. */
export function whichHold(problems: Readonly<Record<string, boolean>>): string[] {
  return Object.keys(problems).filter((message) => problems[message]);
}
