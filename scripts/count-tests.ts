/** Prints how many tests passed and failed, from vitest's JSON report: `count-tests.ts REPORT`. */
import { readFileSync } from "node:fs";

interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[];
}

const vitestReport = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as VitestReport;
// a test file that could not be loaded does not contain any tests that could fail
const brokenTestFiles = vitestReport.testResults.filter(
  ({ status, assertionResults }) => status === "failed" && assertionResults.length === 0,
);
process.stdout.write(`${vitestReport.numPassedTests} ${vitestReport.numFailedTests + brokenTestFiles.length}\n`);
