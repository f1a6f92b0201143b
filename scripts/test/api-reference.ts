/** The API reference as `pnpm docs:api` makes it, up to the pages themselves. */

import { Application, Logger, LogLevel, TypeDocReader } from "typedoc";
import type { Program, SourceFile } from "typescript";
import { ROOT } from "../docs/pages.ts";

interface Entry {
  readonly specifier: string;
  readonly source: SourceFile;
}

class Complaints extends Logger {
  readonly lines: string[] = [];
  override log(message: string, level: LogLevel): void {
    if (level >= LogLevel.Warn) this.lines.push(message);
  }
}

/** Reads the docstrings of all entries of a program that there is already. @returns what is missing, dead or wrong in them */
export async function complaintsOfReference(
  program: Program,
  entries: readonly Entry[],
): Promise<readonly string[]> {
  const app = await Application.bootstrap({ options: `${ROOT}typedoc.json` }, [new TypeDocReader()]);
  const complaints = new Complaints();
  app.logger = complaints;
  const project = app.converter.convert(
    entries.map(({ specifier, source }) => ({ displayName: specifier, program, sourceFile: source })),
  );
  app.validate(project);
  return complaints.lines;
}
