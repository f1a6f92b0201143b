import { omitUndefined } from "@polyvol/core/driver";
import { invalidArgument } from "../retention/policy-error.ts";
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

type Environment = Readonly<Record<string, string | undefined>>;

/** What one kind of array job says of its place. */
interface ArrayPlace {
  /** The variable that says the index. */
  readonly variable: string;
  /** From 0. */
  readonly index: number;
  /** How many there are, where that is said. */
  readonly count?: number;
}

/**
 * What array jobs set, by whoever sets it:
 *
 * - Kubernetes, Indexed Job: https://kubernetes.io/docs/tasks/job/indexed-parallel-processing-static (from 0, no count)
 * - AWS Batch, array job: https://docs.aws.amazon.com/batch/latest/userguide/job_env_vars.html (from 0, with the size)
 * - Slurm, job array: https://slurm.schedmd.com/job_array.html (from the least index, by a step, with count, least and
 *   greatest)
 * - GitLab, `parallel`: https://docs.gitlab.com/ci/variables/predefined_variables/ (from 1, with the total)
 * - Nomad, `count` of a group: https://developer.hashicorp.com/nomad/docs/reference/runtime-environment-settings (from 0,
 *   no count)
 *
 * @returns nothing of a kind whose variable is not set
 * @throws PolicyError `invalid_argument` for a variable that holds something else than its kind puts there
 */
function arrayPlaces(environment: Environment): readonly ArrayPlace[] {
  return [
    fromZero(environment, "JOB_COMPLETION_INDEX"),
    fromZero(environment, "AWS_BATCH_JOB_ARRAY_INDEX", "AWS_BATCH_JOB_ARRAY_SIZE"),
    slurmPlace(environment),
    gitlabPlace(environment),
    fromZero(environment, "NOMAD_ALLOC_INDEX"),
  ].flatMap((place) => place ?? []);
}

function fromZero(environment: Environment, variable: string, counter?: string): ArrayPlace | undefined {
  const index = numberIn(environment, variable);
  if (index === undefined) return undefined;
  return place(variable, index, counter === undefined ? undefined : numberIn(environment, counter));
}

/** Its indices need neither begin at 0 nor be one apart, but then they have to be evenly apart. */
function slurmPlace(environment: Environment): ArrayPlace | undefined {
  const variable = "SLURM_ARRAY_TASK_ID";
  const id = numberIn(environment, variable);
  if (id === undefined) return undefined;
  const least = numberIn(environment, "SLURM_ARRAY_TASK_MIN") ?? 0;
  const greatest = numberIn(environment, "SLURM_ARRAY_TASK_MAX");
  const count = numberIn(environment, "SLURM_ARRAY_TASK_COUNT");
  if (count === undefined || greatest === undefined) return place(variable, id - least, count);
  const step = count > 1 ? (greatest - least) / (count - 1) : 1;
  const index = (id - least) / step;
  if (Number.isInteger(step) && step > 0 && Number.isInteger(index) && index >= 0) {
    return place(variable, index, count);
  }
  const found = `${id}, one of ${count} from ${least} to ${greatest}`;
  throw wrong(variable, found, "indices that are evenly apart, such as --array=0-3");
}

/** Others set the same variable and count from 0. */
function gitlabPlace(environment: Environment): ArrayPlace | undefined {
  const variable = "CI_NODE_INDEX";
  const index = numberIn(environment, variable);
  if (index === undefined) return undefined;
  if ((environment["GITLAB_CI"] ?? "") === "") {
    throw wrong(
      variable,
      String(index),
      "--shard INDEX/COUNT outside of GitLab: others count it from 0, GitLab from 1",
    );
  }
  if (index === 0) throw wrong(variable, "0", "a whole number from 1, as GitLab counts it");
  return place(variable, index - 1, numberIn(environment, "CI_NODE_TOTAL"));
}

function place(variable: string, index: number, count: number | undefined): ArrayPlace {
  return omitUndefined({ variable, index, count });
}

/** An empty variable is as good as none. @throws PolicyError */
function numberIn(environment: Environment, variable: string): number | undefined {
  const text = environment[variable] ?? "";
  if (text === "") return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw wrong(variable, JSON.stringify(text.slice(0, 20)), "a whole number from 0");
}

function wrong(variable: string, found: string, allowed: string): ReturnType<typeof invalidArgument> {
  return invalidArgument([{ path: variable, found, allowed }]);
}
