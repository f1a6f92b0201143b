/** Words of a quota itself, in the languages that services speak; of one of requests they say so. */
const QUOTA = /quota|할당량|쿼터/i;
const OF_REQUESTS = /\b(?:rate|api|requests? quota|quota of requests)\b/i;
/** A limit of how many or how much, and that it is reached: each alone may tell of anything. */
const LIMIT = /limit|maximum (?:number|amount|capacity)|capacity|한도|최대|제한/i;
const REACHED = /exceed|reach|larger than|초과|도달/i;
/** What is limited, too, and has nothing to do with how much there is: rates, and the size of an input. */
const OF_AN_INPUT =
  /\b(?:rate|requests?|api|per (?:second|minute|hour|day)|attempts?|retries|length|long|characters?|letters|bytes|field|timeout|timed|iops|throughput)\b|글자|문자|길이|요청|\d\s?자/i;

/**
 * Whether a refusal says that a quota of the account is full, by its words alone: services say so with many statuses.
 * Quotas of requests, and bounds of an input, are other matters.
 */
export function saysQuota(words: string): boolean {
  if (QUOTA.test(words)) return !OF_REQUESTS.test(words);
  return LIMIT.test(words) && REACHED.test(words) && !OF_AN_INPUT.test(words);
}
