import { Readable } from "node:stream";
import { ZipFile } from "yazl";
import { Failure } from "../errors/index.ts";
import { text } from "../text/index.ts";
import { toColumnName } from "./cell-name.ts";

const MAX_ROWS = 2 ** 20;
const MAX_CELL_CHARACTERS = 32_767;

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

/** Style 0 is reserved for Excel's default style. */
const STYLE_NUMBERS = { text: 1, header: 2 } as const;

const buildCellFormat = (font: number, fill: number): string =>
  `<xf numFmtId="49" fontId="${font}" fillId="${fill}" xfId="0" applyNumberFormat="1" applyFont="1" applyFill="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf>`;

const FONTS = ['<sz val="11"/>', '<b/><sz val="11"/>'].map(
  (look) => `<font>${look}<name val="Yu Gothic"/><family val="2"/><charset val="128"/></font>`,
);

const FILLS = [
  '<fill><patternFill patternType="none"/></fill>',
  '<fill><patternFill patternType="gray125"/></fill>',
  '<fill><patternFill patternType="solid"><fgColor rgb="FFD9E1F2"/><bgColor indexed="64"/></patternFill></fill>',
];

const CELL_FORMATS = `<xf xfId="0"/>${buildCellFormat(0, 0)}${buildCellFormat(1, 2)}`;

const STYLES = `<styleSheet xmlns="${MAIN_NAMESPACE}"><fonts count="${FONTS.length}">${FONTS.join("")}</fonts><fills count="${FILLS.length}">${FILLS.join("")}</fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3">${CELL_FORMATS}</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`;

const buildFixedParts = (sheets: readonly Pick<Sheet, "name">[]): readonly (readonly [string, string])[] => {
  const names = sheets.map(({ name }) => encodeCellText(name).replaceAll('"', "&quot;"));
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

/** Matches markup, characters that XML forbids, and `_` before text like an escape. @see ECMA-376 part 1, 22.9.2.19 */
const ENCODED_CHARACTERS =
  // oxlint-disable-next-line no-control-regex
  /[&<>]|[\0-\x08\x0b-\x1f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]|_(?=x[0-9A-Fa-f]{4}_)/g;

const encodeCellText = (value: string): string =>
  value.replaceAll(
    ENCODED_CHARACTERS,
    (unit) => XML_ENTITIES.get(unit) ?? `_x${unit.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}_`,
  );

const renderCellXml = (value: string, place: string, style: number): string => {
  if (value === "") return "";
  if (value.length > MAX_CELL_CHARACTERS) throw createLimitFailure("32,767 characters per cell", "1 セル 32,767 文字");
  const space = /^\s|\s$/.test(value) ? ' xml:space="preserve"' : "";
  return `<c r="${place}" s="${style}" t="inlineStr"><is><t${space}>${encodeCellText(value)}</t></is></c>`;
};

const createLimitFailure = (en: string, ja: string): Failure =>
  new Failure("input-rejected", {
    what: text(`the data exceeds the limit of an Excel workbook (${en})`, `Excel ブックの上限(${ja})を超えています`),
    hint: text("write CSV instead", "CSV で書き出してください"),
  });

type RowBatches = AsyncIterable<readonly (readonly string[])[]>;

export interface Sheet {
  /** at most 31 characters, without `[]:*?/\`, and unique in the workbook */
  readonly name: string;
  readonly rows: RowBatches;
}

const MAX_MEASURED_ROWS = 300;

/** Widths in Latin characters. If a sheet is wider than a page, its columns shrink to at least `shortened`. */
const COLUMN_WIDTHS = { min: 8, shortened: 16, max: 80 } as const;

const PAGE_WIDTH = 180;

const measureCell = (cell: string): number =>
  Math.max(
    ...cell
      .slice(0, COLUMN_WIDTHS.max * 4)
      .split("\n")
      .map((line) => line.length + (line.match(/[\u1100-\uff60]/g)?.length ?? 0)),
  );

const measureColumns = (rows: readonly (readonly string[])[]): readonly number[] => {
  const needed = rows.reduce<number[]>((widths, cells) => {
    for (const [at, cell] of cells.entries())
      widths[at] = Math.max(widths[at] ?? COLUMN_WIDTHS.min, measureCell(cell) + 2);
    return widths;
  }, []);
  const limit = (max: number): readonly number[] => needed.map((width) => Math.min(width, max));
  let max: number = COLUMN_WIDTHS.max;
  while (max > COLUMN_WIDTHS.shortened && limit(max).reduce((sum, width) => sum + width, 0) > PAGE_WIDTH) max -= 1;
  return limit(max);
};

const LINE_HEIGHT = 18;
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
      const style = row === 1 ? STYLE_NUMBERS.header : STYLE_NUMBERS.text;
      if (columns.length < cells.length) columns = cells.map((_, at) => toColumnName(at + 1));
      return `<row r="${row}">${cells.map((cell, at) => renderCellXml(cell, `${columns[at] ?? ""}${row}`, style)).join("")}</row>`;
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
      `<col min="${at + 1}" max="${at + 1}" width="${width}" style="${STYLE_NUMBERS.text}" customWidth="1"/>`,
  );
  return `${XML_DECLARATION}<worksheet xmlns="${MAIN_NAMESPACE}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="${LINE_HEIGHT}"/>${cols.length === 0 ? "" : `<cols>${cols.join("")}</cols>`}<sheetData>`;
};

export const encodeWorkbook = (rows: RowBatches): AsyncGenerator<Uint8Array> =>
  encodeSheets([{ name: "Sheet1", rows }]);

/** The first date of ZIP, so that equal rows give equal files. Compression level 3 takes half the time of level 6. */
const ENTRY_OPTIONS = { mtime: new Date(1980, 0, 1), forceDosTimestamp: true, compressionLevel: 3 };

/** All cells are text, so that Excel runs no formula. @throws `input-rejected` above `maxRows` rows */
export async function* encodeSheets(sheets: readonly Sheet[], maxRows = MAX_ROWS): AsyncGenerator<Uint8Array> {
  const zip = new ZipFile();
  const output = zip.outputStream as Readable;
  const sources: Readable[] = [];
  for (const [at, sheet] of sheets.entries())
    zip.addReadStreamLazy(`xl/worksheets/sheet${at + 1}.xml`, ENTRY_OPTIONS, (give) => {
      const source = Readable.from(renderSheet(sheet, maxRows), { objectMode: false });
      source.once("error", (error) => output.destroy(error));
      sources.push(source);
      give(null, source);
    });
  for (const [name, xml] of buildFixedParts(sheets))
    zip.addBuffer(Buffer.from(XML_DECLARATION + xml), name, ENTRY_OPTIONS);
  zip.end();
  try {
    yield* output as AsyncIterable<Uint8Array>;
  } finally {
    for (const source of sources) source.destroy();
  }
}
