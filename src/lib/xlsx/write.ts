import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { crc32, createDeflateRaw } from "node:zlib";
import { Failure } from "../errors/index.ts";
import { text } from "../text/index.ts";
import { toColumnName } from "./cell-name.ts";

/** Excel's maximum number of rows. {@link MAX_CELL_CHARACTERS} is its maximum number of characters in a cell. */
const MAX_ROWS = 2 ** 20;
const MAX_CELL_CHARACTERS = 32_767;
/** Maximum size of the archive. An archive of 4 GiB or more needs other headers. */
const MAX_ARCHIVE_BYTES = 0xffffffff;

const XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN_NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONSHIP_TYPE_BASE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE_NAMESPACE_BASE = "http://schemas.openxmlformats.org/package/2006";
const CONTENT_TYPE_BASE = "application/vnd.openxmlformats-officedocument.spreadsheetml";

const buildRelationships = (...targets: readonly (readonly [type: string, target: string])[]): string =>
  `<Relationships xmlns="${PACKAGE_NAMESPACE_BASE}/relationships">${targets
    .map(
      ([type, target], at) =>
        `<Relationship Id="rId${at + 1}" Type="${RELATIONSHIP_TYPE_BASE}/${type}" Target="${target}"/>`,
    )
    .join("")}</Relationships>`;

/** The style of every cell: number format 49, which is text. */
const TEXT_STYLE = 1;

const FIXED_PARTS: readonly (readonly [name: string, xml: string])[] = [
  [
    "[Content_Types].xml",
    `<Types xmlns="${PACKAGE_NAMESPACE_BASE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${CONTENT_TYPE_BASE}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${CONTENT_TYPE_BASE}.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="${CONTENT_TYPE_BASE}.styles+xml"/></Types>`,
  ],
  ["_rels/.rels", buildRelationships(["officeDocument", "xl/workbook.xml"])],
  [
    "xl/workbook.xml",
    `<workbook xmlns="${MAIN_NAMESPACE}" xmlns:r="${RELATIONSHIP_TYPE_BASE}"><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>`,
  ],
  ["xl/_rels/workbook.xml.rels", buildRelationships(["worksheet", "worksheets/sheet1.xml"], ["styles", "styles.xml"])],
  [
    "xl/styles.xml",
    `<styleSheet xmlns="${MAIN_NAMESPACE}"><fonts count="1"><font><sz val="11"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf xfId="0"/><xf numFmtId="49" xfId="0" applyNumberFormat="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`,
  ],
];

const XML_ENTITIES = new Map([
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
]);

/** Characters not allowed in XML, and `_` of seeming escapes; written as `_x001F_`.  @see ECMA-376 part 1, 22.9.2.19 */
// oxlint-disable-next-line no-control-regex
const UNWRITABLE_CHARACTERS =
  /[\0-\x08\x0b-\x1f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]|_(?=x[0-9A-Fa-f]{4}_)/g;

const encodeCellText = (value: string): string =>
  value
    .replaceAll(UNWRITABLE_CHARACTERS, (unit) => `_x${unit.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}_`)
    .replaceAll(/[&<>]/g, (character) => XML_ENTITIES.get(character) ?? "");

const renderCellXml = (value: string, place: string): string => {
  if (value === "") return `<c r="${place}" s="${TEXT_STYLE}"/>`;
  if (value.length > MAX_CELL_CHARACTERS) throw createLimitFailure("32,767 characters per cell", "1 セル 32,767 文字");
  return `<c r="${place}" s="${TEXT_STYLE}" t="inlineStr"><is><t xml:space="preserve">${encodeCellText(value)}</t></is></c>`;
};

const createLimitFailure = (en: string, ja: string): Failure =>
  new Failure("input-rejected", {
    what: text(`the data exceeds the limit of an Excel workbook (${en})`, `Excel ブックの上限(${ja})を超えています`),
    hint: text("write CSV instead", "CSV で書き出してください"),
  });

async function* renderSheetXml(batches: AsyncIterable<readonly (readonly string[])[]>): AsyncGenerator<Buffer> {
  let row = 0;
  let columns: readonly string[] = [];
  for await (const batch of batches) {
    let xml = "";
    for (const cells of batch) {
      row += 1;
      if (row > MAX_ROWS) throw createLimitFailure("1,048,576 rows", "1,048,576 行");
      if (columns.length < cells.length) columns = cells.map((_, at) => toColumnName(at + 1));
      if (row === 1) xml += renderSheetStart(cells.length);
      xml += `<row r="${row}">${cells.map((cell, at) => renderCellXml(cell, `${columns[at] ?? ""}${row}`)).join("")}</row>`;
    }
    if (xml !== "") yield Buffer.from(xml);
  }
  yield Buffer.from(`${row === 0 ? renderSheetStart(0) : ""}</sheetData></worksheet>`);
}

/** Renders the beginning of a sheet. The first row stays in view, and cells that the user adds are also text. */
const renderSheetStart = (columns: number): string =>
  `${XML_DECLARATION}<worksheet xmlns="${MAIN_NAMESPACE}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>${columns === 0 ? "" : `<cols><col min="1" max="${columns}" width="20" style="${TEXT_STYLE}" customWidth="1"/></cols>`}<sheetData>`;

/**
 * Yields the bytes of a workbook with one sheet. All cells are text, so that Excel does not convert a value or run a
 * formula.
 *
 * @param batches the rows of the sheet
 * @throws Failure `input-rejected` if the rows exceed the limits of a sheet
 */
export async function* encodeWorkbook(
  batches: AsyncIterable<readonly (readonly string[])[]>,
): AsyncGenerator<Uint8Array> {
  const written: Buffer[] = [];
  let offset = 0;
  async function* file(name: string, content: AsyncIterable<Buffer>): AsyncGenerator<Uint8Array> {
    const start = offset;
    const sums = { crc: 0, packed: 0, size: 0 };
    const pass = (bytes: Buffer): Buffer => {
      offset += bytes.length;
      if (offset > MAX_ARCHIVE_BYTES) throw createLimitFailure("4 GiB", "4 GiB");
      return bytes;
    };
    yield pass(Buffer.concat([encodeEntry(LOCAL_HEADER_START, name, sums), Buffer.from(name)]));
    for await (const chunk of deflateContent(content, sums)) {
      sums.packed += chunk.length;
      yield pass(chunk);
    }
    yield pass(encodeNumbers([0x08074b50, 4], [sums.crc, 4], [sums.packed, 4], [sums.size, 4]));
    const rest = encodeNumbers([0, 2], [0, 2], [0, 2], [0, 4], [start, 4]);
    written.push(Buffer.concat([encodeEntry(CENTRAL_ENTRY_START, name, sums), rest, Buffer.from(name)]));
  }
  for (const [name, xml] of FIXED_PARTS) yield* file(name, Readable.from([Buffer.from(XML_DECLARATION + xml)]));
  yield* file("xl/worksheets/sheet1.xml", renderSheetXml(batches));
  const directory = Buffer.concat(written);
  yield directory;
  const { length: count } = written;
  yield encodeNumbers([0x06054b50, 4], [0, 4], [count, 2], [count, 2], [directory.length, 4], [offset, 4], [0, 2]);
}

interface EntryTotals {
  crc: number;
  packed: number;
  size: number;
}

/** Encodes numbers of 2 or 4 bytes in little-endian order. */
const encodeNumbers = (...fields: readonly (readonly [value: number, bytes: 2 | 4])[]): Buffer => {
  const buffer = Buffer.alloc(fields.reduce((sum, [, bytes]) => sum + bytes, 0));
  let at = 0;
  for (const [value, bytes] of fields) at = buffer.writeUIntLE(value, at, bytes);
  return buffer;
};

const LOCAL_HEADER_START = [[0x04034b50, 4]] as const;
/** Start of an entry in the central directory: its signature, and the version of ZIP that wrote it. */
const CENTRAL_ENTRY_START = [
  [0x02014b50, 4],
  [20, 2],
] as const;
/** Flags of every entry: the sizes follow the content, and names are in UTF-8. */
const ENTRY_FLAGS = 0x0808;
/** The date of every entry, 1980-01-01, the first in ZIP. With a fixed date, equal rows result in equal bytes. */
const ENTRY_DATE = 0x21;

/** Encodes the fields that the header of a file and its entry in the directory have in common. @see Zip */
const encodeEntry = (
  begin: readonly (readonly [number, 2 | 4])[],
  name: string,
  { crc, packed, size }: EntryTotals,
): Buffer =>
  encodeNumbers(
    ...begin,
    [20, 2],
    [ENTRY_FLAGS, 2],
    [8, 2],
    [0, 2],
    [ENTRY_DATE, 2],
    [crc, 4],
    [packed, 4],
    [size, 4],
    [Buffer.byteLength(name), 2],
    [0, 2],
  );

async function* deflateContent(content: AsyncIterable<Buffer>, sums: EntryTotals): AsyncGenerator<Buffer> {
  async function* counted(): AsyncGenerator<Buffer> {
    for await (const chunk of content) {
      sums.crc = crc32(chunk, sums.crc);
      sums.size += chunk.length;
      yield chunk;
    }
  }
  const deflate = createDeflateRaw();
  const fed = pipeline(counted, deflate);
  // prevents an unhandled rejection: if the content fails, the stream that is read below fails too
  fed.catch(() => undefined);
  yield* deflate as AsyncIterable<Buffer>;
  await fed;
}
