import GithubSlugger from "github-slugger";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";
import { visit } from "unist-util-visit";
import type { Page } from "./pages.ts";

/** A block of code, with what the comment right before it says. */
export interface Block {
  readonly page: Page;
  /** The language; empty where none is named. */
  readonly language: string;
  readonly code: string;
  /** Of the first line of the code, from 1. */
  readonly line: number;
  /** Orders to the checks: the text of an HTML comment that stands right before the block, and of the page. */
  readonly orders: readonly string[];
}

/** A link or a picture. */
export interface Link {
  readonly target: string;
  readonly line: number;
}

/** What the checks need to know of a page. */
export interface Parsed {
  readonly page: Page;
  readonly blocks: readonly Block[];
  readonly links: readonly Link[];
  /** Code within a line. */
  readonly codes: readonly { readonly code: string; readonly line: number }[];
  /** What can follow a `#`. */
  readonly anchors: ReadonlySet<string>;
}

/** Orders for a whole page begin with this. */
const FOR_PAGE = /^page: /;

/** Reads a page as GitHub does. */
export function parsePage(page: Page): Parsed {
  const tree = fromMarkdown(page.text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
  const blocks: Block[] = [];
  const links: Link[] = [];
  const codes: { code: string; line: number }[] = [];
  const anchors = new Set<string>();
  const slugger = new GithubSlugger();
  const forPage = tree.children
    .flatMap((node) => (node.type === "html" ? (commentOf(node.value) ?? []) : []))
    .filter((order) => FOR_PAGE.test(order))
    .map((order) => order.replace(FOR_PAGE, ""));

  visit(tree, (node, index, parent) => {
    const line = node.position?.start.line ?? 0;
    if (node.type === "heading") anchors.add(slugger.slug(textOf(node)));
    if (node.type === "html") {
      for (const [, id = ""] of node.value.matchAll(/\b(?:id|name)="([^"]+)"/g)) anchors.add(id);
    }
    if (node.type === "link" || node.type === "image" || node.type === "definition") {
      links.push({ target: node.url, line });
    }
    if (node.type === "inlineCode") codes.push({ code: node.value, line });
    if (node.type === "code") {
      const before = index === undefined ? undefined : parent?.children[index - 1];
      const order = before?.type === "html" ? commentOf(before.value) : undefined;
      const orders = [...forPage, ...(order === undefined ? [] : [order])];
      blocks.push({ page, language: node.lang ?? "", code: node.value, line: line + 1, orders });
    }
  });
  return { page, blocks, links, codes, anchors };
}

/** The text of a heading, as it is read. */
function textOf(node: object): string {
  const { value, children = [] } = node as { value?: string; children?: readonly object[] };
  return value ?? children.map(textOf).join("");
}

function commentOf(html: string): string | undefined {
  return /^<!--\s*([\s\S]*?)\s*-->$/.exec(html.trim())?.[1];
}
