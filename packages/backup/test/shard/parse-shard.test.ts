import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseShard } from "../../src/index.ts";

type Environment = Readonly<Record<string, string>>;

test.each([
  ["0/1", 0, 1],
  ["0/4", 0, 4],
  ["3/4", 3, 4],
  ["9999/10000", 9_999, 10_000],
])("%s is read", (text, index, count) => {
  expect(parseShard(text, {})).toEqual({ index, count });
});

test.each([
  ["4/4", "found 4/4, allowed: an index from 0 to 3, as indices count from 0"],
  ["1/1", "allowed: an index from 0, as there is one shard"],
  ["0/0", "allowed: a count from 1 to 10,000"],
  ["0/10001", "allowed: a count from 1 to 10,000"],
  ["auto/0", "allowed: a count from 1 to 10,000"],
  ["2", 'found "2", allowed: INDEX/COUNT such as 0/4 (indices count from 0), auto/COUNT or auto'],
  ["", 'found "", allowed: INDEX/COUNT'],
  ["-1/4", "allowed: INDEX/COUNT"],
  ["1 /4", "allowed: INDEX/COUNT"],
  ["1/4/2", "allowed: INDEX/COUNT"],
  ["0x1/4", "allowed: INDEX/COUNT"],
  ["/4", "allowed: INDEX/COUNT"],
  ["AUTO/4", "allowed: INDEX/COUNT"],
])("%j is refused in words", (text, message) => {
  expect(() => parseShard(text, {})).toThrow(message);
});

test.each<readonly [string, string, Environment, number, number]>([
  ["Kubernetes", "auto/4", { JOB_COMPLETION_INDEX: "3" }, 3, 4],
  ["AWS Batch", "auto", { AWS_BATCH_JOB_ARRAY_INDEX: "0", AWS_BATCH_JOB_ARRAY_SIZE: "10" }, 0, 10],
  [
    "AWS Batch with the count",
    "auto/10",
    { AWS_BATCH_JOB_ARRAY_INDEX: "9", AWS_BATCH_JOB_ARRAY_SIZE: "10" },
    9,
    10,
  ],
  ["Slurm", "auto", slurm(0, 3, 4, 2), 2, 4],
  ["Slurm from 1", "auto", slurm(1, 4, 4, 4), 3, 4],
  ["Slurm by steps", "auto", slurm(1, 7, 4, 5), 2, 4],
  ["Slurm with one task", "auto", slurm(5, 5, 1, 5), 0, 1],
  ["an old Slurm", "auto/4", { SLURM_ARRAY_TASK_ID: "3" }, 3, 4],
  ["GitLab", "auto", { GITLAB_CI: "true", CI_NODE_INDEX: "1", CI_NODE_TOTAL: "3" }, 0, 3],
  ["Nomad", "auto/2", { NOMAD_ALLOC_INDEX: "1" }, 1, 2],
  ["two that agree", "auto/2", { NOMAD_ALLOC_INDEX: "1", JOB_COMPLETION_INDEX: "1" }, 1, 2],
  ["an empty one beside", "auto/2", { NOMAD_ALLOC_INDEX: "1", JOB_COMPLETION_INDEX: "" }, 1, 2],
])("the place in an array job of %s", (_name, text, environment, index, count) => {
  expect(parseShard(text, environment)).toEqual({ index, count });
});

test.each<readonly [string, string, Environment, string]>([
  ["no variable", "auto/4", {}, "found auto, and no variable of an array job"],
  [
    "a GitLab job that is alone",
    "auto",
    { GITLAB_CI: "true", CI_NODE_TOTAL: "1" },
    "no variable of an array job",
  ],
  [
    "no count",
    "auto",
    { JOB_COMPLETION_INDEX: "3" },
    "allowed: auto/COUNT: it does not say how many there are",
  ],
  [
    "an index that is too high",
    "auto/3",
    { JOB_COMPLETION_INDEX: "3" },
    "found 3/3, allowed: an index from 0 to 2",
  ],
  [
    "two that differ",
    "auto/4",
    { JOB_COMPLETION_INDEX: "1", NOMAD_ALLOC_INDEX: "2" },
    "found auto, and JOB_COMPLETION_INDEX, which is index 1 and NOMAD_ALLOC_INDEX, which is index 2, allowed: INDEX/COUNT: they differ",
  ],
  [
    "another count than given",
    "auto/4",
    { AWS_BATCH_JOB_ARRAY_INDEX: "1", AWS_BATCH_JOB_ARRAY_SIZE: "5" },
    "found auto/4, and 5 by AWS_BATCH_JOB_ARRAY_INDEX, allowed: one count: they differ",
  ],
  [
    "two counts",
    "auto",
    { AWS_BATCH_JOB_ARRAY_INDEX: "1", AWS_BATCH_JOB_ARRAY_SIZE: "5", ...slurm(0, 3, 4, 1) },
    "found auto, and 5 by AWS_BATCH_JOB_ARRAY_INDEX, and 4 by SLURM_ARRAY_TASK_ID",
  ],
  [
    "a text",
    "auto/4",
    { JOB_COMPLETION_INDEX: "one" },
    'JOB_COMPLETION_INDEX: found "one", allowed: a whole number from 0',
  ],
  ["a negative one", "auto/4", { NOMAD_ALLOC_INDEX: "-1" }, 'NOMAD_ALLOC_INDEX: found "-1"'],
  [
    "uneven indices",
    "auto",
    slurm(1, 7, 3, 3),
    "SLURM_ARRAY_TASK_ID: found 3, one of 3 from 1 to 7, allowed: indices that are evenly apart",
  ],
  [
    "index 0 of GitLab",
    "auto/4",
    { GITLAB_CI: "true", CI_NODE_INDEX: "0" },
    "allowed: a whole number from 1, as GitLab counts it",
  ],
  [
    "CI_NODE_INDEX of somebody else",
    "auto/4",
    { CI_NODE_INDEX: "1" },
    "outside of GitLab: others count it from 0, GitLab from 1",
  ],
])("%s is an error, never a guess", (_name, text, environment, message) => {
  expect(() => parseShard(text, environment)).toThrow(message);
});

test("of an array of Slurm, each place is taken once, from wherever and by whichever step it counts", () => {
  const array = fc.record({
    least: fc.integer({ min: 0, max: 1_000 }),
    step: fc.integer({ min: 1, max: 9 }),
    count: fc.integer({ min: 1, max: 50 }),
  });
  fc.assert(
    fc.property(array, ({ least, step, count }) => {
      const ids = Array.from({ length: count }, (_, index) => least + index * step);
      const shards = ids.map((id) => parseShard("auto", slurm(least, ids.at(-1) ?? 0, count, id)));
      expect(shards).toEqual(ids.map((_, index) => ({ index, count })));
    }),
  );
});

function slurm(least: number, greatest: number, count: number, id: number): Environment {
  return {
    SLURM_ARRAY_TASK_ID: String(id),
    SLURM_ARRAY_TASK_MIN: String(least),
    SLURM_ARRAY_TASK_MAX: String(greatest),
    SLURM_ARRAY_TASK_COUNT: String(count),
  };
}
