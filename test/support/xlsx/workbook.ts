import { crc32, deflateRawSync } from "node:zlib";

export type ArchiveParts = Readonly<Record<string, string | Buffer>>;

/** Packs files as a ZIP archive. @param claim a wrong unpacked size to state for each file */
export function packZip(parts: ArchiveParts, { claim }: { readonly claim?: number } = {}): Buffer {
  const [files, directory]: [Buffer[], Buffer[]] = [[], []];
  let offset = 0;
  for (const [name, content] of Object.entries(parts)) {
    const bytes = Buffer.from(content as string);
    const packed = deflateRawSync(bytes);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(crc32(bytes), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(claim ?? bytes.length, 18);
    common.writeUInt16LE(Buffer.byteLength(name), 22);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), common, Buffer.from(name), packed]);
    files.push(local);
    directory.push(Buffer.from("PK\x01\x02\x14\0"), common, place, Buffer.from(name));
    offset += local.length;
  }
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...files, ...directory, end]);
}

const OFFICE_NAMESPACE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

const renderRelationships = (targets: readonly (readonly [type: string, target: string])[]): string =>
  `<Relationships>${targets
    .map(([type, target], at) => `<Relationship Id="r${at}" Type="${OFFICE_NAMESPACE}/${type}" Target="${target}"/>`)
    .join("")}</Relationships>`;

/** A sheet: the XML of its rows, and the XML after the rows. */
export interface TestSheet {
  readonly rows: string;
  readonly after?: string;
  readonly state?: string;
}

export interface TestWorkbook {
  readonly sheets: Readonly<Record<string, TestSheet>>;
  readonly strings?: readonly string[];
  /** number formats; style 1 uses the first format */
  readonly formats?: readonly string[];
  readonly date1904?: boolean;
  readonly parts?: ArchiveParts;
}

const escapeAttribute = (value: string): string => value.replaceAll("&", "&amp;").replaceAll('"', "&quot;");

/** Builds the files of a workbook in Excel's layout. */
export function buildParts({
  sheets,
  strings = [],
  formats = [],
  date1904 = false,
  parts = {},
}: TestWorkbook): ArchiveParts {
  const all = Object.entries(sheets);
  const targets = all.map((_, at) => ["worksheet", `worksheets/sheet${at}.xml`] as const);
  return {
    "_rels/.rels": renderRelationships([["officeDocument", "xl/workbook.xml"]]),
    "xl/workbook.xml": `<workbook><workbookPr date1904="${date1904 ? 1 : 0}"/><sheets>${all
      .map(
        ([name, { state = "visible" }], at) =>
          `<sheet name="${escapeAttribute(name)}" state="${state}" r:id="r${at}"/>`,
      )
      .join("")}</sheets></workbook>`,
    "xl/_rels/workbook.xml.rels": renderRelationships([
      ...targets,
      ["sharedStrings", "sharedStrings.xml"],
      ["styles", "styles.xml"],
    ]),
    "xl/sharedStrings.xml": `<sst>${strings.map((string) => `<si>${string}</si>`).join("")}</sst>`,
    "xl/styles.xml": `<styleSheet><numFmts>${formats
      .map((code, at) => `<numFmt numFmtId="${200 + at}" formatCode="${escapeAttribute(code)}"/>`)
      .join("")}</numFmts><cellStyleXfs><xf numFmtId="9"/></cellStyleXfs><cellXfs><xf numFmtId="0"/>${formats
      .map((_, at) => `<xf numFmtId="${200 + at}"/>`)
      .join("")}</cellXfs></styleSheet>`,
    ...Object.fromEntries(
      all.map(([, { rows, after = "" }], at) => [
        `xl/worksheets/sheet${at}.xml`,
        `<worksheet><sheetData>${rows}</sheetData>${after}</worksheet>`,
      ]),
    ),
    ...parts,
  };
}

export const buildWorkbook = (workbook: TestWorkbook): Buffer => packZip(buildParts(workbook));

export const buildRow = (row: number, ...cells: readonly string[]): string =>
  `<row r="${row}">${cells
    .map((cell) => (cell.startsWith("<") ? cell : `<c t="inlineStr"><is><t>${cell}</t></is></c>`))
    .join("")}</row>`;
