/** Who installs the project: npm lays all packages flat, pnpm lets each see only what it declares. */
export type Installer = "npm" | "pnpm";

/** One project as a user may have it. */
export interface Project {
  readonly name: string;
  readonly installer: Installer;
  /** The `type` of its package.json. */
  readonly type: "module" | "commonjs";
  /** Which file of `programs/` it runs, and as what. */
  readonly program: "main.mjs" | "main.cjs" | "main.ts";
  readonly compilerOptions: Readonly<Record<string, unknown>>;
  /** Whether it has the browser's types, which msw's own types need: only then is the entry for msw checked. */
  readonly dom: boolean;
  /** `compiled`: by the newest TypeScript; `bundled`: by esbuild into one file; `as it is`: JavaScript. */
  readonly run: "compiled" | "bundled" | "as it is";
}

const nodenext = { module: "nodenext", moduleResolution: "nodenext" };
const javascript = { ...nodenext, allowJs: true, checkJs: true };

export const PROJECTS: readonly Project[] = [
  {
    name: "esm-javascript",
    installer: "npm",
    type: "module",
    program: "main.mjs",
    compilerOptions: javascript,
    dom: false,
    run: "as it is",
  },
  {
    name: "commonjs-javascript",
    installer: "npm",
    type: "commonjs",
    program: "main.cjs",
    compilerOptions: javascript,
    dom: false,
    run: "as it is",
  },
  {
    name: "typescript-bundler",
    installer: "npm",
    type: "module",
    program: "main.ts",
    compilerOptions: { module: "esnext", moduleResolution: "bundler" },
    dom: true,
    run: "bundled",
  },
  {
    name: "typescript-nodenext-esm",
    installer: "pnpm",
    type: "module",
    program: "main.ts",
    compilerOptions: nodenext,
    dom: false,
    run: "compiled",
  },
  {
    name: "typescript-nodenext-commonjs",
    installer: "pnpm",
    type: "commonjs",
    program: "main.ts",
    compilerOptions: nodenext,
    dom: true,
    run: "compiled",
  },
];

/** Names under which the compilers are installed beside the projects, oldest first. */
export const COMPILERS: Readonly<Record<string, string>> = {
  "typescript-5.9": "npm:typescript@~5.9.3",
  "typescript-6": "npm:typescript@~6.0.3",
  "typescript-7": "npm:typescript@^7.0.2",
};

/** The test runners, and the newest TypeScript that ts-jest takes. */
export const RUNNERS: Readonly<Record<string, string>> = {
  jest: "^30.5.2",
  "ts-jest": "^29.4.15",
  typescript: "~6.0.3",
};
