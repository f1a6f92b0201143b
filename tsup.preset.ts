import { readFile, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { decode, encode, type SourceMapSegment } from "@jridgewell/sourcemap-codec";
import { type Options as BuildOptions, defineConfig } from "tsup";

/** How every package is built: ES modules and CommonJS, each with types and source maps. `entry`: name to source. */
export function packageBuild(entry: Readonly<Record<string, string>>): ReturnType<typeof defineConfig> {
  return defineConfig({
    entry: { ...entry },
    format: ["esm", "cjs"],
    dts: true,
    // What several entries share exists once in CommonJS as well.
    splitting: true,
    sourcemap: true,
    clean: true,
    target: "node22",
    plugins: [ownSourcesOnly()],
  });
}

/**
 * Split chunks become CommonJS in a second step, and what that step adds is mapped to the chunk itself, by its absolute
 * path. Such mappings lead nowhere and would publish the path of the building machine, so they are taken out.
 */
function ownSourcesOnly(): NonNullable<BuildOptions["plugins"]>[number] {
  return {
    name: "own-sources-only",
    async buildEnd({ writtenFiles }) {
      const maps = writtenFiles.map((file) => file.name).filter((name) => name.endsWith(".map"));
      await Promise.all(
        maps.map(async (path) => {
          const map: SourceMap = JSON.parse(await readFile(path, "utf8"));
          const file = basename(path, ".map");
          await writeFile(path, JSON.stringify({ ...withOwnSourcesOnly(map), file }));
        }),
      );
    },
  };
}

interface SourceMap {
  readonly sources: readonly string[];
  /** Absent where a chunk only hands on what other chunks hold. */
  readonly sourcesContent?: readonly (string | null)[];
  readonly mappings: string;
}

function withOwnSourcesOnly(map: SourceMap): SourceMap {
  const { sourcesContent = [] } = map;
  const kept = [...map.sources.keys()].filter((index) => typeof sourcesContent[index] === "string");
  const lines = decode(map.mappings).map((line) =>
    line.flatMap((segment): SourceMapSegment[] => {
      if (segment.length === 1) return [segment];
      const [column, source, ...place] = segment;
      const index = kept.indexOf(source);
      return index === -1 ? [] : [[column, index, ...place]];
    }),
  );
  return {
    ...map,
    sources: kept.map((index) => map.sources[index] ?? ""),
    sourcesContent: kept.map((index) => sourcesContent[index] ?? null),
    mappings: encode(lines),
  };
}
