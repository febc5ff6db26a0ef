import { posix } from "node:path";
import { Failure } from "../errors/index.ts";
import type { RecordSink } from "../csv/records/record.ts";
import { Merges } from "./merges.ts";
import { builtInPattern, cellFormat, type CellFormat } from "./number-format.ts";
import { damaged, oldWorkbook, otherWorkbook, SheetChoice, tooLarge, withPassword } from "./refusals.ts";
import { SheetReader, type SheetContext } from "./sheet.ts";
import { readSharedStrings, type SharedStrings } from "./strings.ts";
import { attribute, isTrue, scanXml, XmlScanner } from "./xml.ts";
import { Zip } from "./zip.ts";

const MIB = 1024 * 1024;
/** Maximum size of a workbook: it is held in memory, as the end of a ZIP archive says where its files are. */
const MAX_BYTES = 64 * MIB;
/** Maximum unpacked sizes. The strings are held in memory; a sheet is not. */
const MAX_STRING_BYTES = 128 * MIB;
const MAX_SHEET_BYTES = 1024 * MIB;
const MAX_PART_BYTES = 8 * MIB;
const MAX_STYLES = 65_536;

/** The marks of an Office file of before 2007; one with a password is packed in the same way. */
const OLE = Buffer.from("d0cf11e0a1b11ae1", "hex");
const ENCRYPTED = Buffer.from("EncryptedPackage", "utf16le");

/** A worksheet. */
interface SheetPart {
  readonly name: string;
  readonly part: string;
  readonly hidden: boolean;
}

interface Relation {
  readonly type: string;
  readonly part: string;
}

const RELATION = {
  id: attribute("Id"),
  type: attribute("Type"),
  target: attribute("Target"),
  mode: attribute("TargetMode"),
};
const SHEET = { name: attribute("name"), state: attribute("state"), id: attribute(String.raw`\w+:id`) };
const FORMAT = { id: attribute("numFmtId"), code: attribute("formatCode") };
const DATE_1904 = attribute("date1904");

/** A workbook in memory. */
export class Workbook {
  readonly #zip: Zip;
  readonly #sheets: readonly SheetPart[];
  readonly #formats: readonly CellFormat[];
  readonly #strings: string;
  #readStrings: SharedStrings | undefined;

  private constructor(zip: Zip, sheets: readonly SheetPart[], formats: readonly CellFormat[], strings: string) {
    this.#zip = zip;
    this.#sheets = sheets;
    this.#formats = formats;
    this.#strings = strings;
  }

  /** @throws Failure `input-rejected` if it is none, is of another kind, or has a password */
  static async open(bytes: Buffer): Promise<Workbook> {
    if (beginsWith(bytes, OLE)) throw bytes.includes(ENCRYPTED) ? withPassword() : oldWorkbook();
    const zip = new Zip(bytes);
    if (zip.has("mimetype")) throw otherWorkbook(".ods");
    const main = partOf(await relations(zip, ""), "officeDocument") ?? "xl/workbook.xml";
    if (main.endsWith(".bin")) throw otherWorkbook(".xlsb");
    if (!zip.has(main)) throw damaged();
    const related = await relations(zip, main);
    const { sheets, isDate1904 } = await readMain(zip, main, related);
    const styles = partOf(related, "styles") ?? "";
    const formats = await readFormats(zip.chunks(styles, MAX_PART_BYTES), isDate1904);
    return new Workbook(zip, sheets, formats, partOf(related, "sharedStrings") ?? "");
  }

  get sheetNames(): readonly string[] {
    return this.#sheets.map(({ name }) => name);
  }

  /**
   * Reads the rows of a sheet piece by piece, in as many steps.
   *
   * @param named undefined: the only one that is not hidden and has data
   * @throws Failure `usage` if there are several, or none of that name; `input-rejected`
   */
  async *read(named: string | undefined, sink: RecordSink): AsyncGenerator<void> {
    const { part } = await this.#choose(named);
    const merges = new Merges();
    await scanXml(this.#zip.chunks(part, MAX_SHEET_BYTES), merges);
    yield;
    const context = { strings: await this.#sharedStrings(), formats: this.#formats, merges };
    yield;
    const reader = new SheetReader(context, sink);
    const scanner = new XmlScanner(reader);
    for await (const chunk of this.#zip.chunks(part, MAX_SHEET_BYTES)) {
      scanner.write(chunk);
      yield;
    }
    scanner.end();
    reader.end();
  }

  /**
   * Reads the first rows of a sheet, and maybe some more, without what merges cover.
   *
   * @throws Failure as {@link read}
   */
  async head(named: string | undefined, rows: number, sink: Pick<RecordSink, "record">): Promise<void> {
    const { part } = await this.#choose(named);
    let row = 0;
    const pass = async (strings: SheetContext["strings"], take: RecordSink["record"]): Promise<void> => {
      row = 0;
      const record: RecordSink["record"] = (cells, count, at, ...rest) => {
        row = at;
        take(cells, count, at, ...rest);
      };
      const context = { strings, formats: this.#formats, merges: new Merges() };
      const reader = new SheetReader(context, { record, problem: () => undefined });
      await scanXml(this.#zip.chunks(part, MAX_SHEET_BYTES), reader, () => row >= rows);
    };
    // which strings these rows have is known once they were read
    let needed = 0;
    const note = (index: number): string => {
      if (row < rows) needed = Math.max(needed, index + 1);
      return "-";
    };
    await pass({ at: note }, () => undefined);
    const strings = await readSharedStrings(this.#zip.chunks(this.#strings, MAX_STRING_BYTES), needed);
    await pass({ at: (index) => strings.at(index) ?? "" }, (...all) => sink.record(...all));
  }

  async #sharedStrings(): Promise<SharedStrings> {
    this.#readStrings ??= await readSharedStrings(this.#zip.chunks(this.#strings, MAX_STRING_BYTES));
    return this.#readStrings;
  }

  async #choose(named: string | undefined): Promise<SheetPart> {
    const sheets = this.#sheets;
    if (named !== undefined) {
      const found = sheets.find(({ name }) => name === named);
      if (found === undefined) throw new SheetChoice(this.sheetNames, named);
      return found;
    }
    const visible = sheets.filter(({ hidden }) => !hidden);
    const [first = sheets[0], ...others] = visible;
    if (first === undefined) throw damaged();
    if (others.length === 0) return first;
    const filled: SheetPart[] = [];
    for (const sheet of visible) if (await this.#hasData(sheet)) filled.push(sheet);
    if (filled.length > 1) throw new SheetChoice(filled.map(({ name }) => name));
    return filled[0] ?? first;
  }

  async #hasData({ part }: SheetPart): Promise<boolean> {
    let found = false;
    const none = (): void => undefined;
    const open = (name: string): void => {
      found ||= name === "v" || name === "f" || name === "is";
    };
    const scanner = new XmlScanner({ open, close: none, text: none });
    for await (const chunk of this.#zip.chunks(part, MAX_SHEET_BYTES)) {
      scanner.write(chunk);
      if (found) return true;
    }
    return false;
  }
}

const beginsWith = (bytes: Uint8Array, mark: Buffer): boolean => mark.equals(bytes.subarray(0, mark.length));

/** What a part refers to, by the ids it uses; "" for the package itself. */
async function relations(zip: Zip, part: string): Promise<ReadonlyMap<string, Relation>> {
  const found = new Map<string, Relation>();
  const folder = posix.dirname(part);
  const place = posix.join(folder, "_rels", `${posix.basename(part)}.rels`);
  await scanXml(zip.chunks(place, MAX_PART_BYTES), {
    open(name, attributes) {
      // what lies outside of the workbook is never opened
      if (name !== "Relationship" || RELATION.mode(attributes) === "External") return;
      const target = RELATION.target(attributes) ?? "";
      const full = target.startsWith("/") ? target.slice(1) : posix.join(folder, target);
      const type = posix.basename(RELATION.type(attributes) ?? "");
      found.set(RELATION.id(attributes) ?? "", { type, part: full });
    },
  });
  return found;
}

const partOf = (related: ReadonlyMap<string, Relation>, type: string): string | undefined =>
  [...related.values()].find((relation) => relation.type === type)?.part;

async function readMain(
  zip: Zip,
  main: string,
  related: ReadonlyMap<string, Relation>,
): Promise<{ readonly sheets: readonly SheetPart[]; readonly isDate1904: boolean }> {
  const sheets: SheetPart[] = [];
  let isDate1904 = false;
  await scanXml(zip.chunks(main, MAX_PART_BYTES), {
    open(element, attributes) {
      if (element === "workbookPr") isDate1904 = isTrue(DATE_1904(attributes));
      if (element !== "sheet") return;
      const relation = related.get(SHEET.id(attributes) ?? "");
      if (relation?.type !== "worksheet") return;
      const hidden = (SHEET.state(attributes) ?? "visible") !== "visible";
      sheets.push({ name: SHEET.name(attributes) ?? "", part: relation.part, hidden });
    },
  });
  return { sheets, isDate1904 };
}

/** The formats of cells by their styles; a workbook without styles has one. */
async function readFormats(styles: AsyncIterable<Uint8Array>, isDate1904: boolean): Promise<readonly CellFormat[]> {
  const patterns = new Map<string, string>();
  const ids: string[] = [];
  let inCells = false;
  await scanXml(styles, {
    open(name, attributes) {
      if (name === "numFmt") patterns.set(FORMAT.id(attributes) ?? "", FORMAT.code(attributes) ?? "");
      else if (name === "cellXfs") inCells = true;
      else if (name === "xf" && inCells) ids.push(FORMAT.id(attributes) ?? "0");
      if (ids.length > MAX_STYLES || patterns.size > MAX_STYLES) throw tooLarge();
    },
    close(name) {
      if (name === "cellXfs") inCells = false;
    },
  });
  const known = new Map<string, CellFormat>();
  const formatOf = (id: string): CellFormat => {
    const format = known.get(id) ?? cellFormat(patterns.get(id) ?? builtInPattern(Number(id)), isDate1904);
    known.set(id, format);
    return format;
  };
  return (ids.length === 0 ? ["0"] : ids).map(formatOf);
}

export interface WorkbookOptions {
  /** undefined: the only one that has data */
  readonly sheet?: string | undefined;
  /** of the file, in messages */
  readonly fileName: string;
  /** no more are needed than so many of the first rows, and no problems */
  readonly rows?: number | undefined;
}

/** Reads a workbook that comes piece by piece, once it has all come. */
export class WorkbookReader {
  readonly #options: WorkbookOptions;
  readonly #sink: RecordSink;
  #chunks: Uint8Array[] = [];
  #bytes = 0;

  constructor(options: WorkbookOptions, sink: RecordSink) {
    this.#options = options;
    this.#sink = sink;
  }

  /** @param bytes kept: they must not be reused */
  write(bytes: Uint8Array): void {
    this.#bytes += bytes.length;
    if (this.#bytes > MAX_BYTES) throw tooLarge().with({ where: this.#options.fileName });
    this.#chunks.push(bytes);
  }

  /** Reads all records, piece by piece. @throws Failure as {@link Workbook} */
  async *end(): AsyncGenerator<void> {
    const whole = Buffer.concat(this.#chunks);
    this.#chunks = [];
    const { sheet, fileName, rows } = this.#options;
    try {
      const workbook = await Workbook.open(whole);
      if (rows === undefined) yield* workbook.read(sheet, this.#sink);
      else await workbook.head(sheet, rows, this.#sink);
    } catch (error) {
      throw error instanceof Failure && error.where === undefined ? error.with({ where: fileName }) : error;
    }
  }
}
