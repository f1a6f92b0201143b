import { createRequire } from "node:module";

/**
 * Runs a file, CommonJS or ES module, and gives its exports. `require` rather than `import`, because the bundler turns
 * `import` of a variable into a `require` of an address in the CommonJS build; the price is that the file cannot use
 * `await` at its top level.
 */
export function loadModule(file: string): Readonly<Record<string, unknown>> {
  return (createRequire(file)(file) ?? {}) as Record<string, unknown>;
}
