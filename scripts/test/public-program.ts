/** The public entries of all packages, by their sources, as one program of the compiler. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";

export const root = fileURLToPath(new URL("../..", import.meta.url));

interface Entry {
  /** As users import it. */
  readonly specifier: string;
  /** Where its source is. */
  readonly file: string;
}

/** One entry, and what it exports. */
export interface PublicModule {
  readonly specifier: string;
  /** Aliases are followed. */
  readonly exports: readonly { readonly name: string; readonly symbol: ts.Symbol }[];
}

/** Every entry of every package, by its source condition. */
function entries(): Entry[] {
  return readdirSync(`${root}packages`)
    .sort()
    .flatMap((folder) => {
      const manifest = JSON.parse(readFileSync(`${root}packages/${folder}/package.json`, "utf8"));
      return Object.entries<Record<string, string>>(manifest.exports)
        .filter(([, target]) => typeof target === "object")
        .map(([key, target]) => ({
          specifier: manifest.name + key.slice(1),
          file: `${root}packages/${folder}/${target["@polyvol/source"]?.slice(2)}`,
        }));
    });
}

/** Compiles the entries with the options of the workspace. @throws Error for an entry without exports */
export function readPublicModules(): { readonly checker: ts.TypeChecker; readonly modules: PublicModule[] } {
  const all = entries();
  const configuration = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(configuration.config, ts.sys, root);
  const program = ts.createProgram(
    all.map((entry) => entry.file),
    options,
  );
  const checker = program.getTypeChecker();
  const modules = all.map(({ specifier, file }) => {
    const source = program.getSourceFile(file);
    const module = source === undefined ? undefined : checker.getSymbolAtLocation(source);
    if (module === undefined) throw new Error(`${specifier} has no exports`);
    const exports = checker.getExportsOfModule(module).map((symbol) => ({
      name: symbol.name,
      symbol: symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol,
    }));
    return { specifier, exports };
  });
  return { checker, modules };
}
