import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that take long whatever their size: their work stands in a kit, or they play many days, deaths or requests. */
const LONG =
  /\/reliability\/test\/|\/(?:conformance|openapi|demo|year|thousand|offsite|kill|sigkill|transcripts)\.test\.ts$/;

/**
 * Where no run before has said how long files take, as on a new clone, Vitest begins with the largest ones. So the kit,
 * ten lines in each package, came last, and processors had nothing to do beside it.
 */
export class LongFilesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification): boolean => LONG.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}
