import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { crc32, createDeflateRaw } from "node:zlib";
import { Failure } from "../errors/index.ts";
import { text } from "../text/index.ts";
import { toColumnName } from "./cell-name.ts";

/** Excel's maximum number of rows. {@link MAX_CELL_CHARACTERS} is its maximum number of characters in a cell. */
const MAX_ROWS = 2 ** 20;
const MAX_CELL_CHARACTERS = 32_767;
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

type CellStyle = "text" | "header";

/** The formats of the styles, in the order of {@link CELL_STYLES}: number of the font and of the fill. */
const STYLE_FORMATS = {
  text: [0, 0],
  header: [1, 2],
} as const satisfies Record<CellStyle, readonly [font: number, fill: number]>;

const CELL_STYLES = Object.keys(STYLE_FORMATS);

const getStyleNumber = (style: CellStyle): number => CELL_STYLES.indexOf(style) + 1;

const FONTS = ['<sz val="11"/>', '<b/><sz val="11"/>'].map(
  (look) => `<font>${look}<name val="Yu Gothic"/><family val="2"/><charset val="128"/></font>`,
);

const buildFill = (color: string): string =>
  `<fill><patternFill patternType="solid"><fgColor rgb="FF${color}"/><bgColor indexed="64"/></patternFill></fill>`;

const FILLS = [
  '<fill><patternFill patternType="none"/></fill>',
  '<fill><patternFill patternType="gray125"/></fill>',
  buildFill("D9E1F2"),
];

const STYLES = `<styleSheet xmlns="${MAIN_NAMESPACE}"><fonts count="${FONTS.length}">${FONTS.join("")}</fonts><fills count="${FILLS.length}">${FILLS.join("")}</fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="${CELL_STYLES.length + 1}"><xf xfId="0"/>${Object.values(
  STYLE_FORMATS,
)
  .map(
    ([font, fill]) =>
      `<xf numFmtId="49" fontId="${font}" fillId="${fill}" xfId="0" applyNumberFormat="1" applyFont="1" applyFill="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf>`,
  )
  .join(
    "",
  )}</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`;

const buildFixedParts = (sheets: readonly Pick<Sheet, "name">[]): readonly (readonly [string, string])[] => {
  const names = sheets.map(({ name }) => encodeAttribute(name));
  const titles = names.map(
    (name, at) => `<definedName name="_xlnm.Print_Titles" localSheetId="${at}">'${name}'!$1:$1</definedName>`,
  );
  const places = sheets.map((_, at) => `worksheets/sheet${at + 1}.xml`);
  return [
    [
      "[Content_Types].xml",
      `<Types xmlns="${PACKAGE_NAMESPACE_BASE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${CONTENT_TYPE_BASE}.sheet.main+xml"/>${places.map((place) => `<Override PartName="/xl/${place}" ContentType="${CONTENT_TYPE_BASE}.worksheet+xml"/>`).join("")}<Override PartName="/xl/styles.xml" ContentType="${CONTENT_TYPE_BASE}.styles+xml"/></Types>`,
    ],
    ["_rels/.rels", buildRelationships(["officeDocument", "xl/workbook.xml"])],
    [
      "xl/workbook.xml",
      `<workbook xmlns="${MAIN_NAMESPACE}" xmlns:r="${RELATIONSHIP_TYPE_BASE}"><sheets>${names.map((name, at) => `<sheet name="${name}" sheetId="${at + 1}" r:id="rId${at + 1}"/>`).join("")}</sheets><definedNames>${titles.join("")}</definedNames></workbook>`,
    ],
    [
      "xl/_rels/workbook.xml.rels",
      buildRelationships(...places.map((place) => ["worksheet", place] as const), ["styles", "styles.xml"]),
    ],
    ["xl/styles.xml", STYLES],
  ];
};

const XML_ENTITIES = new Map([
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
]);

/**
 * Matches characters that XML does not allow, and a `_` that would look like the start of an escape. They are written
 * as escapes such as `_x001F_`. @see ECMA-376 part 1, 22.9.2.19
 */
// oxlint-disable-next-line no-control-regex
const UNWRITABLE_CHARACTERS =
  /[\0-\x08\x0b-\x1f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]|_(?=x[0-9A-Fa-f]{4}_)/g;

const encodeCellText = (value: string): string =>
  value
    .replaceAll(UNWRITABLE_CHARACTERS, (unit) => `_x${unit.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}_`)
    .replaceAll(/[&<>]/g, (character) => XML_ENTITIES.get(character) ?? "");

const encodeAttribute = (value: string): string => encodeCellText(value).replaceAll('"', "&quot;");

const renderCellXml = (value: string, place: string, cellStyle: CellStyle): string => {
  const style = getStyleNumber(cellStyle);
  if (value === "") return `<c r="${place}" s="${style}"/>`;
  if (value.length > MAX_CELL_CHARACTERS) throw createLimitFailure("32,767 characters per cell", "1 セル 32,767 文字");
  return `<c r="${place}" s="${style}" t="inlineStr"><is><t xml:space="preserve">${encodeCellText(value)}</t></is></c>`;
};

const createLimitFailure = (en: string, ja: string): Failure =>
  new Failure("input-rejected", {
    what: text(`the data exceeds the limit of an Excel workbook (${en})`, `Excel ブックの上限(${ja})を超えています`),
    hint: text("write CSV instead", "CSV で書き出してください"),
  });

type Batches = AsyncIterable<readonly (readonly string[])[]>;

/**
 * A sheet of a workbook. The first row is the header: it stays in view, and is repeated on every page of A4 landscape.
 * Columns are as wide as their contents, as far as the page has room, and longer cells wrap.
 */
export interface Sheet {
  /** at most 31 characters, none of `[]:*?/\`; no other sheet has it */
  readonly name: string;
  readonly rows: Batches;
}

const MAX_MEASURED_ROWS = 300;

/** Widths of columns, in Latin characters. A column that is too wide for the page is not narrower than `shortened`. */
const WIDTHS = { min: 8, shortened: 16, max: 80 } as const;

const PAGE_WIDTH = 180;

const measureText = (line: string): number => line.length + (line.match(/[\u1100-\uff60]/g)?.length ?? 0);

const measureCell = (cell: string): number =>
  Math.max(
    ...cell
      .slice(0, WIDTHS.max * 4)
      .split("\n")
      .map(measureText),
  );

const measureColumns = (rows: readonly (readonly string[])[]): readonly number[] => {
  const needed = rows.reduce<number[]>((widths, cells) => {
    for (const [at, cell] of cells.entries()) widths[at] = Math.max(widths[at] ?? WIDTHS.min, measureCell(cell) + 2);
    return widths;
  }, []);
  const limit = (max: number): readonly number[] => needed.map((width) => Math.min(width, max));
  let max: number = WIDTHS.max;
  while (max > WIDTHS.shortened && limit(max).reduce((sum, width) => sum + width, 0) > PAGE_WIDTH) max -= 1;
  return limit(max);
};

const LINE_HEIGHT = 18;
const MAX_ROW_HEIGHT = 409;

/**
 * Returns the attribute for the height of a row; empty if each cell fits on a line. LibreOffice does not calculate the
 * height of rows without one.
 */
const renderRowHeight = (cells: readonly string[], widths: readonly number[]): string => {
  const lines = cells.map((cell, at) => countLines(cell, widths[at] ?? WIDTHS.min));
  const most = Math.max(1, ...lines);
  return most === 1 ? "" : ` ht="${Math.min(most * LINE_HEIGHT, MAX_ROW_HEIGHT)}"`;
};

const countLines = (value: string, width: number): number => {
  if (value.length * 2 <= width && !value.includes("\n")) return 1;
  return value.split("\n").reduce((sum, line) => sum + Math.max(1, Math.ceil(measureText(line) / width)), 0);
};

/** Yields the XML of a sheet.  @throws Failure `input-rejected` if there are more rows than a sheet can have */
async function* renderSheet({ rows }: Sheet, maxRows: number): AsyncGenerator<Buffer> {
  const batches = rows[Symbol.asyncIterator]();
  try {
    let next = await batches.next();
    const first: (readonly string[])[] = [];
    while (next.done !== true && first.length < MAX_MEASURED_ROWS) {
      first.push(...next.value);
      next = await batches.next();
    }
    const widths = measureColumns(first.slice(0, MAX_MEASURED_ROWS));
    yield Buffer.from(renderSheetStart(widths));
    let row = 0;
    let columns: readonly string[] = [];
    const render = (cells: readonly string[]): string => {
      row += 1;
      if (row > maxRows) throw createLimitFailure("1,048,576 rows", "1,048,576 行");
      const style = row === 1 ? "header" : "text";
      if (columns.length < cells.length) columns = cells.map((_, at) => toColumnName(at + 1));
      return `<row r="${row}"${renderRowHeight(cells, widths)}>${cells.map((cell, at) => renderCellXml(cell, `${columns[at] ?? ""}${row}`, style)).join("")}</row>`;
    };
    yield Buffer.from(first.map(render).join(""));
    for (; next.done !== true; next = await batches.next()) yield Buffer.from(next.value.map(render).join(""));
    yield Buffer.from(`</sheetData>${PRINT_SETUP}</worksheet>`);
  } finally {
    await batches.return?.(undefined);
  }
}

const PRINT_SETUP =
  '<pageMargins left="0.4" right="0.4" top="0.6" bottom="0.6" header="0.3" footer="0.3"/><pageSetup paperSize="9" orientation="landscape" fitToWidth="1" fitToHeight="0"/><headerFooter><oddHeader>&amp;L&amp;F&amp;R&amp;A</oddHeader><oddFooter>&amp;C&amp;P / &amp;N</oddFooter></headerFooter>';

const renderSheetStart = (widths: readonly number[]): string => {
  const cols = widths.map(
    (width, at) =>
      `<col min="${at + 1}" max="${at + 1}" width="${width}" style="${getStyleNumber("text")}" customWidth="1"/>`,
  );
  return `${XML_DECLARATION}<worksheet xmlns="${MAIN_NAMESPACE}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="${LINE_HEIGHT}" customHeight="1"/>${cols.length === 0 ? "" : `<cols>${cols.join("")}</cols>`}<sheetData>`;
};

export const encodeWorkbook = (rows: Batches): AsyncGenerator<Uint8Array> => encodeSheets([{ name: "Sheet1", rows }]);

/**
 * Yields the bytes of a workbook. All cells are text, so that Excel does not convert a value or run a formula.
 *
 * @param maxRows Excel's maximum number of rows of a sheet
 * @throws Failure `input-rejected` if the rows of a sheet exceed the limit
 */
export async function* encodeSheets(sheets: readonly Sheet[], maxRows = MAX_ROWS): AsyncGenerator<Uint8Array> {
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
  for (const [at, sheet] of sheets.entries())
    yield* file(`xl/worksheets/sheet${at + 1}.xml`, renderSheet(sheet, maxRows));
  for (const [name, xml] of buildFixedParts(sheets))
    yield* file(name, Readable.from([Buffer.from(XML_DECLARATION + xml)]));
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

const encodeNumbers = (...fields: readonly (readonly [value: number, bytes: 2 | 4])[]): Buffer => {
  const buffer = Buffer.alloc(fields.reduce((sum, [, bytes]) => sum + bytes, 0));
  let at = 0;
  for (const [value, bytes] of fields) at = buffer.writeUIntLE(value, at, bytes);
  return buffer;
};

const LOCAL_HEADER_START = [[0x04034b50, 4]] as const;
const CENTRAL_ENTRY_START = [
  [0x02014b50, 4],
  [20, 2],
] as const;
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
  // prevents an unhandled rejection: if the content fails, the stream that is read below also fails
  fed.catch(() => undefined);
  yield* deflate as AsyncIterable<Buffer>;
  await fed;
}
