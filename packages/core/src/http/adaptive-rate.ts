/**
 * Finds the pace that a server bears when it documents none: off until the first "too many requests", then a bucket
 * of requests whose rate falls at each refusal and grows again along a cubic curve, flat near the rate of the last
 * refusal. The constants are those of the large clients that do the same.
 */
export interface AdaptiveRate {
  /** When the request behind `ahead` others can go. */
  earliest(now: number, ahead: number): number;
  began(now: number): void;
  throttled(now: number): void;
  succeeded(now: number): void;
}

const FALL = 0.7;
const GROWTH = 0.4;
const SMOOTHING = 0.8;
const LEAST_PER_SECOND = 0.5;
/** The measured rate is that of spans of this length. */
const SPAN_MS = 500;

export function createAdaptiveRate(): AdaptiveRate {
  let enabled = false;
  let perSecond = LEAST_PER_SECOND;
  let tokens = 0;
  let filledAt = 0;
  /** Rate at the last refusal, and how long the curve takes to come back to it. */
  let lastMost = 0;
  let returnSeconds = 0;
  let refusedAt = 0;
  let measured = 0;
  let span = 0;
  let inSpan = 0;

  function measure(now: number): void {
    const current = Math.floor(now / SPAN_MS);
    if (span === 0) span = current;
    inSpan += 1;
    if (current <= span) return;
    const rate = inSpan / (((current - span) * SPAN_MS) / 1_000);
    measured = rate * SMOOTHING + measured * (1 - SMOOTHING);
    span = current;
    inSpan = 0;
  }

  function fill(now: number): void {
    const most = Math.max(1, perSecond);
    tokens = Math.min(most, tokens + ((now - filledAt) / 1_000) * perSecond);
    filledAt = now;
  }

  function setRate(now: number, wanted: number): void {
    fill(now);
    perSecond = Math.max(LEAST_PER_SECOND, wanted);
    tokens = Math.min(tokens, Math.max(1, perSecond));
  }

  return {
    earliest: (now, ahead) => {
      if (!enabled) return now;
      fill(now);
      const missing = 1 + ahead - tokens;
      return missing <= 1e-6 ? now : now + Math.ceil((missing / perSecond) * 1_000);
    },
    began: (now) => {
      measure(now);
      if (!enabled) return;
      fill(now);
      tokens -= 1;
    },
    throttled: (now) => {
      const most = enabled ? Math.min(measured, perSecond) : measured;
      // Requests in flight at the first refusal are refused, too: one fall for all of them.
      if (enabled && now - refusedAt < SPAN_MS) return;
      lastMost = most;
      returnSeconds = Math.cbrt((lastMost * (1 - FALL)) / GROWTH);
      refusedAt = now;
      if (!enabled) filledAt = now;
      enabled = true;
      setRate(now, most * FALL);
    },
    succeeded: (now) => {
      if (!enabled) return;
      const seconds = (now - refusedAt) / 1_000;
      const cubic = GROWTH * (seconds - returnSeconds) ** 3 + lastMost;
      setRate(now, Math.min(cubic, 2 * measured));
    },
  };
}
