import type { ImportKind, Layout } from "../../../lib/client/index.ts";
import { findColumnByAnyHeader } from "../../../lib/csv/layout/columns.ts";
import { findOpenHeaders, ignoreColumn, readHeader } from "../../../lib/csv/layout/header.ts";
import type { LayoutMatch } from "../../../lib/csv/layout/find-header.ts";
import type { ParsedMapFile } from "../../../lib/csv/layout/map-parse.ts";
import type { InputFile } from "../../../lib/files/index.ts";
import { formatLayoutAuthor } from "../../../lib/model/actor.ts";
import { toExportFormat, type Format } from "../../../lib/derived/format.ts";
import { FORMATS } from "../../../lib/derived/formats.ts";
import { isLeavingHeader } from "../../../lib/model/leaving.ts";
import { toNamingFormat } from "../../../lib/derived/naming.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import { loadColumnMap, loadCustomFields } from "../files/column-map.ts";
import type { Tools } from "../tools.ts";
import { announceTable, findTable, isFitting, listUsableLayouts, refuseList, type ListRequest } from "./find-table.ts";
import type { InputFormat } from "./open-table.ts";

export interface ListReading {
  readonly map: ParsedMapFile | undefined;
  /** the map without columns that are not read, although nobody has said so */
  readonly learnt?: ParsedMapFile | undefined;
  readonly learns: boolean;
  readonly note?: Text | undefined;
  readonly headers: readonly string[];
  readonly unread: readonly string[];
  readonly reading: InputFormat;
  /** true for a text with one name per line */
  readonly isText: boolean;
}

const mapUsualNames = (base: ParsedMapFile | undefined, headers: readonly string[], format: Format): ParsedMapFile => {
  const map = { columns: [], ...base };
  const { columns } = readHeader(headers, format, { map, allowUnknownColumns: true }).layout;
  const taken = new Set(columns.map(({ column }) => column.field));
  const found = findOpenHeaders(headers, format, { map }).flatMap((header) => {
    const field = findColumnByAnyHeader(FORMATS[format.name as ImportKind].columns, header)?.field;
    if (field === undefined || taken.has(field) || !format.columns.some((column) => column.field === field)) return [];
    taken.add(field);
    return [{ header, to: field }];
  });
  return { ...map, columns: [...map.columns, ...found] };
};

/** Finds what is known about a list. @throws `input-rejected` for a list without a terminal that lacks known columns */
async function recogniseList(tools: Tools, file: InputFile, requested: ListRequest, canAsk: boolean) {
  const { kind, options, use } = requested;
  const [selects, isExport] = [use === "select", use === "export"];
  const { [kind]: own } = FORMATS;
  const format = selects ? toNamingFormat(own) : isExport ? toExportFormat(own) : own;
  const given = await loadColumnMap(tools, kind, options.map);
  const { client } = await tools.tenant("layouts");
  const layouts = options.map === undefined ? listUsableLayouts(await client.layouts.list(), requested) : [];
  const table = await findTable(tools, file, requested, layouts, given);
  const { headers, reading, match } = table;
  const fit = isFitting(match) || requested.part === true ? match : undefined;
  const near = fit === undefined ? match : undefined;
  const known = given ?? fit?.map;
  const base = selects ? mapUsualNames(known, headers, format) : known;
  const isNaming = readHeader(headers, format, { map: base }).layout.columns.length > 0;
  const isText = selects && !isNaming && reading.encoding !== "xlsx" && headers.length < 2;
  if (!isText) await announceTable(tools, file, table, options);
  const isUnclear = !isText && findOpenHeaders(headers, format, { map: base }).length > 0;
  const isLearnt = canAsk || selects || fit !== undefined;
  const customFields = format.custom && isUnclear && isLearnt ? await loadCustomFields(tools) : undefined;
  const isOpen = options.allow?.includes("unknown-columns") !== true;
  const doubtful = isOpen ? (fit?.doubtful ?? []) : [];
  const isPlain = selects || findOpenHeaders(headers, format, { customFields, map: given }).length === 0;
  // without the column that marks leavers, an import would create the leavers again
  const isUnsafe = isExport || near?.map.rows?.some(({ header }) => near.lacking.includes(header)) === true;
  const lacking = near !== undefined && (isUnsafe || !isPlain) ? near.lacking : [];
  if (!canAsk && lacking.length + doubtful.length > 0)
    refuseList(requested, describeDifference(match?.layout.id ?? "", lacking, doubtful));
  const list = { headers, format, customFields, map: base, doubtful, lacking, selects, isExport };
  return { ...list, table, isText, isOpen, fit, earlier: near?.map };
}

/** @param learning true to ask even without need @throws `input-rejected` for what is unclear without a terminal */
export async function readList(
  tools: Tools,
  file: InputFile,
  requested: ListRequest,
  learning = false,
): Promise<ListReading> {
  const { terminal } = tools;
  const canAsk = learning || (terminal.interactive && requested.file !== "-");
  const found = await recogniseList(tools, file, requested, canAsk);
  const { headers, format, customFields, doubtful, lacking, selects, fit, isText, table } = found;
  const { reading, place } = table;
  if (isText) return { map: undefined, learns: false, headers, unread: [], reading, isText };
  const isKnownList = fit !== undefined && isFitting(fit) && !learning && !selects && !found.isExport;
  const further = isKnownList ? fit.further.filter((one) => !doubtful.includes(one) && !isLeavingHeader(one)) : [];
  const unknown = findOpenHeaders(headers, format, found);
  const ignored = further.filter((one) => unknown.includes(one));
  const map = ignored.length === 0 ? found.map : ignored.reduce(ignoreColumn, found.map ?? { columns: [] });
  const finish = (own: ParsedMapFile | undefined, learns: boolean, note?: Text): ListReading => {
    const read = own && { ...own, columns: own.columns.filter(({ to }) => to !== null) };
    const unread = findOpenHeaders(headers, format, { customFields, map: read });
    const all = selects ? unread.reduce(ignoreColumn, own ?? { columns: [] }) : own;
    const [map, learnt] = [all, own].map((one) => one && { ...one, options: { ...one.options, ...place } });
    return { map, learnt, learns, note, headers, unread, reading, isText };
  };
  const isKnown = (): ListReading =>
    finish(
      learning ? (map ?? { columns: [] }) : map,
      learning,
      fit && (ignored.length > 0 || !found.isExport) ? describeLayout(fit, ignored, terminal) : undefined,
    );
  const { subjects, columns } = readHeader(headers, format, { customFields, map }).layout;
  const open = found.isOpen ? findOpenHeaders(headers, format, { customFields, map, doubtful }) : [];
  if (found.isExport && (open.length === 0 || !canAsk)) {
    const { refuseUnknownExport } = await import("./answers.ts");
    refuseUnknownExport(requested, format, columns, open);
  }
  if (!selects && !(canAsk && open.length + subjects.length + lacking.length > 0)) return isKnown();
  const { answerList } = await import("./answers.ts");
  const answered = await answerList(tools, file, requested, { ...found, map, canAsk });
  return answered === undefined ? isKnown() : finish(answered, true, ANSWERS_STORED_NOTE);
}

export const ANSWERS_STORED_NOTE = text(
  "this change stores your answers as a layout",
  "この変更を実行すると、回答がレイアウトとして保存されます",
);

const describeDifference = (layout: string, lacking: readonly string[], doubtful: readonly string[]): Text =>
  lacking.length > 0
    ? text(
        `the list lacks columns of its layout ${layout}: ${lacking.join(", ")}`,
        `この一覧には、レイアウト ${layout} の列がありません: ${lacking.join("、")}`,
      )
    : text(
        `columns may contain what the layout ${layout} reads from others: ${doubtful.join(", ")}`,
        `レイアウト ${layout} が別の列から読む項目かもしれない列があります: ${doubtful.join("、")}`,
      );

function describeLayout(
  { layout: { id, headers, at, actor } }: LayoutMatch<Layout>,
  ignored: readonly string[],
  terminal: Pick<Tools["terminal"], "moment">,
): Text {
  const by = formatLayoutAuthor(actor);
  const origin =
    at === null ? by : text(`learnt at ${terminal.moment(at)} by ${by.en}`, `${terminal.moment(at)}、${by.ja}`);
  const [names, other] = [headers, ignored].map((all) => all.slice(0, 3).join(", ") + (all.length > 3 ? ", …" : ""));
  return text(
    `read with layout ${id} (${names}), ${origin.en}${other && `; ignored: ${other}`}`,
    `レイアウト ${id}(${names})で読み込みます(${origin.ja})${other && `。読み込まない列: ${other}`}`,
  );
}
