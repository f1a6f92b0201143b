import { type Rule, whichHold } from "./tarball.ts";

const INSTALL_SCRIPTS = ["preinstall", "install", "postinstall", "prepare", "prepublish"];
const FILES = ["dist", "CHANGELOG.md"];

/** The fields that registries, package managers and people read. */
export const metadata: Rule = ({ folder, manifest }, repository) => {
  const page = `${repository.url}/tree/main/packages/${folder}#readme`;
  const source = { type: "git", url: `git+${repository.url}.git`, directory: `packages/${folder}` };
  const { description, keywords, scripts = {} } = manifest;
  return whichHold({
    "description is missing": typeof description !== "string" || description === "",
    "keywords: at least three are needed": !Array.isArray(keywords) || keywords.length < 3,
    [`homepage is not ${page}`]: manifest["homepage"] !== page,
    [`bugs is not ${repository.url}/issues`]: !same(manifest["bugs"], { url: `${repository.url}/issues` }),
    [`repository is not ${JSON.stringify(source)}`]: !same(manifest["repository"], source),
    "license is not MIT": manifest["license"] !== "MIT",
    [`engines.node is not ${repository.nodeRange}`]: !same(manifest["engines"], {
      node: repository.nodeRange,
    }),
    "sideEffects is not false": manifest["sideEffects"] !== false,
    "publishConfig.access is not public": !same(manifest["publishConfig"], { access: "public" }),
    [`files is not ${JSON.stringify(FILES)}`]: !same(manifest["files"], FILES),
    "scripts run at installation": INSTALL_SCRIPTS.some((name) => name in scripts),
  });
};

/** What it needs is named by versions that a registry knows. */
export const dependencies: Rule = ({ manifest }) => {
  const all = { ...manifest.dependencies, ...manifest.optionalDependencies, ...manifest.peerDependencies };
  return Object.entries(all)
    .filter(([, range]) => /^(workspace|catalog|file|link|git|https?):/.test(range))
    .map(([name, range]) => `${name} is asked for as ${range}`);
};

function same(found: unknown, wanted: unknown): boolean {
  return JSON.stringify(found) === JSON.stringify(wanted);
}
