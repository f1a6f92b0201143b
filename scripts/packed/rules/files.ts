import { type Rule, whichHold } from "./tarball.ts";

const BESIDE_DIST = ["package.json", "README.md", "LICENSE", "CHANGELOG.md"];

/** What has to lie in a tarball, and what must not. */
export const contents: Rule = ({ manifest, files }, repository) => {
  const { version } = manifest;
  const changelog = files.get("CHANGELOG.md");
  const strangers = [...files.keys()].filter(
    (path) => (!path.startsWith("dist/") || path.endsWith(".map")) && !BESIDE_DIST.includes(path),
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
