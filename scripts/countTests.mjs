/** Prints "passed failed skipped" of vitest's JSON report. A report without a single test passed is an error: nothing was tested. */
import { readFileSync } from "node:fs"

const report = JSON.parse(readFileSync(process.argv[2], "utf8"))
const brokenFiles = report.testResults.filter(
  (file) => file.status === "failed" && file.assertionResults.length === 0,
).length
if (!(report.numPassedTests > 0)) {
  console.error("The report holds no passed test.")
  process.exit(1)
}
console.log(
  report.numPassedTests,
  report.numFailedTests + brokenFiles,
  report.numPendingTests + (report.numTodoTests ?? 0),
)
