import { fromMarkdown } from "mdast-util-from-markdown";
import { visit } from "unist-util-visit";
import type { Repository, Rule } from "./tarball.ts";
import { whichHold } from "./tarball.ts";

/** Each package says by itself what it is, how it is installed, how it is used, and where more is written. */
export const readme: Rule = ({ manifest, files }, repository) => {
  const text = files.get("README.md");
  if (text === undefined) return ["README.md is missing"];
  const tree = fromMarkdown(text);
  const links: string[] = [];
  const languages: string[] = [];
  visit(tree, (node) => {
    if (node.type === "link" || node.type === "definition") links.push(node.url);
    if (node.type === "code") languages.push(node.lang ?? "");
  });
  return [
    ...whichHold({
      [`README.md does not begin with "# ${manifest.name}"`]: !text.startsWith(`# ${manifest.name}\n`),
      "README.md does not say how to install the package": !installs(text, manifest.name),
      "README.md has no example": !languages.includes("ts") && manifest["bin"] === undefined,
      "README.md has no link to the documentation": !links.some((link) =>
        link.startsWith(`${repository.url}/blob/main/docs/`),
      ),
    }),
    ...links.flatMap((link) => brokenLink(link, repository)),
  ];
};

function installs(text: string, name: string): boolean {
  return text.split("\n").some((line) => line.startsWith("npm install ") && line.split(" ").includes(name));
}

/** A registry shows a README away from its folder, so links are whole; those into the repository must lead somewhere. */
function brokenLink(link: string, repository: Repository): string[] {
  if (link.startsWith("#")) return [];
  if (!link.startsWith("https://")) return [`README.md: ${link} is not a whole https link`];
  const path = /^\/(?:blob|tree)\/main\/([^#]+)/.exec(link.replace(repository.url, ""))?.[1];
  const broken = link.startsWith(`${repository.url}/`) && (path === undefined || !repository.exists(path));
  return broken ? [`README.md: ${link} leads to nothing in this repository`] : [];
}
