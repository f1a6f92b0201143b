/**
 * The public entries of all packages, by their sources, as one program of the compiler: an editor's, so that one can ask
 * what an editor shows, too.
 */
import { readdirSync, readFileSync } from "node:fs";
import ts from "typescript";
import { ROOT } from "../docs/pages.ts";

/** One entry, and what it exports. */
export interface PublicModule {
  /** As users import it. */
  readonly specifier: string;
  readonly source: ts.SourceFile;
  /** Aliases are followed. */
  readonly exports: readonly { readonly name: string; readonly symbol: ts.Symbol }[];
}

export interface PublicProgram {
  readonly program: ts.Program;
  readonly checker: ts.TypeChecker;
  readonly modules: readonly PublicModule[];
  /** What an editor shows of a constant of the user's program. */
  hover(name: string): string;
  /** What an editor marks in it. */
  marks(): readonly string[];
}

/** Every entry of every package, by its source condition. */
function entries(): readonly { readonly specifier: string; readonly file: string }[] {
  return readdirSync(`${ROOT}packages`)
    .sort()
    .flatMap((folder) => {
      const manifest = JSON.parse(readFileSync(`${ROOT}packages/${folder}/package.json`, "utf8"));
      return Object.entries<Record<string, string>>(manifest.exports)
        .filter(([, target]) => typeof target === "object")
        .map(([key, target]) => ({
          specifier: manifest.name + key.slice(1),
          file: `${ROOT}packages/${folder}/${target["@polyvol/source"]?.slice(2)}`,
        }));
    });
}

/**
 * Opens the entries with the options of the workspace, and beside them a program of a user.
 * @throws Error for an entry without exports
 */
export function openPublicProgram(usersProgram: string): PublicProgram {
  const all = entries();
  // There is no such file; it would stand where core and an adapter are dependencies.
  const usersFile = `${ROOT}packages/config/test/hovered.ts`;
  const service = startService([...all.map(({ file }) => file), usersFile], usersFile, usersProgram);
  const program = service.getProgram();
  if (program === undefined) throw new Error("the compiler has made no program");
  const checker = program.getTypeChecker();
  const modules = all.map(({ specifier, file }) => {
    const source = program.getSourceFile(file);
    const module = source === undefined ? undefined : checker.getSymbolAtLocation(source);
    if (source === undefined || module === undefined) throw new Error(`${specifier} has no exports`);
    const exports = checker.getExportsOfModule(module).map((symbol) => ({
      name: symbol.name,
      symbol: symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol,
    }));
    return { specifier, source, exports };
  });
  return {
    program,
    checker,
    modules,
    hover(name) {
      const position = usersProgram.indexOf(`const ${name} `) + "const ".length;
      return ts.displayPartsToString(service.getQuickInfoAtPosition(usersFile, position)?.displayParts);
    },
    marks: () =>
      service
        .getSemanticDiagnostics(usersFile)
        .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " ")),
  };
}

/** What answers an editor, with one file whose text is in memory only. */
function startService(files: readonly string[], file: string, text: string): ts.LanguageService {
  const { config } = ts.readConfigFile(`${ROOT}tsconfig.base.json`, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, files: [] }, ts.sys, ROOT);
  const readFile = (path: string): string | undefined => (path === file ? text : ts.sys.readFile(path));
  return ts.createLanguageService({
    readFile,
    readDirectory: ts.sys.readDirectory,
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
    realpath: (path) => ts.sys.realpath?.(path) ?? path,
    fileExists: (path) => path === file || ts.sys.fileExists(path),
    getCompilationSettings: () => options,
    getScriptFileNames: () => [...files],
    getScriptVersion: () => "1",
    getScriptSnapshot: (path) => {
      const read = readFile(path);
      return read === undefined ? undefined : ts.ScriptSnapshot.fromString(read);
    },
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    getCurrentDirectory: () => ROOT,
  });
}
