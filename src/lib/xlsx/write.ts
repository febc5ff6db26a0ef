import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { crc32, createDeflateRaw } from "node:zlib";
import { Failure } from "../errors/index.ts";
import { text } from "../text/index.ts";
import { columnName } from "./cell-name.ts";

/** Excel's own limits. */
const MAX_ROWS = 2 ** 20;
const LONGEST_CELL = 32_767;
/** An archive of 4 GiB needs other headers. */
const MAX_BYTES = 0xffffffff;

const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE = "http://schemas.openxmlformats.org/package/2006";
const TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml";

const relationships = (...targets: readonly (readonly [type: string, target: string])[]): string =>
  `<Relationships xmlns="${PACKAGE}/relationships">${targets
    .map(([type, target], at) => `<Relationship Id="rId${at + 1}" Type="${OFFICE}/${type}" Target="${target}"/>`)
    .join("")}</Relationships>`;

/** The style of every cell: number format 49, which is text. */
const TEXT_STYLE = 1;

const PARTS: readonly (readonly [name: string, xml: string])[] = [
  [
    "[Content_Types].xml",
    `<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${TYPE}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${TYPE}.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="${TYPE}.styles+xml"/></Types>`,
  ],
  ["_rels/.rels", relationships(["officeDocument", "xl/workbook.xml"])],
  [
    "xl/workbook.xml",
    `<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>`,
  ],
  ["xl/_rels/workbook.xml.rels", relationships(["worksheet", "worksheets/sheet1.xml"], ["styles", "styles.xml"])],
  [
    "xl/styles.xml",
    `<styleSheet xmlns="${MAIN}"><fonts count="1"><font><sz val="11"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf xfId="0"/><xf numFmtId="49" xfId="0" applyNumberFormat="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`,
  ],
];

const SPECIAL = new Map([
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
]);

/** What XML cannot hold is written `_x001F_`, and so is what looks like that. @see ECMA-376 part 1, 22.9.2.19 */
// oxlint-disable-next-line no-control-regex
const UNWRITABLE =
  /[\0-\x08\x0b-\x1f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]|_(?=x[0-9A-Fa-f]{4}_)/g;

const escaped = (value: string): string =>
  value
    .replaceAll(UNWRITABLE, (unit) => `_x${unit.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}_`)
    .replaceAll(/[&<>]/g, (character) => SPECIAL.get(character) ?? "");

const cellXml = (value: string, place: string): string => {
  if (value === "") return `<c r="${place}" s="${TEXT_STYLE}"/>`;
  if (value.length > LONGEST_CELL) throw tooMuch("32,767 characters a cell", "1 セル 32,767 文字");
  return `<c r="${place}" s="${TEXT_STYLE}" t="inlineStr"><is><t xml:space="preserve">${escaped(value)}</t></is></c>`;
};

const tooMuch = (en: string, ja: string): Failure =>
  new Failure("input-rejected", {
    what: text(`a workbook holds at most ${en}`, `Excel ブックの上限(${ja})を超えています`),
    hint: text("write CSV instead", "CSV で書き出してください"),
  });

async function* sheetXml(batches: AsyncIterable<readonly (readonly string[])[]>): AsyncGenerator<Buffer> {
  let row = 0;
  let columns: readonly string[] = [];
  for await (const batch of batches) {
    let xml = "";
    for (const cells of batch) {
      row += 1;
      if (row > MAX_ROWS) throw tooMuch("1,048,576 rows", "1,048,576 行");
      if (columns.length < cells.length) columns = cells.map((_, at) => columnName(at + 1));
      if (row === 1) xml += sheetHead(cells.length);
      xml += `<row r="${row}">${cells.map((cell, at) => cellXml(cell, `${columns[at] ?? ""}${row}`)).join("")}</row>`;
    }
    if (xml !== "") yield Buffer.from(xml);
  }
  yield Buffer.from(`${row === 0 ? sheetHead(0) : ""}</sheetData></worksheet>`);
}

/** The first row stays in view, and new cells are text too. */
const sheetHead = (columns: number): string =>
  `${HEAD}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>${columns === 0 ? "" : `<cols><col min="1" max="${columns}" width="20" style="${TEXT_STYLE}" customWidth="1"/></cols>`}<sheetData>`;

/**
 * The bytes of a workbook of one sheet. All cells are text, so that Excel changes none and runs none.
 *
 * @param batches its rows
 * @throws Failure `input-rejected` if they are more than a sheet holds
 */
export async function* workbookBytes(
  batches: AsyncIterable<readonly (readonly string[])[]>,
): AsyncGenerator<Uint8Array> {
  const written: Buffer[] = [];
  let offset = 0;
  async function* file(name: string, content: AsyncIterable<Buffer>): AsyncGenerator<Uint8Array> {
    const start = offset;
    const sums = { crc: 0, packed: 0, size: 0 };
    const pass = (bytes: Buffer): Buffer => {
      offset += bytes.length;
      if (offset > MAX_BYTES) throw tooMuch("4 GiB", "4 GiB");
      return bytes;
    };
    yield pass(Buffer.concat([record(LOCAL, name, sums), Buffer.from(name)]));
    for await (const chunk of deflated(content, sums)) {
      sums.packed += chunk.length;
      yield pass(chunk);
    }
    yield pass(numbers([0x08074b50, 4], [sums.crc, 4], [sums.packed, 4], [sums.size, 4]));
    const rest = numbers([0, 2], [0, 2], [0, 2], [0, 4], [start, 4]);
    written.push(Buffer.concat([record(CENTRAL, name, sums), rest, Buffer.from(name)]));
  }
  for (const [name, xml] of PARTS) yield* file(name, Readable.from([Buffer.from(HEAD + xml)]));
  yield* file("xl/worksheets/sheet1.xml", sheetXml(batches));
  const directory = Buffer.concat(written);
  yield directory;
  const { length: count } = written;
  yield numbers([0x06054b50, 4], [0, 4], [count, 2], [count, 2], [directory.length, 4], [offset, 4], [0, 2]);
}

interface Sums {
  crc: number;
  packed: number;
  size: number;
}

/** Little-endian numbers of 2 or 4 bytes. */
const numbers = (...fields: readonly (readonly [value: number, bytes: 2 | 4])[]): Buffer => {
  const buffer = Buffer.alloc(fields.reduce((sum, [, bytes]) => sum + bytes, 0));
  let at = 0;
  for (const [value, bytes] of fields) at = buffer.writeUIntLE(value, at, bytes);
  return buffer;
};

const LOCAL = [[0x04034b50, 4]] as const;
/** with the version that wrote it */
const CENTRAL = [
  [0x02014b50, 4],
  [20, 2],
] as const;
/** the sizes follow the content; names are UTF-8 */
const FLAGS = 0x0808;
/** 1980-01-01, the first day there is: the same rows are the same bytes */
const FIRST_DAY = 0x21;

/** What the header of a file and its entry in the directory have in common. @see Zip */
const record = (begin: readonly (readonly [number, 2 | 4])[], name: string, { crc, packed, size }: Sums): Buffer =>
  numbers(
    ...begin,
    [20, 2],
    [FLAGS, 2],
    [8, 2],
    [0, 2],
    [FIRST_DAY, 2],
    [crc, 4],
    [packed, 4],
    [size, 4],
    [Buffer.byteLength(name), 2],
    [0, 2],
  );

async function* deflated(content: AsyncIterable<Buffer>, sums: Sums): AsyncGenerator<Buffer> {
  async function* counted(): AsyncGenerator<Buffer> {
    for await (const chunk of content) {
      sums.crc = crc32(chunk, sums.crc);
      sums.size += chunk.length;
      yield chunk;
    }
  }
  const deflate = createDeflateRaw();
  const fed = pipeline(counted, deflate);
  // a failure of the content also ends what is read here
  fed.catch(() => undefined);
  yield* deflate as AsyncIterable<Buffer>;
  await fed;
}
