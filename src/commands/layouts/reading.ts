import { line, step } from "../../lib/advice/index.ts";
import type { ImportKind, Layout } from "../../lib/client/index.ts";
import type { HeaderFinder } from "../../lib/csv/layout/find-header.ts";
import { readHeader } from "../../lib/csv/layout/header.ts";
import { matchLayout, type LayoutMatch } from "../../lib/csv/layout/match-layout.ts";
import type { ParsedMapFile, MapOptions } from "../../lib/csv/layout/map-parse.ts";
import { Failure } from "../../lib/errors/index.ts";
import type { InputFile } from "../../lib/files/index.ts";
import { formatLayoutAuthor } from "../../lib/model/actor.ts";
import { hasOrgColumn, refersToOrg, type CustomField } from "../../lib/model/format.ts";
import { FORMATS } from "../../lib/model/formats.ts";
import type { Terminal } from "../../lib/terminal/index.ts";
import { text, type Text } from "../../lib/text/index.ts";
import { SheetChoiceFailure } from "../../lib/xlsx/workbook-failures.ts";
import { loadColumnMap, loadCustomFields } from "../csv/file/column-map.ts";
import type { Tools } from "../tools.ts";
import type { ImportOptions } from "../imports/plan/options.ts";
import { detectInputFormat, type InputFormat } from "../imports/plan/reading.ts";
import { findHeaderInFile } from "../imports/plan/send.ts";
import { isMovementHeader, skipLeavers } from "./leavers.ts";
import { findColumnsByValues } from "./values.ts";

export interface ListRequest {
  readonly kind: ImportKind;
  readonly file: string;
  readonly options: Pick<ImportOptions, "encoding" | "map" | "sheet" | "headerRow"> &
    Partial<Pick<ImportOptions, "allow" | "blank" | "key" | "orgBy">>;
}

interface ListReading {
  readonly map?: ParsedMapFile | undefined;
  readonly learns?: boolean | undefined;
  readonly note?: Text | undefined;
  readonly headers: readonly string[];
  readonly detected: InputFormat;
}

type HeaderLocation = Pick<MapOptions, "sheet" | "headerRow">;

interface FoundHeader {
  readonly place: HeaderLocation;
  readonly header: HeaderFinder;
  readonly detected: InputFormat;
  readonly match: LayoutMatch<Layout> | undefined;
}

const isFitting = (match: LayoutMatch<Layout> | undefined): boolean => match?.lacking.length === 0;

async function findHeader(
  { signal }: Pick<Tools, "signal">,
  file: InputFile,
  { kind, options }: ListRequest,
  layouts: readonly Layout[],
  map: ParsedMapFile | undefined,
): Promise<FoundHeader> {
  const format = FORMATS[kind];
  const maps = [map, ...layouts.map((one) => one.map)];
  const columns = maps.flatMap((one) => one?.columns ?? []).filter(({ to }) => to !== null);
  const matchHeader = (headers: readonly string[]) => matchLayout(layouts, headers, format);
  const isKnown = (headers: readonly string[]): boolean => isFitting(matchHeader(headers));
  const places = maps.map((one) => ({
    sheet: options.sheet ?? one?.options?.sheet,
    headerRow: options.headerRow ?? one?.options?.headerRow,
  }));
  const different = [...new Map(places.map((one) => [JSON.stringify(one), one])).values()];
  const find = async (place: HeaderLocation): Promise<FoundHeader> => {
    const detected = await detectInputFormat(file, { encoding: options.encoding, ...place, map, signal });
    const search = { map: { ...map, columns }, ...place, signal, isKnown };
    const header = await findHeaderInFile(file, detected, format, search);
    return { place, header, detected: { ...detected, sheet: header.sheet }, match: matchHeader(header.header) };
  };
  const found: FoundHeader[] = [];
  let failure: unknown;
  for (const [at, place] of different.entries()) {
    const isWorkbook = failure !== undefined || found[0]?.detected.encoding === "xlsx";
    if (at > 0 && place.sheet !== options.sheet && !isWorkbook) continue;
    try {
      found.push(await find(place));
    } catch (error) {
      if (!(error instanceof SheetChoiceFailure)) throw error;
      if (at === 0) failure = error;
    }
  }
  const fitting = found.filter(({ match }) => isFitting(match));
  const isClear = failure === undefined || new Set(fitting.map(({ detected }) => detected.sheet)).size === 1;
  const [best] = fitting.length > 0 ? fitting : found;
  if (best === undefined || !isClear) throw failure;
  return best;
}

/**
 * `unknown`: no layout is used. `fits`: the list has all columns of the layout. `near`: the list lacks some columns.
 */
type LayoutFit =
  | { readonly state: "unknown"; readonly match?: undefined }
  | { readonly state: "fits" | "near"; readonly match: LayoutMatch<Layout> };

function assessLayoutFit(match: LayoutMatch<Layout> | undefined, isPlain: boolean, canAsk: boolean): LayoutFit {
  if (match === undefined) return { state: "unknown" };
  if (isFitting(match)) return { state: "fits", match };
  // without the layout's column that marks leavers, the import would create the leavers again
  const isUnsafe = canAsk && match.layout.map.skip?.some(({ header }) => match.lacking.includes(header)) === true;
  return isUnsafe || (isPlain && match.further.length > 0) ? { state: "unknown" } : { state: "near", match };
}

/** @param learning true to ask about every column @throws `input-rejected` for an unclear column without a terminal */
export async function readList(
  tools: Tools,
  file: InputFile,
  requested: ListRequest,
  learning = false,
): Promise<ListReading> {
  const { kind, options } = requested;
  const { terminal, globals } = tools;
  const format = FORMATS[kind];
  const { client } = await tools.tenant("layouts");
  const given = await loadColumnMap(tools, kind, {
    option: options.map,
    customFields: () => loadCustomFields(tools),
  });
  const isOpen = options.allow?.includes("unknown-columns") !== true;
  const canAsk = learning || (isOpen && terminal.interactive && !globals.yes && requested.file !== "-");
  const layouts =
    options.map === undefined ? (await client.layouts.list()).filter((layout) => layout.kind === kind) : [];
  const { place, header, detected, match } = await findHeader(tools, file, requested, layouts, given);
  const headers = header.header;
  const { askColumns, findOpenHeaders } = await import("../csv/questions/ask.ts");
  const isUnclear = (headers: readonly string[]): boolean =>
    findOpenHeaders(headers, format, { map: given }).length > 0;
  const mayDiffer = canAsk || layouts.length > 0 || headers.some(isMovementHeader);
  const customFields = format.custom && mayDiffer && isUnclear(headers) ? await loadCustomFields(tools) : undefined;
  const isPlain = findOpenHeaders(headers, format, { customFields, map: given }).length === 0;
  const known = assessLayoutFit(match, isPlain, canAsk);
  const doubtful = isOpen ? (known.match?.doubtful ?? []) : [];
  if (known.match !== undefined && !canAsk) rejectDoubtfulColumns({ ...known.match, doubtful }, requested);
  const further = known.state === "fits" && !learning ? known.match.further : [];
  const ignored = findOpenHeaders(further, format, { customFields }).filter((one) => !doubtful.includes(one));
  const base = known.match === undefined ? given : ignoreColumns(known.match.map, ignored);
  const map = kind === "users" && given === undefined ? skipLeavers(base, headers, customFields) : base;
  const answers = canAsk
    ? await askColumns(terminal.prompts, headers, format, {
        customFields,
        map,
        doubtful,
        findByValues: (open, search) => findColumnsByValues(tools, header, open, search),
      })
    : undefined;
  const answered = answers ?? (learning ? (map ?? { columns: [] }) : undefined);
  if (answered !== undefined) {
    const chosen = { ...place, ...chooseOptions(headers, requested, answered, customFields) };
    const learnt = { ...answered, options: { ...answered.options, ...chosen } };
    return { map: learnt, headers, note: ANSWERS_STORED_NOTE, learns: true, detected };
  }
  const note = known.match && describeLayout(known.match, ignored, terminal);
  return {
    map: map && { ...map, options: { ...map.options, ...place } },
    headers,
    note,
    detected,
  };
}

export const ANSWERS_STORED_NOTE = text(
  "this change stores your answers as a layout",
  "この変更を実行すると、回答がレイアウトとして保存されます",
);

const ignoreColumns = (map: ParsedMapFile, headers: readonly string[]): ParsedMapFile => ({
  ...map,
  columns: [...map.columns, ...headers.map((header) => ({ header, to: null }))],
});

function rejectDoubtfulColumns(
  { lacking: [lacking], doubtful: [doubtful], layout }: LayoutMatch<Layout>,
  { kind, file }: ListRequest,
): void {
  if (lacking === undefined && doubtful === undefined) return;
  const what =
    lacking === undefined
      ? text(
          `column "${doubtful}" is not in the layout ${layout.id}, which reads the same field from another column`,
          `レイアウト ${layout.id} にない列「${doubtful}」があります。その項目は別の列から読み込んでいます`,
        )
      : text(
          `the list lacks the column "${lacking}" of its layout ${layout.id}`,
          `この一覧には、レイアウト ${layout.id} の列「${lacking}」がありません`,
        );
  const learn = line("layouts learn", [file], { as: kind });
  throw new Failure("input-rejected", { what, where: file, hint: step("to answer once", "一度だけ答えるには", learn) });
}

function describeLayout(
  { layout: { id, headers, at, actor }, lacking }: LayoutMatch<Layout>,
  ignored: readonly string[],
  terminal: Pick<Terminal, "moment">,
): Text {
  const by = formatLayoutAuthor(actor);
  const origin =
    at === null ? by : text(`learnt at ${terminal.moment(at)} by ${by.en}`, `${terminal.moment(at)}、${by.ja}`);
  const [names, other, lost] = [headers, ignored, lacking].map(
    (all) => all.slice(0, 3).join(", ") + (all.length > 3 ? ", …" : ""),
  );
  return text(
    `read with layout ${id} (${names}), ${origin.en}${other && `; ignored: ${other}`}${lost && `; missing: ${lost}`}`,
    `レイアウト ${id}(${names})で読み込みます(${origin.ja})${other && `。読み込まない列: ${other}`}${lost && `。ない列: ${lost}`}`,
  );
}

function chooseOptions(
  headers: readonly string[],
  { kind, options }: ListRequest,
  answered: ParsedMapFile,
  customFields: readonly CustomField[] | undefined,
): Pick<MapOptions, "blank" | "key" | "orgBy"> {
  const format = FORMATS[kind];
  const { key: knownKey, orgBy: knownOrgBy, blank = "keep" } = answered.options ?? {};
  const layout = readHeader(headers, format, { map: answered, customFields }).layout.columns;
  const present = new Set(layout.map(({ column }) => column.field));
  const keys = format.thing.keys.filter(({ field }) => present.has(field));
  const [key] = present.has(format.key) || format.fallbackKey !== undefined || keys.length > 1 ? [] : keys;
  const org = layout.find(({ column }) => refersToOrg(column));
  const isNamed =
    org !== undefined && (org.joined !== undefined || org.header !== org.column.header) && hasOrgColumn(format);
  return {
    // a blank in a list of personnel changes means "no change"
    blank: options.blank ?? blank,
    key: options.key ?? knownKey ?? (key?.name as MapOptions["key"]),
    orgBy: options.orgBy ?? knownOrgBy ?? (isNamed ? "name" : undefined),
  };
}
