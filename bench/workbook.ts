import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { writeXlsxStream } from "hucre/xlsx";
import { USER_HEADER, formatPersonRecord } from "./people.ts";

function* generatePeopleRows(people: number): Generator<string[]> {
  for (let index = 0; index < people; index += 1) yield* parse(formatPersonRecord(index));
}

/** Returns a hash of the sources that determine the bytes of the file. */
async function hashWorkbookSources(): Promise<string> {
  const hash = createHash("sha256");
  for (const source of ["people.ts", "workbook.ts"]) hash.update(await readFile(join(import.meta.dirname, source)));
  return hash.digest("hex").slice(0, 12);
}

/**
 * Returns the path of a workbook with that many people in `folder`, with shared strings as in Excel. Creates the
 * workbook if it does not exist.
 */
export async function prepareWorkbook(folder: string, people: number): Promise<string> {
  await mkdir(folder, { recursive: true });
  const prefix = `users-${people}-`;
  const name = `${prefix}${await hashWorkbookSources()}.xlsx`;
  const path = join(folder, name);
  const present = await readdir(folder);
  if (present.includes(name)) return path;
  for (const stale of present) if (stale.startsWith(prefix) && stale.endsWith(".xlsx")) await rm(join(folder, stale));
  const columns = USER_HEADER.map((header) => ({ header }));
  const unfinished = `${path}.${process.pid}.tmp`;
  await writeFile(
    unfinished,
    writeXlsxStream(generatePeopleRows(people), { name: "社員", columns, inlineStrings: false }),
  );
  await rename(unfinished, path);
  return path;
}
