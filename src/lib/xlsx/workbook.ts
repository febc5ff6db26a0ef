import { posix } from "node:path";
import { Failure } from "../errors/index.ts";
import { HeaderLineJoiner } from "../csv/records/header-lines.ts";
import type { RecordSink } from "../csv/records/record.ts";
import { MergedRanges, SheetReader, type SheetContext } from "./sheet.ts";
import { getBuiltInPattern, createCellFormat, type CellFormat } from "./number-format.ts";
import {
  createDamagedWorkbookFailure,
  SheetChoiceFailure,
  createWorkbookTooLargeFailure,
} from "./workbook-failures.ts";
import { readSharedStrings } from "./strings.ts";
import { createAttributeReader, isXmlTrue, scanXml, XmlScanner } from "./xml.ts";
import { crc32 } from "node:zlib";
import { fromBufferPromise, type Entry, type ZipFile } from "yauzl";

const toWorkbookFailure = (error: unknown): Failure =>
  error instanceof Failure ? error : createDamagedWorkbookFailure(error);

/** Stores names in lower case, because names in workbooks are case-insensitive. */
export class Zip {
  readonly #file: ZipFile;
  readonly #entries: ReadonlyMap<string, Entry>;

  private constructor(file: ZipFile, entries: ReadonlyMap<string, Entry>) {
    this.#file = file;
    this.#entries = entries;
  }

  /** @throws `input-rejected` if the archive is damaged or encrypted */
  static async open(bytes: Buffer): Promise<Zip> {
    const entries = new Map<string, Entry>();
    try {
      // Without this option, names that contain backslashes or begin with a slash would be rejected.
      const file = await fromBufferPromise(bytes, { decodeStrings: false });
      for await (const entry of file.eachEntry()) {
        const key = entry.fileNameRaw.toString("utf8").replace(/^\//, "").toLowerCase();
        // Archives with repeated names are rejected, because office programs differ in which file they read.
        if (entry.isEncrypted() || entries.has(key)) throw createDamagedWorkbookFailure();
        entries.set(key, entry);
      }
      return new Zip(file, entries);
    } catch (error) {
      throw toWorkbookFailure(error);
    }
  }

  has(name: string): boolean {
    return this.#entries.has(name.toLowerCase());
  }

  /** Yields nothing if the file is missing. @throws `input-rejected` if damaged or above `most` bytes */
  async *chunks(name: string, most: number): AsyncGenerator<Buffer> {
    const entry = this.#entries.get(name.toLowerCase());
    if (entry === undefined) return;
    if (entry.uncompressedSize > most) throw createWorkbookTooLargeFailure();
    let sum = 0;
    try {
      for await (const chunk of (await this.#file.openReadStreamPromise(entry)) as AsyncIterable<Buffer>) {
        sum = crc32(chunk, sum);
        yield chunk;
      }
    } catch (error) {
      throw toWorkbookFailure(error);
    }
    if (sum !== entry.crc32) throw createDamagedWorkbookFailure();
  }
}

const MIB = 1024 * 1024;
/** The whole workbook is in memory, because a ZIP archive lists its files only at its end. */
const MAX_WORKBOOK_BYTES = 64 * MIB;
/** Maximum size of unpacked strings. Strings are in memory, unlike sheets (see {@link MAX_SHEET_BYTES}). */
const MAX_STRING_BYTES = 128 * MIB;
const MAX_SHEET_BYTES = 1024 * MIB;
const MAX_PART_BYTES = 8 * MIB;
const MAX_STYLES = 65_536;

interface SheetPart {
  readonly name: string;
  readonly part: string;
  readonly hidden: boolean;
}

interface Relation {
  readonly type: string;
  readonly part: string;
}

const RELATION_ATTRIBUTES = {
  id: createAttributeReader("Id"),
  type: createAttributeReader("Type"),
  target: createAttributeReader("Target"),
  mode: createAttributeReader("TargetMode"),
};
const SHEET_ATTRIBUTES = {
  name: createAttributeReader("name"),
  state: createAttributeReader("state"),
  id: createAttributeReader(String.raw`\w+:id`),
};
const FORMAT_ATTRIBUTES = { id: createAttributeReader("numFmtId"), code: createAttributeReader("formatCode") };
const getDate1904Flag = createAttributeReader("date1904");

export class Workbook {
  readonly #zip: Zip;
  readonly #sheets: readonly SheetPart[];
  readonly #formats: readonly CellFormat[];
  readonly #strings: string;

  private constructor(zip: Zip, sheets: readonly SheetPart[], formats: readonly CellFormat[], strings: string) {
    this.#zip = zip;
    this.#sheets = sheets;
    this.#formats = formats;
    this.#strings = strings;
  }

  /** @throws `input-rejected` if the file has a password, or is not a supported workbook */
  static async open(bytes: Buffer): Promise<Workbook> {
    const zip = await Zip.open(bytes);
    const main = findRelatedPart(await readRelations(zip, ""), "officeDocument") ?? "xl/workbook.xml";
    if (!zip.has(main) || main.endsWith(".bin")) throw createDamagedWorkbookFailure();
    const related = await readRelations(zip, main);
    const { sheets, isDate1904 } = await readMainPart(zip, main, related);
    const styles = findRelatedPart(related, "styles") ?? "";
    const formats = await readFormats(zip.chunks(styles, MAX_PART_BYTES), isDate1904);
    return new Workbook(zip, sheets, formats, findRelatedPart(related, "sharedStrings") ?? "");
  }

  /** @param named default: the only visible sheet with data @throws `usage` unless one matches, `input-rejected` */
  async *read(named: string | undefined, headerRow: number | undefined, sink: RecordSink): AsyncGenerator<void> {
    const { part } = await this.#choose(named);
    const merges = new MergedRanges();
    await scanXml(this.#zip.chunks(part, MAX_SHEET_BYTES), merges);
    yield;
    const strings = await readSharedStrings(this.#zip.chunks(this.#strings, MAX_STRING_BYTES));
    const context = { strings, formats: this.#formats, merges };
    yield;
    const lines = headerRow === undefined ? undefined : new HeaderLineJoiner(sink, headerRow);
    const reader = new SheetReader(context, lines ?? sink, headerRow);
    const scanner = new XmlScanner(reader);
    for await (const chunk of this.#zip.chunks(part, MAX_SHEET_BYTES)) {
      scanner.write(chunk);
      yield;
    }
    scanner.end();
    reader.end();
    lines?.end();
  }

  /** Reads at least `rows` rows. Ignores merged cells. @throws as {@link read} */
  async head(named: string | undefined, rows: number, sink: Pick<RecordSink, "record">): Promise<void> {
    const { part } = await this.#choose(named);
    let row = 0;
    const pass = async (strings: SheetContext["strings"], take: RecordSink["record"]): Promise<void> => {
      row = 0;
      const record: RecordSink["record"] = (cells, count, at, ...rest) => {
        row = at;
        take(cells, count, at, ...rest);
      };
      const context = { strings, formats: this.#formats, merges: new MergedRanges() };
      const reader = new SheetReader(context, { record, problem: () => undefined });
      await scanXml(this.#zip.chunks(part, MAX_SHEET_BYTES), reader, () => row >= rows);
    };
    let needed = 0;
    const note = (index: number): string => {
      if (row < rows) needed = Math.max(needed, index + 1);
      return "-";
    };
    await pass({ at: note }, () => undefined);
    const strings = await readSharedStrings(this.#zip.chunks(this.#strings, MAX_STRING_BYTES), needed);
    await pass({ at: (index) => strings.at(index) ?? "" }, (...all) => sink.record(...all));
  }

  async #choose(named: string | undefined): Promise<SheetPart> {
    const sheets = this.#sheets;
    if (named !== undefined) {
      const found = sheets.find(({ name }) => name === named);
      if (found === undefined)
        throw new SheetChoiceFailure(
          sheets.map(({ name }) => name),
          named,
        );
      return found;
    }
    const visible = sheets.filter(({ hidden }) => !hidden);
    const [first = sheets[0], ...others] = visible;
    if (first === undefined) throw createDamagedWorkbookFailure();
    if (others.length === 0) return first;
    const filled: SheetPart[] = [];
    for (const sheet of visible) if (await this.#hasData(sheet)) filled.push(sheet);
    if (filled.length > 1) throw new SheetChoiceFailure(filled.map(({ name }) => name));
    return filled[0] ?? first;
  }

  async #hasData({ part }: SheetPart): Promise<boolean> {
    let found = false;
    const open = (name: string): void => {
      found ||= name === "v" || name === "f" || name === "is";
    };
    await scanXml(this.#zip.chunks(part, MAX_SHEET_BYTES), { open }, () => found);
    return found;
  }
}

async function readRelations(zip: Zip, part: string): Promise<ReadonlyMap<string, Relation>> {
  const found = new Map<string, Relation>();
  const folder = posix.dirname(part);
  const place = posix.join(folder, "_rels", `${posix.basename(part)}.rels`);
  await scanXml(zip.chunks(place, MAX_PART_BYTES), {
    open(name, attributes) {
      if (name !== "Relationship" || RELATION_ATTRIBUTES.mode(attributes) === "External") return;
      const target = RELATION_ATTRIBUTES.target(attributes) ?? "";
      const full = target.startsWith("/") ? target.slice(1) : posix.join(folder, target);
      const type = posix.basename(RELATION_ATTRIBUTES.type(attributes) ?? "");
      found.set(RELATION_ATTRIBUTES.id(attributes) ?? "", { type, part: full });
    },
  });
  return found;
}

const findRelatedPart = (related: ReadonlyMap<string, Relation>, type: string): string | undefined =>
  [...related.values()].find((relation) => relation.type === type)?.part;

async function readMainPart(
  zip: Zip,
  main: string,
  related: ReadonlyMap<string, Relation>,
): Promise<{ readonly sheets: readonly SheetPart[]; readonly isDate1904: boolean }> {
  const sheets: SheetPart[] = [];
  let isDate1904 = false;
  await scanXml(zip.chunks(main, MAX_PART_BYTES), {
    open(element, attributes) {
      if (element === "workbookPr") isDate1904 = isXmlTrue(getDate1904Flag(attributes));
      if (element !== "sheet") return;
      const relation = related.get(SHEET_ATTRIBUTES.id(attributes) ?? "");
      if (relation?.type !== "worksheet") return;
      const hidden = (SHEET_ATTRIBUTES.state(attributes) ?? "visible") !== "visible";
      sheets.push({ name: SHEET_ATTRIBUTES.name(attributes) ?? "", part: relation.part, hidden });
    },
  });
  return { sheets, isDate1904 };
}

async function readFormats(styles: AsyncIterable<Uint8Array>, isDate1904: boolean): Promise<readonly CellFormat[]> {
  const patterns = new Map<string, string>();
  const ids: string[] = [];
  let inCells = false;
  await scanXml(styles, {
    open(name, attributes) {
      if (name === "numFmt")
        patterns.set(FORMAT_ATTRIBUTES.id(attributes) ?? "", FORMAT_ATTRIBUTES.code(attributes) ?? "");
      else if (name === "cellXfs") inCells = true;
      else if (name === "xf" && inCells) ids.push(FORMAT_ATTRIBUTES.id(attributes) ?? "0");
      if (ids.length > MAX_STYLES || patterns.size > MAX_STYLES) throw createWorkbookTooLargeFailure();
    },
    close(name) {
      if (name === "cellXfs") inCells = false;
    },
  });
  const known = new Map<string, CellFormat>();
  const formatOf = (id: string): CellFormat => {
    const format = known.get(id) ?? createCellFormat(patterns.get(id) ?? getBuiltInPattern(Number(id)), isDate1904);
    known.set(id, format);
    return format;
  };
  return (ids.length === 0 ? ["0"] : ids).map(formatOf);
}

export interface WorkbookOptions {
  readonly sheet?: string | undefined;
  readonly fileName: string;
  readonly rows?: number | undefined;
  readonly headerRow?: number | undefined;
}

export class WorkbookReader {
  readonly #options: WorkbookOptions;
  readonly #sink: RecordSink;
  #chunks: Uint8Array[] = [];
  #bytes = 0;

  constructor(options: WorkbookOptions, sink: RecordSink) {
    this.#options = options;
    this.#sink = sink;
  }

  /** Stores the next bytes of the workbook. @param bytes not copied, so the caller must not reuse the buffer */
  write(bytes: Uint8Array): void {
    this.#bytes += bytes.length;
    if (this.#bytes > MAX_WORKBOOK_BYTES) throw createWorkbookTooLargeFailure().with({ where: this.#options.fileName });
    this.#chunks.push(bytes);
  }

  async *end(): AsyncGenerator<void> {
    const whole = Buffer.concat(this.#chunks);
    this.#chunks = [];
    const { sheet, fileName, rows, headerRow } = this.#options;
    try {
      const workbook = await Workbook.open(whole);
      if (rows === undefined) yield* workbook.read(sheet, headerRow, this.#sink);
      else await workbook.head(sheet, rows, this.#sink);
    } catch (error) {
      throw error instanceof Failure && error.where === undefined ? error.with({ where: fileName }) : error;
    }
  }
}
