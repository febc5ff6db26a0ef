import type { AuditRecord } from "../../lib/client/index.ts";
import { formatActor, parseUserName } from "../../lib/model/actor.ts";
import { getActionName } from "../../lib/model/audit.ts";
import { getDisplayName, ROW_ACTION_NAMES } from "../../lib/model/import.ts";
import { ROLES } from "../../lib/model/role.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { joinTexts, same, text, type Text } from "../../lib/text/index.ts";
import { toLooseKey } from "../../lib/text/nearest.ts";

interface AuditObject {
  readonly thing: string;
  readonly id: string;
  readonly name?: string | undefined;
}

type AuditValues = Readonly<Record<string, unknown>>;

/** An audit record as it is shown. */
export interface AuditRow {
  readonly seq: number;
  /** version of the record's format; 0 if its text can no longer be read */
  readonly version: number;
  readonly at: string;
  readonly actor: string;
  /** user of the computer who acted as the actor with `--as`; null without `--as` */
  readonly by: string | null;
  readonly origin: AuditValues | null;
  readonly action: string;
  readonly objects: readonly AuditObject[];
  /** ids of the affected organisations; null if the change does not concern any organisation */
  readonly orgs: readonly string[] | null;
  readonly before: AuditValues | null;
  readonly after: AuditValues | null;
  readonly detail: AuditValues | null;
  readonly hash: string;
}

const EMPTY_VALUES = { origin: null, objects: [], orgs: null, before: null, after: null, detail: null } as const;

/** Converts an audit record to the form in which it is shown. */
export const toAuditRow = ({ seq, hash, record }: AuditRecord): AuditRow => {
  if (typeof record === "string")
    return { ...EMPTY_VALUES, seq, version: 0, at: "", actor: "", by: null, action: "", hash };
  const { by = null, orgs = null, before = null, after = null, detail = null, ...told } = record;
  return { ...told, seq, by, orgs, before, after, detail, hash };
};

/** Returns the name of the import that a record belongs to, or its id if unnamed; undefined if there is none. */
export const getImportName = ({ objects }: AuditRow): string | undefined => {
  // for an undo, the first object is the import that was undone
  const one = objects.findLast(({ thing }) => thing === "import");
  return one?.name ?? one?.id;
};

const getDetailCount = (detail: AuditValues | null, name: string): number => {
  const count = detail?.[name];
  return typeof count === "number" ? count : 0;
};

const getFileName = (detail: AuditValues | null): string | undefined => {
  const name = detail?.["fileName"];
  return typeof name === "string" && name !== "" && name !== "-" ? name : undefined;
};

/** Describes what an import did, such as `import 12 (people.csv): create 24, delete 1`. */
const describeImport = ({ detail }: AuditRow, number: string): Text => {
  const [fileName, undone] = [getFileName(detail), getDetailCount(detail, "undoes")];
  const counts = (["create", "update", "delete"] as const).flatMap((name) => {
    const count = getDetailCount(detail, name);
    const { en, ja } = getDisplayName(ROW_ACTION_NAMES, name);
    return count === 0 ? [] : [text(`${en} ${count}`, `${ja} ${count}`)];
  });
  const undoing = undone === 0 ? [] : [text(`undoes change ${undone}`, `変更 ${undone} の取り消し`)];
  const { en, ja } = joinTexts([...undoing, ...counts], text(", ", "、"));
  const called =
    fileName === undefined
      ? text(`import ${number}`, `インポート ${number}`)
      : text(`import ${number} (${fileName})`, `インポート ${number}(${fileName})`);
  return en === "" ? called : text(`${called.en}: ${en}`, `${called.ja}: ${ja}`);
};

const findObjectValues = (
  state: AuditValues | null,
  { objects }: AuditRow,
  { id }: AuditObject,
): AuditValues | undefined => {
  const { records } = state ?? {};
  if (Array.isArray(records)) return (records as readonly AuditValues[]).find((one) => one["id"] === id);
  return objects.length === 1 ? (state ?? undefined) : undefined;
};

/** Returns what distinguishes people with the same name, if recorded: the main email address or the ユーザーID. */
const findObjectKey = (entry: AuditRow, object: AuditObject): string | undefined => {
  const { emails, userId } =
    findObjectValues(entry.after, entry, object) ?? findObjectValues(entry.before, entry, object) ?? {};
  const [key] = Array.isArray(emails) ? (emails as readonly unknown[]) : [userId];
  if (typeof key === "string") return key;
  // keys of the users that were marked and unmarked, in the order of the objects
  const { added, removed } = entry.detail ?? {};
  const marked = [added, removed].flatMap((keys) => (Array.isArray(keys) ? (keys as readonly unknown[]) : []));
  const marking = marked.length === entry.objects.length ? marked[entry.objects.indexOf(object)] : undefined;
  return typeof marking === "string" ? marking : undefined;
};

/** Returns an object's name, followed by its key to distinguish people with the same name; the id if unnamed. */
export const formatObjectName = (entry: AuditRow, object: AuditObject): string => {
  const { name, id } = object;
  if (name === undefined) return id;
  const key = name.endsWith(">") ? undefined : findObjectKey(entry, object);
  return key === undefined || key === name ? name : `${name} <${key}>`;
};

const shortenId = (id: string): string => (id.length > 12 ? `${id.slice(0, 8)}…` : id);

/** How objects are named: all of them in full, or only as many as fit into a table. */
type NameForm = "whole" | "short";

/** Maximum number of objects that are named. Except for an import, the member `objects` contains all of them. */
const MAX_NAMED_OBJECTS: Readonly<Record<NameForm, number>> = { whole: 20, short: 3 };

const isSearched = (entry: AuditRow, object: AuditObject, search: string): boolean => {
  const [whole = "", name = "", key = ""] = /^(.*?)(?: <([^<>]*)>)?$/s.exec(formatObjectName(entry, object)) ?? [];
  return [object.id, whole, name, key].some((one) => toLooseKey(one) === toLooseKey(search));
};

const putSearchedFirst = (
  entry: AuditRow,
  objects: readonly AuditObject[],
  search: string | undefined,
): readonly AuditObject[] => {
  if (search === undefined) return objects;
  const searched = objects.filter((object) => isSearched(entry, object, search));
  return [...searched, ...objects.filter((object) => !searched.includes(object))];
};

/**
 * Returns the names of a change's objects (for an import, the deleted records) and how many more there are.
 *
 * @param search the name or key of the objects that come first
 */
const listObjectNames = (entry: AuditRow, naming: NameForm, search?: string): readonly Text[] => {
  const named = entry.objects.filter(({ thing }) => thing !== "import");
  const nameOf = (object: AuditObject): string =>
    naming === "short" && object.name === undefined ? shortenId(object.id) : formatObjectName(entry, object);
  const isImport = named.length < entry.objects.length;
  const all = isImport && named.length > 0 ? getDetailCount(entry.detail, "delete") : named.length;
  const first = putSearchedFirst(entry, named, search)
    .slice(0, MAX_NAMED_OBJECTS[naming])
    .map((object) => same(nameOf(object)));
  const more = all - first.length;
  return more > 0 ? [...first, text(`${more} more`, `ほか ${more} 件`)] : first;
};

const describeExport = ({ action, detail }: AuditRow): readonly Text[] => {
  if (!action.endsWith(".export")) return [];
  const records = getDetailCount(detail, "records");
  return [text(`${records} records`, `${records} 件`)];
};

/** Adds the former and the new role of an account, because most changes of an account concern its role. */
const appendRoleChange = ({ objects, before, after }: AuditRow, { en, ja }: Text): Text => {
  const roleOf = (state: AuditValues | null): unknown => state?.["role"] ?? "none";
  const [from, to] = [roleOf(before), roleOf(after)];
  if (objects[0]?.thing !== "account" || from === to || typeof from !== "string" || typeof to !== "string")
    return { en, ja };
  const [former, later] = [getDisplayName(ROLES, from), getDisplayName(ROLES, to)];
  if (before === null) return text(`${en}: ${later.en}`, `${ja}: ${later.ja}`);
  return text(`${en}: ${former.en} → ${later.en}`, `${ja}: ${former.ja} → ${later.ja}`);
};

/**
 * Describes the target of a change: for an import, what it did; then the names of the objects.
 *
 * @param search the name or key of the objects that come first
 */
export const describeTarget = (entry: AuditRow, naming: NameForm, search?: string): Text => {
  const number = getImportName(entry);
  const names = joinTexts([...describeExport(entry), ...listObjectNames(entry, naming, search)], text(", ", "、"));
  if (number === undefined) return naming === "short" ? appendRoleChange(entry, names) : names;
  const { en, ja } = describeImport(entry, number);
  return names.en === "" ? { en, ja } : text(`${en}: ${names.en}`, `${ja}: ${names.ja}`);
};

export const AUDIT_COLUMNS: readonly Column<AuditRow>[] = [
  { key: "number", header: text("no.", "No."), align: "end", value: ({ seq }) => seq },
  { key: "at", header: text("time", "日時"), value: ({ at }) => at, instant: true, whole: true },
  {
    key: "actor",
    header: text("by", "実行者"),
    value: ({ actor }) => actor,
    name: ({ actor, by }) => (by === null ? formatActor(actor) : same(`${actor} (${parseUserName(by)})`)),
  },
  {
    key: "by",
    header: text("run by", "操作した人"),
    value: ({ by }) => by,
    name: ({ by }) => (by === null ? null : formatActor(by)),
  },
  {
    key: "origin",
    header: text("run from", "実行環境"),
    value: ({ origin }) => origin,
    name: ({ origin }) => (origin === null ? null : describeOrigin(origin)),
  },
  {
    key: "action",
    header: text("action", "操作"),
    value: ({ action }) => action,
    name: ({ action }) => getActionName(action),
  },
  { key: "objects", header: text("target IDs", "対象の ID"), value: ({ objects }) => objects },
  { key: "orgs", header: text("organisation IDs", "組織の ID"), value: ({ orgs }) => orgs },
  { key: "before", header: text("before", "変更前"), value: ({ before }) => before },
  { key: "after", header: text("after", "変更後"), value: ({ after }) => after },
  { key: "detail", header: text("detail", "詳細"), value: ({ detail }) => detail },
  { key: "version", header: text("format", "形式"), align: "end", value: ({ version }) => version },
  { key: "hash", header: text("hash", "ハッシュ"), value: ({ hash }) => hash },
  {
    key: "about",
    header: text("target", "対象"),
    wraps: true,
    value: (entry) => describeTarget(entry, "whole").en,
    name: (entry) => describeTarget(entry, "short"),
  },
];

const describeOrigin = ({ host, program, address, token }: AuditValues): Text => {
  const place = [host, program, address].filter((part) => typeof part === "string").join(", ");
  if (typeof token !== "string") return same(place);
  return text(`${place}, access token ${token}`, `${place}、アクセストークン ${token}`);
};

/** Keys of the columns that are shown to people by default. */
export const DEFAULT_AUDIT_COLUMNS = ["number", "at", "actor", "action", "about"];

/** Maximum number of objects whose ids are shown to people. */
const MAX_IDS = 3;

const renderObjectIds = ({ objects }: AuditRow): Text | null =>
  objects.length > MAX_IDS ? null : same(objects.map(({ id }) => id).join(", "));

/** Renders the ids of the organisations that a change affected, or their number if there are too many. */
const renderOrgIds = ({ orgs }: AuditRow): Text | null => {
  if (orgs === null) return null;
  if (orgs.length > MAX_IDS) return text(`${orgs.length} organisations`, `${orgs.length} 件の組織`);
  return same(orgs.join(", "));
};

/** Renders the other details as `name: value`; for an import, only the file name (the rest is shown elsewhere). */
const renderDetail = ({ detail, objects }: AuditRow): Text | null => {
  if (detail === null) return null;
  if (objects.some(({ thing }) => thing === "import")) {
    const fileName = getFileName(detail);
    return fileName === undefined ? null : same(fileName);
  }
  // the checksum of the versions is of no interest to people
  const { versions: _sum, ...told } = detail;
  const shown = Object.entries(told).flatMap(([name, value]) => {
    const plain = Array.isArray(value)
      ? value.flatMap(renderDetailValue).join(", ")
      : [renderDetailValue(value)].flat().join("");
    const { en, ja } = DETAIL_LABELS[name] ?? same(name);
    return plain === "" || plain === "{}" ? [] : [text(`${en}: ${plain}`, `${ja}: ${plain}`)];
  });
  return shown.length === 0 ? null : joinTexts(shown, text("; ", "、"));
};

/** Renders a value of a detail: for an object, its name and its counts (`users (added 1)`), or nothing if all are 0. */
const renderDetailValue = (value: unknown): string | readonly string[] => {
  if (typeof value === "string") return value;
  const { name, ...counts } = Object(value) as Readonly<Record<string, unknown>>;
  if (typeof name !== "string") return JSON.stringify(value);
  const made = Object.entries(counts).filter(([key, count]) => key !== "unchanged" && count !== 0);
  return made.length === 0 ? [] : `${name} (${made.map(([key, count]) => `${key} ${String(count)}`).join(", ")})`;
};

const DETAIL_LABELS: Readonly<Record<string, Text>> = {
  records: text("records", "件数"),
  filters: text("filters", "条件"),
  added: text("added", "追加"),
  removed: text("removed", "解除"),
  kind: text("kind", "種類"),
  work: text("task", "作業"),
  import: text("import", "インポート"),
  manifest: text("SHA-256 of the bundle's manifest.json", "引き継ぎデータの manifest.json の SHA-256"),
  resources: text("resources", "種類"),
  mirroredAt: text("last console import", "管理画面からの最終取り込み"),
};

/** Builds a single record's columns for people: `about` comes before the changed fields, `beside` after them. */
export const buildDetailColumns = (
  entry: AuditRow,
): Readonly<Record<"about" | "beside", readonly Column<AuditRow>[]>> => {
  const column = (key: string, name?: (one: AuditRow) => Text | null): readonly Column<AuditRow>[] =>
    AUDIT_COLUMNS.filter((one) => one.key === key).map((one) => (name === undefined ? one : { ...one, name }));
  return {
    about: [
      ...["number", "at"].flatMap((key) => column(key)),
      ...column("actor", ({ actor }) => formatActor(actor)),
      ...["by", "origin", "action"].flatMap((key) => column(key)),
      ...column("about", (one) => describeTarget(one, "whole")),
    ],
    beside: [
      ...(renderDetail(entry) === null ? [] : column("detail", renderDetail)),
      ...column("objects", renderObjectIds),
      ...(entry.orgs === null ? [] : column("orgs", renderOrgIds)),
      ...["version", "hash"].flatMap((key) => column(key)),
    ],
  };
};
