import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { writeXlsxStream } from "hucre/xlsx";
import { HEADER, personRecord } from "./people.ts";

function* rows(people: number): Generator<string[]> {
  for (let index = 0; index < people; index += 1) yield* parse(personRecord(index));
}

/** What the file's bytes follow from: the sources that make it. */
async function recipe(): Promise<string> {
  const hash = createHash("sha256");
  for (const source of ["people.ts", "workbook.ts"]) hash.update(await readFile(join(import.meta.dirname, source)));
  return hash.digest("hex").slice(0, 12);
}

/** The path of a workbook of that many people in `folder`, with shared strings as Excel has them; made if it is not there. */
export async function workbookOf(folder: string, people: number): Promise<string> {
  await mkdir(folder, { recursive: true });
  const prefix = `users-${people}-`;
  const name = `${prefix}${await recipe()}.xlsx`;
  const path = join(folder, name);
  const present = await readdir(folder);
  if (present.includes(name)) return path;
  for (const stale of present) if (stale.startsWith(prefix) && stale.endsWith(".xlsx")) await rm(join(folder, stale));
  const columns = HEADER.map((header) => ({ header }));
  const unfinished = `${path}.${process.pid}.tmp`;
  await writeFile(unfinished, writeXlsxStream(rows(people), { name: "社員", columns, inlineStrings: false }));
  await rename(unfinished, path);
  return path;
}
