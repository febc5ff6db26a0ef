import type { ProblemCode } from "../model/problem.ts";
import { isLeadByte, getCp932ToUnicode, getUnicodeToCp932 } from "./encoding/cp932.ts";
import { Decoder } from "./encoding/decode.ts";
import { type EncodingAmbiguity, EncodingDetector } from "./encoding/detect.ts";
import { HEADER_SEARCH_ROWS } from "./layout/layout.ts";
import { CsvPosition } from "./records/place.ts";
import { RecordReader } from "./records/reader.ts";
import type { Encoding, FileForm, RecordProblem } from "./records/record.ts";
import type { NewlineCounts } from "./records/split.ts";

/** Oddities of a file whose records can still be read, in the order in which they are reported. */
export const ODDITIES = [
  "ctrl-z",
  "newlines-mixed",
  "no-final-newline",
  "blank-rows",
  "uneven-rows",
  "title-rows",
  "invisible",
  "private-use",
  "half-width-kana",
  "vendor-duplicates",
] as const;
export type OddityKind = (typeof ODDITIES)[number];

export interface Oddity {
  readonly kind: OddityKind;
  readonly count: number;
  /** the first affected row; 0 if the whole file is affected */
  readonly row: number;
}

export interface Inspection {
  readonly encoding: FileForm;
  readonly bom: boolean;
  /** length of the file in bytes */
  readonly size: number;
  readonly ambiguity: EncodingAmbiguity | undefined;
  /** delimiter between cells; null for a workbook */
  readonly delimiter: Delimiter | null;
  readonly header: readonly string[];
  /** number of records, not including the header and blank records */
  readonly records: number;
  /** number of newlines that end records */
  readonly newlines: NewlineCounts;
  /** number of newlines inside quotes */
  readonly quotedNewlines: number;
  readonly oddities: readonly Oddity[];
  /** the first encoding and quoting problems */
  readonly problems: readonly RecordProblem[];
  readonly problemCount: number;
}

type Delimiter = "," | "\t" | ";";

export interface InspectOptions {
  /** encoding to read the file in, regardless of its bytes */
  readonly encoding?: Encoding | undefined;
  /** maximum number of problems to keep; default 20 */
  readonly maxProblems?: number | undefined;
}

const HEADER_BYTES = 64 * 1024;

const INVISIBLE_CODES: readonly ProblemCode[] = ["character-bom", "character-invisible"];

const DELIMITERS = [",", "\t", ";"] as const;

/**
 * Returns the header's delimiter: a comma if it has one, else a tab, else a semicolon. If the row of the header is not
 * known, the first line with a delimiter decides, because titles above a header have none. Default: a comma.
 *
 * @param likely a delimiter that the header may have: it precedes the others, and is the default
 */
export function guessDelimiter(text: string, headerRow?: number): Delimiter;
export function guessDelimiter(text: string, headerRow?: number, likely?: string): string;
export function guessDelimiter(text: string, headerRow?: number, likely?: string): string {
  const delimiters = likely === undefined ? DELIMITERS : [likely, ...DELIMITERS];
  const lines = text.replaceAll(/"[^"]*(?:"|$)/g, "").split(/\r\n|[\r\n]/, headerRow ?? HEADER_SEARCH_ROWS);
  const candidates = headerRow === undefined ? lines : [lines[headerRow - 1] ?? ""];
  const found = candidates.flatMap((line) => delimiters.find((delimiter) => line.includes(delimiter)) ?? []);
  return found[0] ?? delimiters[0] ?? ",";
}

/**
 * Describes a CSV file from its bytes alone.
 *
 * @param open opens the file for reading; called twice
 */
export async function inspect(
  open: () => AsyncIterable<Uint8Array>,
  { encoding: asked, maxProblems = 20 }: InspectOptions = {},
): Promise<Inspection> {
  const detector = new EncodingDetector();
  let start: Uint8Array = new Uint8Array(0);
  for await (const chunk of open()) {
    detector.write(chunk);
    if (start.length < HEADER_BYTES) start = Buffer.concat([start, chunk.subarray(0, HEADER_BYTES)]);
  }
  const { encoding: detected, bom, size, ambiguity } = detector.end();
  const encoding = asked ?? detected;
  const survey = new FileSurvey(encoding, guessDelimiter(new TextDecoder(encoding).decode(start)), maxProblems);
  for await (const chunk of open()) survey.write(chunk);
  return { ...survey.end(), encoding, bom, size, ambiguity: asked === undefined ? ambiguity : undefined };
}

type RecordSurvey = Omit<Inspection, "encoding" | "bom" | "size" | "ambiguity">;

/** Detects titles above a header: rows at the start of a file with fewer than two values. */
export class TitleDetector {
  #titled = false;

  /** @returns true if the row looks like a header below titles @param row number of the row, counted from 1 */
  isHeader(cells: readonly string[], row: number): boolean {
    const filled = cells.filter((cell) => cell.trim() !== "").length;
    if (row === 1) this.#titled = filled < 2 || /^sep=/i.test(cells[0] ?? "");
    if (row === 1 || filled < 2) return false;
    const found = this.#titled && row <= HEADER_SEARCH_ROWS;
    this.#titled = false;
    return found;
  }
}

class FileSurvey {
  readonly #delimiter: Delimiter;
  readonly #reader: RecordReader;
  readonly #decoder: Decoder;
  readonly #place: CsvPosition;
  readonly #duplicates: AlternateCodeCounter | undefined;
  readonly #oddities = new Map<OddityKind, Oddity>();
  readonly #problems: RecordProblem[] = [];
  #problemCount = 0;
  #header: readonly string[] = [];
  #records = 0;
  readonly #titles = new TitleDetector();
  #lastCharacter = "";

  constructor(encoding: Encoding, delimiter: Delimiter, maxProblems: number) {
    this.#delimiter = delimiter;
    this.#place = new CsvPosition({ delimiter });
    this.#duplicates = encoding === "shift_jis" ? new AlternateCodeCounter() : undefined;
    this.#reader = new RecordReader(
      { encoding, dialect: { delimiter } },
      {
        record: (cells, count, row) => this.#takeRecord(cells, count, row),
        problem: (problem) => {
          if (INVISIBLE_CODES.includes(problem.code)) this.#note("invisible", 1, problem.row);
          else if (this.#problemCount++ < maxProblems) this.#problems.push(problem);
        },
      },
    );
    this.#decoder = new Decoder(encoding, {
      text: (text) => this.#takeText(text),
      invalid: (bytes) => this.#reader.invalid(bytes),
    });
  }

  write(chunk: Uint8Array): void {
    this.#decoder.write(chunk);
    this.#duplicates?.write(chunk);
  }

  end(): RecordSurvey {
    if (this.#decoder.end()) this.#note("ctrl-z", 1, 0);
    this.#reader.end();
    const { newlines, quotedNewlines, blankRows } = this.#reader;
    const kinds = Object.values(newlines).filter((count) => count > 0).length;
    if (kinds > 1) this.#note("newlines-mixed", kinds, 0);
    if (this.#lastCharacter !== "" && !/[\r\n]/.test(this.#lastCharacter)) this.#note("no-final-newline", 1, 0);
    if (blankRows > 0) this.#note("blank-rows", blankRows, 0);
    const duplicates = this.#duplicates?.count ?? 0;
    if (duplicates > 0) this.#note("vendor-duplicates", duplicates, 0);
    return {
      delimiter: this.#delimiter,
      header: this.#header,
      records: this.#records,
      newlines: { ...newlines },
      quotedNewlines,
      oddities: ODDITIES.flatMap((kind) => this.#oddities.get(kind) ?? []),
      problems: this.#problems,
      problemCount: this.#problemCount,
    };
  }

  #takeRecord(cells: readonly string[], count: number, row: number): void {
    const own = cells.slice(0, count);
    if (this.#titles.isHeader(own, row)) this.#note("title-rows", row - 1, row);
    if (row === 1) {
      this.#header = own;
      return;
    }
    if (own.every((cell) => cell.trim() === "")) {
      this.#note("blank-rows", 1, row);
      return;
    }
    this.#records++;
    if (count !== this.#header.length) this.#note("uneven-rows", 1, row);
  }

  #takeText(text: string): void {
    this.#reader.text(text);
    this.#countCharacters("half-width-kana", text, /[\uff61-\uff9f]/g);
    this.#countCharacters("private-use", text, /[\ue000-\uf8ff]/g);
    this.#place.pass(text);
    this.#lastCharacter = text.slice(-1);
  }

  #countCharacters(kind: OddityKind, text: string, characters: RegExp): void {
    const first = text.search(characters);
    if (first < 0) return;
    const row = this.#oddities.has(kind) ? 0 : this.#place.behind(text.slice(0, first)).row;
    this.#note(kind, text.match(characters)?.length ?? 0, row);
  }

  #note(kind: OddityKind, count: number, row: number): void {
    const before = this.#oddities.get(kind);
    this.#oddities.set(kind, { kind, count: count + (before?.count ?? 0), row: before?.row ?? row });
  }
}

/**
 * Returns a table that contains 1 for the second code of each character that CP932 encodes twice. Encoding the
 * character again changes this code.
 */
function buildSecondCodeTable(): Uint8Array {
  const toUnicode = getCp932ToUnicode();
  const back = getUnicodeToCp932();
  return Uint8Array.from(toUnicode, (unit, pair) => {
    const written = unit === 0 ? 0 : (back[unit] ?? 0);
    return written !== 0 && written !== pair ? 1 : 0;
  });
}

/**
 * Counts the characters in a CP932 file that use the second of their two codes: NEC row 13 instead of JIS X 0208, or
 * NEC's selection of IBM extensions (ED, EE) instead of IBM's own codes (FA-FC). An export writes the first code.
 */
class AlternateCodeCounter {
  readonly #other = buildSecondCodeTable();
  #lead = 0;
  count = 0;

  write(chunk: Uint8Array): void {
    let lead = this.#lead;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0;
      if (lead !== 0) {
        this.count += this.#other[(lead << 8) | byte] ?? 0;
        lead = 0;
      } else if (isLeadByte(byte)) lead = byte;
    }
    this.#lead = lead;
  }
}
