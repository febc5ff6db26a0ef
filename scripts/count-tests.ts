/** Prints how many tests passed and failed, from vitest's JSON report: `count-tests.ts REPORT`. */
import { readFileSync } from "node:fs";

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[];
}

const report = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as Report;
// a file that could not be loaded has no tests that could fail
const broken = report.testResults.filter(
  ({ status, assertionResults }) => status === "failed" && assertionResults.length === 0,
);
process.stdout.write(`${report.numPassedTests} ${report.numFailedTests + broken.length}\n`);
