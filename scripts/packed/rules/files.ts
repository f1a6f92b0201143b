import { type Rule, whichHold } from "./tarball.ts";

const BESIDE_DIST = ["package.json", "README.md", "LICENSE", "CHANGELOG.md"];

/** What has to lie in a tarball, and what must not. */
export const contents: Rule = ({ manifest, files }, repository) => {
  const { version } = manifest;
  const changelog = files.get("CHANGELOG.md");
  const strangers = [...files.keys()].filter(
    (path) => !path.startsWith("dist/") && !BESIDE_DIST.includes(path),
  );
  return [
    ...whichHold({
      "LICENSE is not the one of the repository": files.get("LICENSE") !== repository.license,
      // 0.0.0 is what no release has: the first `changeset version` writes the first changelog.
      [`CHANGELOG.md has no entry for ${version}`]:
        version !== "0.0.0" && changelog?.includes(`\n## ${version}\n`) !== true,
    }),
    ...strangers.map((path) => `${path} does not belong into a package`),
  ];
};

interface SourceMap {
  readonly file?: string;
  readonly sources: readonly string[];
  readonly sourcesContent?: readonly (string | null)[];
}

/** Every built file has a map that leads to sources by relative paths and holds their text, as `src` is not packed. */
export const sourceMaps: Rule = ({ files }) => {
  const problems: string[] = [];
  for (const [path, text] of files) {
    if (!/\.c?js$/.test(path)) continue;
    const name = `${path.slice(path.lastIndexOf("/") + 1)}.map`;
    const map = files.get(`${path}.map`);
    if (map === undefined || !text.includes(`//# sourceMappingURL=${name}`)) {
      problems.push(`${path} has no source map`);
      continue;
    }
    const { file = "", sources, sourcesContent = [] }: SourceMap = JSON.parse(map);
    const outside = sources.filter((source) => !/^(\.\.\/)+src\//.test(source));
    problems.push(
      ...outside.map((source) => `${path}.map names ${source}, which is not a source of the package`),
    );
    if (file.includes("/")) problems.push(`${path}.map names the folder that it was built in`);
    if (sources.some((_, index) => typeof sourcesContent[index] !== "string")) {
      problems.push(`${path}.map does not hold its sources`);
    }
  }
  return problems;
};
