export { evaluateRetention } from "./retention/evaluate.ts";
export { explainRetention, type RetentionExplanation } from "./retention/explain.ts";
export { PolicyError, type PolicyErrorCode, type PolicyProblem } from "./retention/policy-error.ts";
export { parseRetentionPolicy } from "./retention/schema.ts";
export type {
  CountRuleName,
  KeptSnapshot,
  RetentionPolicy,
  RetentionReason,
  RetentionResult,
  RetentionSnapshot,
  RetentionState,
  WithinRuleName,
} from "./retention/types.ts";
export { parseSchedule } from "./schedule/schema.ts";
export { newestDueSlot, nextSlot, parseSlotName, slotName, slotsBetween } from "./schedule/slots.ts";
export type { Schedule, ScheduleDefinition } from "./schedule/types.ts";
