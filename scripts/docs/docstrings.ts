import { readFileSync } from "node:fs";
import ts from "typescript";
import { ROOT } from "./pages.ts";

/** What the docstring of a setting says. */
export interface SettingDoc {
  readonly meaning: string;
  /** In words; empty where nothing is said. */
  readonly fallback: string;
}

/** The docstrings of the properties of an interface, a type made of object literals, or an object. */
export function docstringsOf(file: string, name: string): ReadonlyMap<string, SettingDoc> {
  const source = ts.createSourceFile(file, readFileSync(ROOT + file, "utf8"), ts.ScriptTarget.Latest, true);
  const found = new Map<string, SettingDoc>();
  const visit = (node: ts.Node): void => {
    const isProperty =
      ts.isPropertySignature(node) || ts.isPropertyAssignment(node) || ts.isShorthandPropertyAssignment(node);
    if (isProperty && ts.isIdentifier(node.name)) {
      const [comment] = ts.getJSDocCommentsAndTags(node);
      found.set(node.name.text, split(ts.getTextOfJSDocComment(comment?.comment) ?? ""));
      return;
    }
    ts.forEachChild(node, visit);
  };
  source.forEachChild((node) => {
    const declared = ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node);
    if (declared && node.name.text === name) ts.forEachChild(node, visit);
    if (!ts.isVariableStatement(node)) return;
    const [variable] = node.declarationList.declarations;
    if (variable?.name.getText() === name && variable.initializer)
      ts.forEachChild(variable.initializer, visit);
  });
  if (found.size === 0) throw new Error(`${file} has no ${name} with properties`);
  return found;
}

/** Takes the sentence about the default out of a docstring. */
function split(text: string): SettingDoc {
  const flat = text.replace(/\s+/g, " ").trim();
  const marked = /(`[^`]+`) \(default\)/.exec(flat)?.[1];
  if (marked !== undefined) return { meaning: flat.replace(" (default)", ""), fallback: marked };
  const sentence = /(?:^|\s)(?:Default:?|Else) (.+?)\.(?=\s|$)/.exec(flat);
  const [whole = "", fallback = ""] = sentence ?? [];
  return { meaning: flat.replace(whole, "").trim(), fallback };
}
