import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { defineConfig, type Options } from "tsup";

type Plugin = NonNullable<Options["esbuildPlugins"]>[number];

/**
 * How a program is built that starts often (decision 0029): `index` as one CommonJS file with all that it needs, so that
 * Node neither looks for packages nor reads a hundred files; `bin` as a small file before it; and an ES module that hands
 * on what `index` exports.
 *
 * @param exported the names that `index` exports
 * @param options.optional packages that may be missing, and are never held
 */
export function programBuild(
  exported: readonly string[],
  { optional }: { readonly optional: readonly string[] },
): ReturnType<typeof defineConfig> {
  return defineConfig({
    entry: { bin: "src/bin.ts", index: "src/index.ts" },
    format: ["cjs", "esm"],
    dts: { entry: { index: "src/index.ts" } },
    splitting: false,
    sourcemap: false,
    clean: true,
    target: "node22",
    removeNodeProtocol: false,
    external: [...optional],
    noExternal: [new RegExp(`^(?!(?:${optional.join("|")})$)`)],
    esbuildPlugins: [handOn(exported), bundledLicenses],
    esbuildOptions: (options) => {
      options.logOverride = { "ignored-bare-import": "silent" };
      // What is loaded later is in the same file; only `bin` loads another, by the quicker way.
      options.supported = { ...options.supported, "dynamic-import": false };
    },
    onSuccess: async () => {
      // As an ES module nobody starts it.
      rmSync("dist/bin.js");
      writeFileSync("dist/index.cjs", inAscii(readFileSync("dist/index.cjs", "utf8")));
    },
  });
}

/**
 * The same program in ASCII: one other character makes Node keep the whole text at twice its size, and load it slower.
 * esbuild escapes texts, and leaves regular expressions and comments as they are.
 */
export function inAscii(code: string): string {
  return code.replaceAll(/[\u0080-\uffff]/g, (each) => {
    const digits = each.charCodeAt(0).toString(16).padStart(4, "0");
    return `\\u${digits}`;
  });
}

/** `bin` and the ES module load the one file and hold nothing of it. */
function handOn(exported: readonly string[]): Plugin {
  return {
    name: "hand-on",
    setup(build) {
      const one = { path: "./index.cjs", external: true };
      build.onResolve({ filter: /^\.\/index\.ts$/ }, ({ importer }) =>
        /src.bin\.ts$/.test(importer) ? one : undefined,
      );
      if (build.initialOptions.format !== "esm") return;
      build.onResolve({ filter: /^\.\/index\.cjs$/ }, () => one);
      build.onLoad({ filter: /src.index\.ts$/ }, ({ path }) => {
        const isProgram = dirname(path) === join(process.cwd(), "src");
        return isProgram ? { contents: `export { ${exported.join(", ")} } from "./index.cjs";` } : undefined;
      });
    },
  };
}

/** Writes beside the bundle the licences of what is in it: each asks for that. */
export const bundledLicenses: Plugin = {
  name: "bundled-licenses",
  setup(build) {
    build.initialOptions.metafile = true;
    build.onEnd(({ metafile }) => {
      const folders = new Set(Object.keys(metafile?.inputs ?? {}).flatMap(foreignPackageOf));
      // The ES module has nothing in it.
      if (folders.size === 0) return;
      const texts = [...folders].map(licenseOf).toSorted();
      // The first of the builds may be this one, and no file is written before it has ended.
      mkdirSync("dist", { recursive: true });
      writeFileSync("dist/LICENSES.txt", texts.join(`\n${"-".repeat(79)}\n\n`));
    });
  },
};

/** The folder of the package from elsewhere that a file belongs to. */
function foreignPackageOf(file: string): string[] {
  const found = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1];
  return found === undefined ? [] : [found];
}

/** @throws Error for a package that brings no text of its licence */
function licenseOf(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((each) => /^licen[cs]e(?:\.\w+)?$/i.test(each));
  if (file === undefined) throw new Error(`${name} ${version} brings no text of its licence (${license})`);
  return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
}
