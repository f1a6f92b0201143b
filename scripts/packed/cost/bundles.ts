import { gzipSync } from "node:zlib";
import { build, type Metafile, type OutputFile } from "esbuild";

/** What a program that is bundled takes from a package, where somebody counts its bytes. */
export const TAKEN: Readonly<Record<string, string>> = {
  "@polyvol/core": "PolyvolError",
  "@polyvol/digitalocean": "createDigitalOceanStorage",
  "@polyvol/samsung-scp": "createSamsungScpStorage",
  "@polyvol/openstack": "createOpenStackStorage",
};

export interface BundleSize {
  /** All that can ever be loaded, minified and gzipped, dependencies included. */
  readonly bundledGzipBytes: number;
  /** Of it, what is loaded before the first request: without what a bundler splits off. */
  readonly firstGzipBytes: number;
}

/** What a bundle has that takes one thing from a package; `undefined` for packages that only Node runs. */
export async function bundleSize(name: string, home: string): Promise<BundleSize | undefined> {
  const taken = TAKEN[name];
  if (taken === undefined) return undefined;
  const options = {
    stdin: { contents: `export { ${taken} } from "${name}";`, resolveDir: home },
    bundle: true,
    minify: true,
    platform: "node",
    format: "esm",
    write: false,
    logLevel: "error",
  } as const;
  const whole = await build(options);
  const split = await build({ ...options, splitting: true, metafile: true, outdir: home });
  return {
    bundledGzipBytes: gzipBytes(whole.outputFiles),
    firstGzipBytes: gzipBytes(split.outputFiles.filter(isFirst(split.metafile))),
  };
}

function gzipBytes(files: readonly OutputFile[]): number {
  return files.reduce((sum, file) => sum + gzipSync(file.contents, { level: 9 }).length, 0);
}

/** Whether a file is the entry, or what that imports without being told to later. */
function isFirst({ outputs }: Metafile): (file: OutputFile) => boolean {
  const first = new Set<string>();
  const add = (path: string): void => {
    const output = outputs[path];
    if (output === undefined || first.has(path)) return;
    first.add(path);
    for (const each of output.imports) if (each.kind === "import-statement") add(each.path);
  };
  // What is loaded later has an entry point of its own.
  for (const [path, output] of Object.entries(outputs)) if (output.entryPoint === "<stdin>") add(path);
  const names = [...first].map((path) => path.slice(path.lastIndexOf("/") + 1));
  return (file) => names.some((name) => file.path.endsWith(name));
}
