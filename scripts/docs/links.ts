import type { Parsed } from "./markdown.ts";
import { exists, resolveFrom } from "./pages.ts";

/** What is wrong with the links of all pages. Addresses elsewhere are looked at for their form only; nothing is sent. */
export function checkLinks(pages: readonly Parsed[]): readonly string[] {
  const byPath = new Map(pages.map((each) => [each.page.path, each]));
  return pages.flatMap((parsed) =>
    parsed.links.flatMap(({ target, line }) => {
      const problem = problemOf(parsed, target, byPath);
      return problem === undefined ? [] : [`${parsed.page.path}:${line}: ${target}: ${problem}`];
    }),
  );
}

function problemOf(
  { page, anchors }: Parsed,
  target: string,
  pages: ReadonlyMap<string, Parsed>,
): string | undefined {
  if (/^[a-z][a-z+.-]*:/i.test(target)) return formOf(target);
  const [path = "", fragment] = target.split("#", 2);
  if (path === "") return anchors.has(fragment ?? "") ? undefined : "no such heading on this page";
  const file = resolveFrom(page, decodeURI(path));
  if (file === undefined) return "outside of the repository";
  if (!exists(file)) return "no such file";
  if (fragment === undefined) return undefined;
  const there = pages.get(file);
  if (there === undefined) return `${file} is no page that is checked`;
  return there.anchors.has(fragment) ? undefined : `no such heading in ${file}`;
}

function formOf(target: string): string | undefined {
  if (target.startsWith("mailto:")) return undefined;
  if (!URL.canParse(target)) return "not an address";
  return new URL(target).protocol === "https:" ? undefined : "not https";
}
