// Names each test that failed in the runner's JSON reports, with its reason, and prints the counts of all on the last
// line: N passed, N failed, N skipped.
import { readFileSync } from "node:fs";
import { relative } from "node:path";

let passed = 0;
let failed = 0;
let skipped = 0;
let complete = true;
for (const file of process.argv.slice(2)) {
  try {
    const report = JSON.parse(readFileSync(file, "utf8"));
    passed += report.numPassedTests;
    failed += report.numFailedTests;
    skipped += report.numPendingTests + report.numTodoTests;
    for (const { name, status, message, assertionResults } of report.testResults) {
      const place = relative(process.cwd(), name);
      // A file that could not be loaded has no tests to count and is a failure all the same.
      if (status === "failed" && assertionResults.length === 0) {
        failed += 1;
        tell(place, message);
      }
      for (const test of assertionResults.filter((each) => each.status === "failed"))
        tell(`${place} > ${test.fullName}`, test.failureMessages.join("\n"));
    }
  } catch (error) {
    process.stderr.write(`${file}: ${error.message}\n`);
    complete = false;
  }
}
process.stdout.write(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}\n`);
if (!complete || failed > 0 || passed === 0) process.exit(1);

function tell(what, reason = "") {
  const lines = reason.split("\n").slice(0, 20);
  process.stdout.write(`FAILED ${what}\n${lines.map((line) => `  ${line}\n`).join("")}`);
}
