import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { readRows, writeRows, type Charset, type Newline } from "./console.ts";

/** One invented employee, as a personnel system knows them. */
export interface Person {
  readonly name: string;
  readonly kana: string;
  readonly address: string;
  readonly org: string;
  readonly title: string;
  readonly code: string;
}

export const HEADER = ["氏名", "フリガナ", "メールアドレス", "組織コード", "役職", "社員コード"];

/** Employees in ten organisations. Their codes have six digits and begin with zeros. */
export const inventPerson = (n: number): Person => ({
  name: `${["髙橋", "佐藤", "渡邊", "山﨑"][n % 4] ?? ""} 花子${n}`,
  kana: `ハナコ ${n}`,
  address: `user${n}@example.jp`,
  org: `S${String(n % 10).padStart(2, "0")}`,
  title: n % 7 === 0 ? "課長" : "",
  code: String(n).padStart(6, "0"),
});

export const inventPeople = (count: number): readonly Person[] =>
  Array.from({ length: count }, (_, at) => inventPerson(at + 1));

export const cellsOf = ({ name, kana, address, org, title, code }: Person): string[] => [
  name,
  kana,
  address,
  org,
  title,
  code,
];

/** The file that the personnel system writes every night. */
export const peopleFile = (people: readonly Person[], charset: Charset = "cp932", newline: Newline = "\r\n"): Buffer =>
  writeRows([HEADER, ...people.map((one) => cellsOf(one))], charset, newline);

/** The same in UTF-8 for files that are too large for memory. */
export async function writePeople(path: string, people: Iterable<Person>): Promise<void> {
  function* lines(): Generator<string> {
    yield `${HEADER.join(",")}\r\n`;
    for (const one of people) yield `${cellsOf(one).join(",")}\r\n`;
  }
  await pipeline(Readable.from(lines()), createWriteStream(path));
}

/** Reads an export of the program in UTF-8: one line per person, sorted, with the columns of {@link HEADER}. */
export function readExport(bytes: Uint8Array): readonly string[] {
  const [header = [], ...rows] = readRows(bytes, "utf-8");
  const places = HEADER.map((name) => header.indexOf(name));
  if (places.includes(-1)) throw new Error(`a column is missing: ${header.join(",")}`);
  return rows.map((row) => places.map((at) => row[at]).join(",")).toSorted();
}

/** People as {@link readExport} gives them. */
export const sortedLines = (people: Iterable<Person>): readonly string[] =>
  [...people].map((one) => cellsOf(one).join(",")).toSorted();

/** The people's file with its cells changed. */
export const changedFile = (
  people: readonly Person[],
  change: (cells: string[], at: number) => readonly string[],
): Buffer => writeRows([HEADER, ...people.map((one, at) => change(cellsOf(one), at))]);

/** The file after somebody sorted one of its columns without the others. */
export function sortedFile(people: readonly Person[], column: number): Buffer {
  const values = people.map((one) => cellsOf(one)[column] ?? "").toSorted();
  return changedFile(people.toReversed(), (cells, at) => cells.with(column, values[at] ?? ""));
}
