import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The pages of CLOMO's manual, which are not a part of the repository. */
const PAGES = process.env["CLOMOCTL_MANUAL"] ?? join(import.meta.dirname, "..", "..", "..", "shared", "seeds");

export const hasManual = existsSync(PAGES);

if (!hasManual) process.stderr.write(`${PAGES} is missing: nothing is compared with the manual's own lines\n`);

/** Returns the lines of a page such as `003`. */
export function readPage(page: string): readonly string[] {
  const file = readdirSync(PAGES).find((name) => name.startsWith(`${page}_`));
  if (file === undefined) throw new Error(`no such page: ${page}`);
  return readFileSync(join(PAGES, file), "utf8").split("\n");
}

/** A range of lines of a page; the first line is 1. */
export interface CitedLines {
  readonly page: string;
  readonly first: number;
  readonly last: number;
}

/**
 * Parses sources such as `003:5-7, 002:9`.
 *
 * @throws Error if it is not such a list
 */
export const parseSources = (sources: string): readonly CitedLines[] =>
  sources.split(", ").map((source) => {
    const [, page, first, last = first] = /^(\d{3}):(\d+)(?:-(\d+))?$/.exec(source) ?? [];
    if (page === undefined) throw new Error(`not lines of a page: ${source}`);
    return { page, first: Number(first), last: Number(last) };
  });

export const readCitedLines = ({ page, first, last }: CitedLines): string =>
  readPage(page)
    .slice(first - 1, last)
    .join("\n");
