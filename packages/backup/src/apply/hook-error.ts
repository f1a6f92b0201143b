import { PolyvolError, type PolyvolErrorCode } from "@polyvol/core";

/** On which side of a snapshot a hook runs. */
export type HookName = "before" | "after";

/** A failure of a hook, told apart from one of a cloud. */
export class HookError extends PolyvolError {
  /** Which hook of the policy failed. */
  readonly hook: HookName;

  constructor(hook: HookName, code: PolyvolErrorCode, reason: string) {
    super(code, reason);
    this.hook = hook;
  }
}
