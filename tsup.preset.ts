import { defineConfig } from "tsup";
import { bundledLicenses } from "./tsup.bundle.ts";

/**
 * How every package is built: ES modules and CommonJS, each with types. `entry`: name to source. `bundled`: dependencies
 * without a CommonJS build, which the CommonJS build holds itself (decision 0004). `optional`: dependencies that may be
 * missing, and are never held.
 */
export function packageBuild(
  entry: Readonly<Record<string, string>>,
  {
    bundled = [],
    optional = [],
  }: { readonly bundled?: readonly string[]; readonly optional?: readonly string[] } = {},
): ReturnType<typeof defineConfig> {
  return defineConfig({
    entry: { ...entry },
    format: ["esm", "cjs"],
    dts: true,
    // What several entries share exists once in CommonJS as well.
    splitting: true,
    // What is published reads like its source; maps would be more than half of every package (decision 0023).
    sourcemap: false,
    clean: true,
    target: "node22",
    // `node:` says whose module it is: Deno and Cloudflare's workerd take no other name.
    removeNodeProtocol: false,
    noExternal: [...bundled],
    external: [...optional],
    esbuildPlugins: [bundledLicenses],
    esbuildOptions: (options, { format }) => {
      if (format === "esm") options.external = [...bundled, ...optional];
    },
  });
}
