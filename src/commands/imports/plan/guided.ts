import { resolve } from "node:path";
import { line } from "../../../lib/advice/index.ts";
import { readHeader } from "../../../lib/csv/layout/header.ts";
import type { MapFileSchema } from "../../../lib/csv/layout/map-parse.ts";
import { ignoreFailure } from "../../../lib/errors/index.ts";
import type { InputFile } from "../../../lib/files/index.ts";
import { hasOrgColumn, namesOrg } from "../../../lib/model/format.ts";
import { FORMATS } from "../../../lib/model/formats.ts";
import type { OrgBy } from "../../../lib/model/import.ts";
import { nameKey } from "../../../lib/model/normalise.ts";
import { formatOrgPath, parseOrgPath } from "../../../lib/model/organisation.ts";
import { text } from "../../../lib/text/index.ts";
import { loadCustomFields, proposeMapName } from "../../csv/file/column-map.ts";
import { askColumns, findOpenHeaders } from "../../csv/questions/ask.ts";
import { renderMapFile } from "../../csv/questions/render.ts";
import { surveyFile, type SurveyedColumn } from "../../csv/questions/survey.ts";
import type { Tools } from "../../tools.ts";
import type { ImportRequest } from "./options.ts";
import { detectInputFormat } from "./reading.ts";
import { findHeaderInFile } from "./send.ts";
import { formatTenantName } from "./show.ts";

/**
 * Asks what the columns of a list mean, as far as neither their headers nor its map say it, and offers to keep the answers
 * as the map for later imports.
 *
 * @param requested the request with the defaults of the map
 * @returns the map with the answers; the same map if there was no question
 */
export async function askAboutList(
  tools: Tools,
  file: InputFile,
  requested: ImportRequest,
  map: MapFileSchema | undefined,
): Promise<MapFileSchema | undefined> {
  const { kind, options } = requested;
  const { terminal, signal } = tools;
  const format = FORMATS[kind];
  if (options.allow?.includes("unknown-columns") === true) return map;
  const { encoding, sheet, headerRow } = options;
  const reading = await detectInputFormat(file, { encoding, sheet, headerRow, map, signal });
  const row = headerRow ?? (await findHeaderInFile(file, reading, format, { map, signal })).row;
  const columns = await surveyFile(file, { ...reading, headerRow: row }, signal);
  const headers = columns.map(({ header }) => header);
  if (findOpenHeaders(headers, format, { map }).length === 0) return map;
  const customFields = format.custom ? await loadCustomFields(tools) : undefined;
  const answered = await askColumns(terminal.prompts, headers, format, { customFields, map });
  if (answered === undefined) return map;
  const layout = readHeader(headers, format, { map: answered, customFields }).layout.columns;
  const present = new Set(layout.map(({ column }) => column.field));
  const keys = format.thing.keys.filter(({ field }) => present.has(field));
  const [key] = present.has(format.key) || format.fallbackKey !== undefined || keys.length > 1 ? [] : keys;
  const at = layout.find(({ column }) => namesOrg(column))?.positions[0] ?? -1;
  const isJoined = layout.some(({ column, joined }) => namesOrg(column) && joined !== undefined);
  const named = hasOrgColumn(format) && format.thing.name !== "org" && options.createOrgs !== true;
  const orgBy = named ? (options.orgBy ?? (isJoined ? "path" : await findOrgBy(tools, columns[at]))) : undefined;
  const chosen = { ...answered.options, orgBy, key: options.key ?? (key?.name as MapOption<"key">) };
  const complete: MapFileSchema = {
    ...answered,
    dialect: reading.encoding === "xlsx" ? undefined : reading.dialect,
    options: chosen,
  };
  await offerMap(tools, requested, complete);
  return complete;
}

type MapOption<K extends keyof NonNullable<MapFileSchema["options"]>> = NonNullable<MapFileSchema["options"]>[K];

/** Returns how the cells of a list name organisations of the tenant; undefined if they are codes, or name none. */
async function findOrgBy(tools: Tools, column: SurveyedColumn | undefined): Promise<OrgBy | undefined> {
  const { client } = await tools.tenant("orgs");
  const orgs = (await ignoreFailure(() => client.orgs.list())) ?? [];
  const keysOf = (names: readonly (string | null)[]): ReadonlySet<string> =>
    new Set(names.map((name) => nameKey(name ?? "")));
  const [codes, names, paths] = [
    keysOf(orgs.map(({ code }) => code)),
    keysOf(orgs.map(({ name }) => name)),
    keysOf(orgs.flatMap(({ path }) => listPathEnds(path))),
  ];
  const values = [...(column?.values ?? [])];
  const counts = {
    code: values.filter((value) => codes.has(nameKey(value))).length,
    name: values.filter((value) => names.has(nameKey(value))).length,
    path: values.filter((value) => paths.has(nameKey(value))).length,
  };
  if (counts.code > 0 || counts.name + counts.path === 0) return undefined;
  return counts.path > counts.name ? "path" : "name";
}

const listPathEnds = (path: string): readonly string[] => {
  const names = parseOrgPath(path) ?? [];
  return names.map((_, at) => formatOrgPath(names.slice(at)));
};

async function offerMap(tools: Tools, { kind, file }: ImportRequest, map: MapFileSchema): Promise<void> {
  const { outputs, workingFolder, contexts, terminal } = tools;
  const { context } = await tools.tenant();
  const name = await outputs.freeName(proposeMapName(file, kind));
  const tenant = formatTenantName({ tenant: context.name }, { context });
  const message = text(
    `Save these answers in ${name}, and use them for later imports into ${tenant.en}?`,
    `この回答を ${name} に保存し、次回以降、${tenant.ja}へのインポートにも使いますか?`,
  );
  if (!(await terminal.prompts.confirm({ message, flag: "--map", preset: true }))) return;
  await outputs.declare([{ name, isPublic: true, isContinued: true }]);
  await outputs.write(name, renderMapFile(map, FORMATS[kind]));
  await contexts.set(context.name, { lists: new Map([[kind, resolve(workingFolder, name)]]) });
  const stop = line("context set", [context.name], { list: [`${kind}=none`] });
  await terminal.note(
    text(`wrote ${name}; to be asked again: ${stop}`, `${name} を保存しました。また質問するには: ${stop}`),
  );
}
