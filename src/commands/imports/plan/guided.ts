import { resolve } from "node:path";
import { line } from "../../../lib/advice/index.ts";
import { readHeader } from "../../../lib/csv/layout/header.ts";
import type { LayoutColumn } from "../../../lib/csv/layout/layout.ts";
import type { MapFileSchema } from "../../../lib/csv/layout/map-parse.ts";
import type { InputFile } from "../../../lib/files/index.ts";
import { hasOrgColumn, namesOrg } from "../../../lib/model/format.ts";
import { FORMATS } from "../../../lib/model/formats.ts";
import type { OrgBy } from "../../../lib/model/import.ts";
import type { Questions } from "../../../lib/terminal/index.ts";
import { text } from "../../../lib/text/index.ts";
import { loadCustomFields, proposeMapName } from "../../csv/file/column-map.ts";
import { askColumns, findOpenHeaders } from "../../csv/questions/ask.ts";
import { renderMapFile } from "../../csv/questions/render.ts";
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
  const { header: headers } = await findHeaderInFile(file, reading, format, { map, headerRow, signal });
  if (findOpenHeaders(headers, format, { map }).length === 0) return map;
  const customFields = format.custom ? await loadCustomFields(tools) : undefined;
  const answered = await askColumns(terminal.prompts, headers, format, { customFields, map });
  if (answered === undefined) return map;
  const layout = readHeader(headers, format, { map: answered, customFields }).layout.columns;
  const present = new Set(layout.map(({ column }) => column.field));
  const keys = format.thing.keys.filter(({ field }) => present.has(field));
  const [key] = present.has(format.key) || format.fallbackKey !== undefined || keys.length > 1 ? [] : keys;
  const org = layout.find(({ column }) => namesOrg(column));
  const isNamed =
    org !== undefined && hasOrgColumn(format) && format.thing.name !== "org" && options.createOrgs !== true;
  const orgBy = isNamed ? (options.orgBy ?? (await askOrgBy(terminal.prompts, headers, org))) : undefined;
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

async function askOrgBy(
  prompts: Questions,
  headers: readonly string[],
  { column, joined, positions: [at = 0] }: LayoutColumn,
): Promise<OrgBy | undefined> {
  if (joined !== undefined) return "path";
  const header = headers.at(at) ?? "";
  if (header === column.header) return undefined;
  return prompts.select<OrgBy>({
    message: text(`What does "${header}" contain?`, `「${header}」の内容はどれですか?`),
    flag: "--org-by",
    choices: [
      { value: "path", name: text("names or paths, such as 本社/営業部", "組織名やパス(本社/営業部 など)") },
      { value: "code", name: text("organisation codes", "組織コード") },
    ],
  });
}

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
