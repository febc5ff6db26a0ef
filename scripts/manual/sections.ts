import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

/** A section of the manual's page for setting up iOS. */
interface Section {
  readonly id: string;
  readonly title: string;
  /** the line of the title */
  readonly line: number;
  /** the line of each step; of each row of the table in 10-1 */
  readonly steps: readonly number[];
}

const FILE = join(import.meta.dirname, "..", "..", "docs", "development", "manual.yaml");

export const SECTIONS = parse(readFileSync(FILE, "utf8")) as readonly Section[];
