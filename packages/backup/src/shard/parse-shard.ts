import { invalidArgument } from "../retention/policy-error.ts";
import { type ArrayPlace, arrayPlaces } from "./array-jobs.ts";
import { checkShard, indexWords, MOST_SHARDS, type Shard } from "./rendezvous.ts";

const FORMS = `INDEX/COUNT such as 0/4 (indices count from 0), auto/COUNT or auto`;

/**
 * Reads which shard is meant: `INDEX/COUNT`; `auto/COUNT` takes the index from what an array job sets, and `auto` the
 * count, too. Nothing is guessed: where two say different things, or nothing says it, that is an error.
 *
 * @param environment where `auto` looks. Default `process.env`
 * @throws PolicyError `invalid_argument` naming what was found and what is allowed
 */
export function parseShard(
  text: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Shard {
  const [, place = "", countText] = /^(\d{1,6}|auto)(?:\/(\d{1,6}))?$/.exec(text) ?? [];
  if (place === "" || (place !== "auto" && countText === undefined))
    throw refused(JSON.stringify(text), FORMS);
  const count = countText === undefined ? undefined : Number(countText);
  if (count !== undefined && (count < 1 || count > MOST_SHARDS)) {
    throw refused(text, `a count from 1 to ${MOST_SHARDS.toLocaleString("en-US")}`);
  }
  const shard = place === "auto" ? placeIn(environment, count) : { index: Number(place), count: count ?? 1 };
  if (shard.index >= shard.count) {
    const where = place === "auto" ? `${shard.index}/${shard.count}` : text;
    throw refused(where, `an index from ${indexWords(shard.count)}`);
  }
  checkShard(shard);
  return shard;
}

/** @throws PolicyError */
function placeIn(
  environment: Readonly<Record<string, string | undefined>>,
  given: number | undefined,
): Shard {
  const places = arrayPlaces(environment);
  const [first] = places;
  if (first === undefined) {
    throw refused(
      "auto, and no variable of an array job",
      "auto where JOB_COMPLETION_INDEX, AWS_BATCH_JOB_ARRAY_INDEX, SLURM_ARRAY_TASK_ID, CI_NODE_INDEX or NOMAD_ALLOC_INDEX is set; else INDEX/COUNT",
    );
  }
  const other = places.find(({ index }) => index !== first.index);
  if (other !== undefined)
    throw refused(`auto, and ${words(first)} and ${words(other)}`, "INDEX/COUNT: they differ");
  const counts = places.flatMap((place) =>
    place.count === undefined ? [] : [{ ...place, count: place.count }],
  );
  const [counted] = counts;
  const against = counts.find(({ count }) => count !== (given ?? counted?.count));
  if (against !== undefined) {
    const found = given === undefined ? `auto, and ${countWords(counted ?? against)}` : `auto/${given}`;
    throw refused(`${found}, and ${countWords(against)}`, "one count: they differ");
  }
  const count = given ?? counted?.count;
  if (count === undefined) {
    throw refused(`auto, and ${words(first)}`, "auto/COUNT: it does not say how many there are");
  }
  return { index: first.index, count };
}

const words = ({ variable, index }: ArrayPlace): string => `${variable}, which is index ${index}`;
const countWords = ({ variable, count }: ArrayPlace): string => `${count} by ${variable}`;

function refused(found: string, allowed: string): ReturnType<typeof invalidArgument> {
  return invalidArgument([{ path: "shard", found, allowed }]);
}
