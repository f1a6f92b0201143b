// Adds up the test runner's JSON reports and prints one line: N passed, N failed, N skipped.
import { readFileSync } from "node:fs";

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
    // A file that could not be loaded has no tests to count and is a failure all the same.
    failed += report.testResults.filter(
      (each) => each.status === "failed" && each.assertionResults.length === 0,
    ).length;
  } catch (error) {
    process.stderr.write(`${file}: ${error.message}\n`);
    complete = false;
  }
}
process.stdout.write(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}\n`);
if (!complete || failed > 0 || passed === 0) process.exit(1);
