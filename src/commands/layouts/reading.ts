import { line, step } from "../../lib/advice/index.ts";
import type { ImportKind, Layout } from "../../lib/client/index.ts";
import { readHeader } from "../../lib/csv/layout/header.ts";
import { matchLayout, type LayoutMatch } from "../../lib/csv/layout/known.ts";
import type { MapFileSchema, MapOptions } from "../../lib/csv/layout/map-parse.ts";
import { Failure } from "../../lib/errors/index.ts";
import type { InputFile } from "../../lib/files/index.ts";
import { formatActor } from "../../lib/model/actor.ts";
import { hasOrgColumn, namesOrg, type CustomField } from "../../lib/model/format.ts";
import { FORMATS } from "../../lib/model/formats.ts";
import { text, type Text } from "../../lib/text/index.ts";
import { loadColumnMap, loadCustomFields } from "../csv/file/column-map.ts";
import type { Tools } from "../tools.ts";
import type { ImportOptions } from "../imports/plan/options.ts";
import { detectInputFormat, type InputFormat } from "../imports/plan/reading.ts";
import { findHeaderInFile } from "../imports/plan/send.ts";

export interface ListRequest {
  readonly kind: ImportKind;
  readonly file: string;
  readonly options: Pick<ImportOptions, "encoding" | "map" | "sheet" | "headerRow"> &
    Partial<Pick<ImportOptions, "allow" | "createOrgs" | "key" | "orgBy">>;
}

export interface ListReading {
  readonly map?: MapFileSchema | undefined;
  /** true if somebody answered: the change keeps the map as a layout */
  readonly learns?: boolean | undefined;
  readonly note?: Text | undefined;
  readonly headers: readonly string[];
  /** undefined if the file was not read */
  readonly detected?: InputFormat | undefined;
}

interface HeaderMatch {
  readonly place: Pick<MapOptions, "sheet" | "headerRow">;
  readonly detected: InputFormat;
  readonly headers: readonly string[];
  readonly match: LayoutMatch<Layout> | undefined;
}

async function findLayout(
  { signal }: Pick<Tools, "signal">,
  file: InputFile,
  { kind, options }: ListRequest,
  layouts: readonly Layout[],
  map: MapFileSchema | undefined,
): Promise<HeaderMatch> {
  const format = FORMATS[kind];
  const detect = (place: HeaderMatch["place"]) =>
    detectInputFormat(file, { encoding: options.encoding, ...place, map, signal });
  const plain = await detect({ sheet: options.sheet, headerRow: options.headerRow });
  const isWorkbook = plain.encoding === "xlsx";
  const places = [map, undefined, ...layouts.map((one) => one.map)].map((one) => ({
    sheet: options.sheet ?? one?.options?.sheet,
    headerRow: options.headerRow ?? one?.options?.headerRow,
  }));
  const usable = places.filter(({ sheet }) => isWorkbook || sheet === options.sheet);
  const different = new Map(usable.map((place) => [JSON.stringify([place.sheet, place.headerRow]), place]));
  // headers that any layout knows lead to the header row
  const columns = [map, ...layouts.map((one) => one.map)].flatMap((one) => one?.columns ?? []);
  const known = { ...map, columns: columns.filter(({ to }) => to !== null) };
  const found: HeaderMatch[] = [];
  let failure: unknown;
  for (const place of different.values()) {
    try {
      // detecting the encoding of a text file reads all of it
      const detected = isWorkbook || place.headerRow !== options.headerRow ? await detect(place) : plain;
      const { header: headers } = await findHeaderInFile(file, detected, format, { map: known, ...place, signal });
      found.push({ place, detected, headers, match: matchLayout(layouts, headers, format) });
    } catch (error) {
      if (!(error instanceof Failure) || error.code === "interrupted") throw error;
      if (found.length === 0) failure ??= error;
    }
  }
  const fitting = found.filter(({ match }) => match?.lacking.length === 0);
  const best = fitting[0] ?? found[0];
  // a workbook has several sheets, and not exactly one of them fits
  if (best === undefined || (failure !== undefined && fitting.length !== 1)) throw failure;
  return best;
}

/**
 * Determines how to read a list: as `--map` says, as the layout with its headers says, or as somebody answers.
 *
 * @param learning true to ask about every column that is not read
 * @throws `input-rejected` if nobody can be asked and the list lacks a column of its layout, or has a new source of a field
 */
export async function readList(
  tools: Tools,
  file: InputFile,
  requested: ListRequest,
  learning = false,
): Promise<ListReading> {
  const { kind, options } = requested;
  const { terminal, globals } = tools;
  const format = FORMATS[kind];
  const { client, context } = await tools.tenant("layouts");
  const given = await loadColumnMap(tools, kind, {
    option: options.map,
    context,
    customFields: () => loadCustomFields(tools),
  });
  const isOpen = options.allow?.includes("unknown-columns") !== true;
  const canAsk = learning || (isOpen && terminal.interactive && !globals.yes && requested.file !== "-");
  const layouts =
    options.map === undefined ? (await client.layouts.list()).filter((layout) => layout.kind === kind) : [];
  if (!canAsk && layouts.length === 0) return { map: given, headers: [] };
  const { askColumns, findOpenHeaders } = await import("../csv/questions/ask.ts");
  const { place, detected, headers, match } = await findLayout(tools, file, requested, layouts, given);
  const isUnclear = findOpenHeaders(headers, format, { map: given }).length > 0;
  const customFields = format.custom && isUnclear ? await loadCustomFields(tools) : undefined;
  const isPlain = findOpenHeaders(headers, format, { customFields, map: given }).length === 0;
  // a file with exact headers is read by them, unless it is a layout's list without some of its columns
  const isOther = match !== undefined && match.lacking.length > 0 && isPlain && match.further.length > 0;
  // without the column by which a layout skips rows, leavers could come back
  const isUnsafe = canAsk && match?.layout.map.skip?.some(({ header }) => match.lacking.includes(header)) === true;
  const known = isOther || isUnsafe ? undefined : match;
  if (known !== undefined && !canAsk) refuseDoubt(isOpen ? known : { ...known, doubtful: [] }, requested);
  const isFitting = known?.lacking.length === 0 && !learning;
  const open = isFitting ? findOpenHeaders(known.further, format, { customFields }) : [];
  const ignored = open.filter((header) => known?.doubtful.includes(header) === false);
  const map = known === undefined ? given : ignoreColumns(known.map, ignored);
  const answers = canAsk
    ? await askColumns(terminal.prompts, headers, format, { customFields, map, doubtful: known?.doubtful })
    : undefined;
  const answered = answers ?? (learning ? (map ?? { columns: [] }) : undefined);
  if (answered === undefined) {
    const { options: own } = map ?? {};
    // new organisations are named by code
    const orgBy = options.createOrgs === true && known !== undefined ? undefined : own?.orgBy;
    const note = known && describeLayout(known, ignored, terminal.moment(known.layout.at));
    return { map: map && { ...map, options: { ...own, ...place, orgBy } }, headers, note, detected };
  }
  const chosen = chooseOptions(headers, requested, answered, customFields);
  return {
    map: { ...answered, options: { ...answered.options, ...place, ...chosen } },
    headers,
    note: KEEPS_ANSWERS,
    learns: true,
    detected,
  };
}

export const KEEPS_ANSWERS = text(
  "this change keeps your answers as a layout",
  "回答を、この変更とともにレイアウトとして記憶します",
);

const ignoreColumns = (map: MapFileSchema, headers: readonly string[]): MapFileSchema => ({
  ...map,
  columns: [...map.columns, ...headers.map((header) => ({ header, to: null }))],
});

/** @throws `input-rejected` if a layout's list lacks a column, or has a column that may be a new source of a field */
function refuseDoubt(
  { lacking: [lacking], doubtful: [doubtful], layout }: LayoutMatch<Layout>,
  { kind, file }: ListRequest,
): void {
  if (lacking === undefined && doubtful === undefined) return;
  const what =
    lacking === undefined
      ? text(
          `the layout ${layout.id} does not know the column "${doubtful}", whose field it reads from another column`,
          `レイアウト ${layout.id} にない列「${doubtful}」があります。その項目は別の列から読み込んでいます`,
        )
      : text(
          `the list lacks the column "${lacking}" of its layout ${layout.id}`,
          `この一覧には、レイアウト ${layout.id} の列「${lacking}」がありません`,
        );
  const learn = line("layouts learn", [file], { as: kind });
  throw new Failure("input-rejected", { what, where: file, hint: step("to answer once", "一度だけ答えるには", learn) });
}

function describeLayout({ layout, lacking }: LayoutMatch<Layout>, ignored: readonly string[], at: string): Text {
  const { id, headers, actor } = layout;
  const by = formatActor(actor);
  const [names, other, lost] = [headers, ignored, lacking].map(
    (all) => all.slice(0, 3).join(", ") + (all.length > 3 ? ", …" : ""),
  );
  return text(
    `read with layout ${id} (${names}), learnt at ${at} by ${by.en}${other && `; ignored: ${other}`}${lost && `; missing: ${lost}`}`,
    `レイアウト ${id}(${names})で読み込みます(${at}、${by.ja})${other && `。読み込まない列: ${other}`}${lost && `。ない列: ${lost}`}`,
  );
}

/** Takes the only key of the list. Organisations below a foreign header are named in any way: a path may be a code. */
function chooseOptions(
  headers: readonly string[],
  { kind, options }: ListRequest,
  answered: MapFileSchema,
  customFields: readonly CustomField[] | undefined,
): Pick<MapOptions, "key" | "orgBy"> {
  const format = FORMATS[kind];
  const { key: knownKey, orgBy: knownOrgBy } = answered.options ?? {};
  const layout = readHeader(headers, format, { map: answered, customFields }).layout.columns;
  const present = new Set(layout.map(({ column }) => column.field));
  const keys = format.thing.keys.filter(({ field }) => present.has(field));
  const [key] = present.has(format.key) || format.fallbackKey !== undefined || keys.length > 1 ? [] : keys;
  const org = layout.find(({ column }) => namesOrg(column));
  const isNamed =
    org !== undefined &&
    (org.joined !== undefined || org.header !== org.column.header) &&
    hasOrgColumn(format) &&
    format.thing.name !== "org";
  return {
    key: options.key ?? knownKey ?? (key?.name as MapOptions["key"]),
    orgBy: options.createOrgs === true ? undefined : (options.orgBy ?? knownOrgBy ?? (isNamed ? "name" : undefined)),
  };
}
