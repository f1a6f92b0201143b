import { globSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";

/** Of one file: what is exported and has no type of its own, by its line. */
export function declarationProblems(file: string, source: string): readonly string[] {
  const { diagnostics = [] } = ts.transpileDeclaration(source, {
    fileName: file,
    reportDiagnostics: true,
    compilerOptions: {
      ...{ isolatedDeclarations: true, declaration: true, strict: true },
      ...{ target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.NodeNext, erasableSyntaxOnly: true },
    },
  });
  return diagnostics.map(({ start = 0, messageText }) => {
    const line = source.slice(0, start).split("\n").length;
    return `${file}:${line}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
  });
}

/** The sources of the packages whose types are written file by file. */
export function isolatedSources(root: string): readonly string[] {
  return globSync("packages/*/tsconfig.json", { cwd: root })
    .filter(
      (each) =>
        ts.readConfigFile(join(root, each), ts.sys.readFile).config.compilerOptions?.isolatedDeclarations,
    )
    .flatMap((each) => globSync(`${dirname(each)}/src/**/*.ts`, { cwd: root }))
    .sort();
}
