import ts from "typescript";
import { expect, test } from "vitest";
import { root } from "./public-program.ts";

const PROGRAM = `
import { type BlockStorage, supports, type Volume } from "@polyvol/core";
import { createDigitalOceanStorage } from "@polyvol/digitalocean";
declare const neutral: BlockStorage;
export const storage = createDigitalOceanStorage();
export const capabilities = neutral.capabilities.supports;
export const operation = neutral.volumes.beginCreate({ name: "a" });
declare const volume: Volume;
export const state = volume.state;
export const asked = supports(storage, "volumes.revert");
export const refused = storage.volumes.revert("volume", "snapshot");
`;

/** What an editor shows of a name of the program, and what it marks. */
function edit(): { readonly hover: (name: string) => string; readonly marks: () => readonly string[] } {
  // There is no such file; it would stand where core and an adapter are dependencies.
  const file = `${root}packages/config/test/hovered.ts`;
  const { config } = ts.readConfigFile(`${root}tsconfig.base.json`, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, files: [] }, ts.sys, root);
  const readFile = (path: string): string | undefined => (path === file ? PROGRAM : ts.sys.readFile(path));
  const service = ts.createLanguageService({
    readFile,
    readDirectory: ts.sys.readDirectory,
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
    fileExists: (path) => path === file || ts.sys.fileExists(path),
    getCompilationSettings: () => options,
    getScriptFileNames: () => [file],
    getScriptVersion: () => "1",
    getScriptSnapshot: (path) => {
      const text = readFile(path);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    getCurrentDirectory: () => root,
  });
  return {
    hover(name) {
      const info = service.getQuickInfoAtPosition(file, PROGRAM.indexOf(`const ${name} `) + "const ".length);
      return ts.displayPartsToString(info?.displayParts);
    },
    marks: () =>
      service
        .getSemanticDiagnostics(file)
        .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " ")),
  };
}

test("editors show names, not what they unfold to", () => {
  const { hover } = edit();
  expect(["storage", "capabilities", "operation", "state"].map(hover)).toEqual([
    "const storage: DigitalOceanStorage",
    "const capabilities: readonly Capability[]",
    "const operation: Promise<Operation<Volume>>",
    "const state: VolumeState",
  ]);
});

test("what a provider has not is marked with the capability that it lacks and how to ask for it", () => {
  const [mark, ...others] = edit().marks();
  expect(mark).toContain('this provider has no volumes.revert: see supports(storage, \\"volumes.revert\\")');
  expect(others).toEqual([]);
});
