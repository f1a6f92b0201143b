import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import type { ConfigPath, Position } from "../config.ts";
import { ConfigError } from "../config-error.ts";
import type { ParsedText } from "./source.ts";

/**
 * Reads YAML, and remembers where things stand.
 * @throws ConfigError that never quotes the text, which may hold a secret
 */
export function parseYaml(file: string, text: string): ParsedText {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const positionOf = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const [error] = document.errors;
  if (error !== undefined) {
    throw new ConfigError(file, [
      {
        path: "",
        position: positionOf(error.pos[0]),
        found: `what is no YAML (${withoutSource(error.message)})`,
        allowed: "YAML",
      },
    ]);
  }

  function locate(path: ConfigPath): Position | undefined {
    let node: unknown = document.contents;
    let place: Position | undefined;
    for (const key of path) {
      if (isAlias(node)) node = node.resolve(document);
      let at: unknown;
      if (isMap(node)) {
        const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
        [at, node] = [pair?.key, pair?.value];
      } else if (isSeq(node)) {
        node = node.items[Number(key)];
        at = node;
      }
      const start = isNode(at) ? startOf(at) : undefined;
      if (start === undefined) return place;
      place = positionOf(start);
    }
    return place;
  }

  try {
    return { value: document.toJS(), locate };
  } catch {
    // The only thing that can fail now: an alias to something that does not exist, or too many of them.
    const found = "aliases that cannot be followed";
    throw new ConfigError(file, [{ path: "", found, allowed: "aliases of anchors that stand before them" }]);
  }
}

function startOf(node: Node): number | undefined {
  return node.range?.[0];
}

/** The parser appends what it could not read, in quotes or after a colon. */
function withoutSource(message: string): string {
  return message.replace(/\s*(?::|["'`]).*$/s, "").replace(/^./, (first) => first.toLowerCase());
}
