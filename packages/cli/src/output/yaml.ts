import { stringify } from "yaml";

/** The same data as JSON, in YAML. */
export function renderYaml(value: unknown): string {
  const plain: unknown = JSON.parse(JSON.stringify(value));
  return stringify(plain, { lineWidth: 0 });
}
