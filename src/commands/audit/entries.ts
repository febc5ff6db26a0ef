import type { AuditRecord } from "../../lib/client/index.ts";
import { actionName } from "../../lib/model/audit.ts";
import { nameIn, ROW_ACTION_NAMES } from "../../lib/model/import.ts";
import { ROLES } from "../../lib/model/role.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { joined, same, text, type Text } from "../../lib/text/index.ts";

/** What a change was about. */
interface AuditObject {
  readonly thing: string;
  readonly id: string;
  readonly name?: string | undefined;
}

type AuditValues = Readonly<Record<string, unknown>>;

/** A record of the audit as it is shown. */
export interface AuditRow {
  readonly seq: number;
  /** of the record's form; 0 where the text can no longer be read */
  readonly version: number;
  readonly at: string;
  readonly actor: string;
  /** who acted as the actor: the machine's owner; null where nobody did */
  readonly by: string | null;
  readonly origin: AuditValues | null;
  readonly action: string;
  readonly objects: readonly AuditObject[];
  /** ids of the organisations touched; null of what is no organisation's */
  readonly orgs: readonly string[] | null;
  readonly before: AuditValues | null;
  readonly after: AuditValues | null;
  readonly detail: AuditValues | null;
  readonly hash: string;
}

const NOTHING = { origin: null, objects: [], orgs: null, before: null, after: null, detail: null } as const;

/** A record as it is shown. */
export const entryOf = ({ seq, hash, record }: AuditRecord): AuditRow => {
  if (typeof record === "string") return { ...NOTHING, seq, version: 0, at: "", actor: "", by: null, action: "", hash };
  const { by = null, orgs = null, before = null, after = null, detail = null, ...told } = record;
  return { ...told, seq, by, orgs, before, after, detail, hash };
};

/** The import that a record is of, as people name it; undefined if it is of none. */
export const importOf = ({ objects }: AuditRow): string | undefined => {
  // of an undoing the first one is what it undid
  const one = objects.findLast(({ thing }) => thing === "import");
  return one?.name ?? one?.id;
};

const countIn = (detail: AuditValues | null, name: string): number => {
  const count = detail?.[name];
  return typeof count === "number" ? count : 0;
};

/** What an import did: `import 12: create 24, delete 1`. */
const importText = ({ detail }: AuditRow, number: string): Text => {
  const undone = countIn(detail, "undone");
  const counts = (["create", "update", "delete"] as const).flatMap((name) => {
    const count = countIn(detail, name);
    const { en, ja } = nameIn(ROW_ACTION_NAMES, name);
    return count === 0 ? [] : [text(`${en} ${count}`, `${ja} ${count}`)];
  });
  const undoing = undone === 0 ? [] : [text(`undoes ${undone}`, `${undone} の取り消し`)];
  const { en, ja } = joined([...undoing, ...counts], text(", ", "、"));
  const called = text(`import ${number}`, `インポート ${number}`);
  return en === "" ? called : text(`${called.en}: ${en}`, `${called.ja}: ${ja}`);
};

/** By name, without the key behind it; an id by its beginning. */
const shortName = ({ name, id }: AuditObject): string =>
  name?.replace(/ <[^<>]*>$/, "") ?? (id.length > 12 ? `${id.slice(0, 8)}…` : id);

/** The values that a state of a record has of what was changed: of one, or of several in one entry. */
const valuesIn = (state: AuditValues | null, { objects }: AuditRow, { id }: AuditObject): AuditValues | undefined => {
  const { records } = state ?? {};
  if (Array.isArray(records)) return (records as readonly AuditValues[]).find((one) => one["id"] === id);
  return objects.length === 1 ? (state ?? undefined) : undefined;
};

/** What tells somebody from others of that name, as far as the record knows it: the main mail address, or the ユーザーID. */
const keyOf = (entry: AuditRow, object: AuditObject): string | undefined => {
  const { emails, userId } = valuesIn(entry.after, entry, object) ?? valuesIn(entry.before, entry, object) ?? {};
  const [key] = Array.isArray(emails) ? (emails as readonly unknown[]) : [userId];
  if (typeof key === "string") return key;
  // who was marked, and who no longer is, in the order of the objects
  const { added, removed } = entry.detail ?? {};
  const marked = [added, removed].flatMap((keys) => (Array.isArray(keys) ? (keys as readonly unknown[]) : []));
  const marking = marked.length === entry.objects.length ? marked[entry.objects.indexOf(object)] : undefined;
  return typeof marking === "string" ? marking : undefined;
};

/** What a change was about, by name with the key behind it, which tells people of one name apart; by its id if it has no name. */
export const calledIn = (entry: AuditRow, object: AuditObject): string => {
  const { name, id } = object;
  if (name === undefined) return id;
  const key = name.endsWith(">") ? undefined : keyOf(entry, object);
  return key === undefined || key === name ? name : `${name} <${key}>`;
};

/** How records are named: whole, or for a table, which has little room, shorter where there are many. */
type NameForm = "whole" | "short";

/** Records that are named at all: all of them are in `objects`, but for those of an import. */
const MAX_NAMED = 20;

/** Records that a table names by name and key. */
const MAX_KEYS = 3;

const namingOf = (
  entry: AuditRow,
  named: readonly AuditObject[],
  naming: NameForm,
): ((object: AuditObject) => string) => {
  const areTold = named.length > MAX_KEYS && new Set(named.map(shortName)).size === named.length;
  if (naming === "short" && areTold) return shortName;
  return (object) => (naming === "short" && object.name === undefined ? shortName(object) : calledIn(entry, object));
};

/** Names of what a change was about; of an import, of what went with it, and how many more went. */
const namesOf = (entry: AuditRow, naming: NameForm): readonly Text[] => {
  const named = entry.objects.filter(({ thing }) => thing !== "import");
  const nameOf = namingOf(entry, named, naming);
  const names = named.map((object) => same(nameOf(object)));
  const isImport = named.length < entry.objects.length;
  const all = isImport && named.length > 0 ? countIn(entry.detail, "delete") : named.length;
  const first = names.slice(0, MAX_NAMED);
  const more = all - first.length;
  return more > 0 ? [...first, text(`${more} more`, `ほか ${more} 件`)] : first;
};

/** How many records an export had. */
const exportText = ({ action, detail }: AuditRow): readonly Text[] => {
  if (!action.endsWith(".export")) return [];
  const records = countIn(detail, "records");
  return [text(`${records} records`, `${records} 件`)];
};

/** Of an account its former role and the new one, which is what most of its changes are about. */
const withRole = ({ objects, before, after }: AuditRow, { en, ja }: Text): Text => {
  const roleOf = (state: AuditValues | null): unknown => state?.["role"] ?? "none";
  const [from, to] = [roleOf(before), roleOf(after)];
  if (objects[0]?.thing !== "account" || from === to || typeof from !== "string" || typeof to !== "string")
    return { en, ja };
  const [former, later] = [nameIn(ROLES, from), nameIn(ROLES, to)];
  if (before === null) return text(`${en}: ${later.en}`, `${ja}: ${later.ja}`);
  return text(`${en}: ${former.en} → ${later.en}`, `${ja}: ${former.ja} → ${later.ja}`);
};

/** What a change was about, in words: an import with what it did, and the names of records. */
const aboutText = (entry: AuditRow, naming: NameForm): Text => {
  const number = importOf(entry);
  const names = joined([...exportText(entry), ...namesOf(entry, naming)], text(", ", "、"));
  if (number === undefined) return naming === "short" ? withRole(entry, names) : names;
  const { en, ja } = importText(entry, number);
  return names.en === "" ? { en, ja } : text(`${en}: ${names.en}`, `${ja}: ${names.ja}`);
};

/** Who typed it, as the operating system knows them: `hanako` of `owner (hanako)`. */
const userOf = (by: string): string => /\((.+)\)$/s.exec(by)?.[1] ?? by;

/** Columns of a record. */
export const AUDIT_COLUMNS: readonly Column<AuditRow>[] = [
  { key: "number", header: text("no.", "No."), align: "end", value: ({ seq }) => seq },
  { key: "at", header: text("at", "日時"), value: ({ at }) => at, instant: true, whole: true },
  {
    key: "actor",
    header: text("by", "実行者"),
    value: ({ actor }) => actor,
    name: ({ actor, by }) => same(by === null ? actor : `${actor} (${userOf(by)})`),
    ends: true,
  },
  { key: "by", header: text("run by", "操作した人"), value: ({ by }) => by },
  {
    key: "origin",
    header: text("from", "実行環境"),
    value: ({ origin }) => origin,
    name: ({ origin }) => (origin === null ? null : same(`${String(origin["host"])}, ${String(origin["program"])}`)),
  },
  {
    key: "action",
    header: text("what", "操作"),
    value: ({ action }) => action,
    name: ({ action }) => actionName(action),
  },
  { key: "objects", header: text("objects", "対象の ID"), value: ({ objects }) => objects },
  { key: "orgs", header: text("organisations' ids", "組織の ID"), value: ({ orgs }) => orgs },
  { key: "before", header: text("before", "変更前"), value: ({ before }) => before },
  { key: "after", header: text("after", "変更後"), value: ({ after }) => after },
  { key: "detail", header: text("detail", "詳細"), value: ({ detail }) => detail },
  { key: "version", header: text("form", "形式"), align: "end", value: ({ version }) => version },
  { key: "hash", header: text("hash", "ハッシュ"), value: ({ hash }) => hash },
  {
    key: "about",
    header: text("whom", "対象"),
    wraps: true,
    value: (entry) => aboutText(entry, "whole").en,
    name: (entry) => aboutText(entry, "short"),
  },
];

/** The columns that people need. */
export const USUAL_AUDIT = ["number", "at", "actor", "action", "about"];

/** Objects whose ids people are told. */
const MAX_IDS = 3;

/** The ids of what a change was about, where they are few. */
const idsOf = ({ objects }: AuditRow): Text | null =>
  objects.length > MAX_IDS ? null : same(objects.map(({ id }) => id).join(", "));

/** The ids of the organisations that a change touched; how many they are where they are not few. */
const orgsText = ({ orgs }: AuditRow): Text | null => {
  if (orgs === null) return null;
  if (orgs.length > MAX_IDS) return text(`${orgs.length} organisations`, `${orgs.length} 組織`);
  return same(orgs.join(", "));
};

/** What else is kept, as `name: value`; of an import its file, as what it did is told otherwise. */
const detailText = ({ detail, objects }: AuditRow): Text | null => {
  if (detail === null) return null;
  if (objects.some(({ thing }) => thing === "import")) {
    const { fileName } = detail;
    return typeof fileName === "string" && fileName !== "" ? same(fileName) : null;
  }
  // the sum of its versions tells people nothing
  const { versions: _sum, ...told } = detail;
  const shown = Object.entries(told).flatMap(([name, value]) => {
    const plain = Array.isArray(value) ? value.flatMap(oneOf).join(", ") : [oneOf(value)].flat().join("");
    const { en, ja } = DETAILS[name] ?? same(name);
    return plain === "" || plain === "{}" ? [] : [text(`${en}: ${plain}`, `${ja}: ${plain}`)];
  });
  return shown.length === 0 ? null : joined(shown, text("; ", "、"));
};

/** A value of a detail; of an object its name and what it counts: `users (added 1)`, nothing where it counted nothing. */
const oneOf = (value: unknown): string | readonly string[] => {
  if (typeof value === "string") return value;
  const { name, ...counts } = Object(value) as Readonly<Record<string, unknown>>;
  if (typeof name !== "string") return JSON.stringify(value);
  const made = Object.entries(counts).filter(([key, count]) => key !== "unchanged" && count !== 0);
  return made.length === 0 ? [] : `${name} (${made.map(([key, count]) => `${key} ${String(count)}`).join(", ")})`;
};

/** What people call the members of a detail. */
const DETAILS: Readonly<Record<string, Text>> = {
  records: text("records", "件数"),
  filters: text("filters", "条件"),
  added: text("added", "追加"),
  removed: text("removed", "解除"),
  kind: text("kind", "種類"),
  work: text("work", "作業"),
  import: text("import", "インポート"),
  manifest: text("SHA-256 of the bundle's manifest.json", "引き継ぎデータの manifest.json の SHA-256"),
  resources: text("resources", "種類"),
  mirroredAt: text("last from the console", "管理画面からの最終取り込み"),
};

/** The columns of a single record for people, without what changed: `about` comes before that, `beside` after it. */
export const shortDetails = (entry: AuditRow): Readonly<Record<"about" | "beside", readonly Column<AuditRow>[]>> => {
  const column = (key: string, name?: (one: AuditRow) => Text | null): readonly Column<AuditRow>[] =>
    AUDIT_COLUMNS.filter((one) => one.key === key).map((one) => (name === undefined ? one : { ...one, name }));
  return {
    about: [
      ...["number", "at"].flatMap((key) => column(key)),
      ...column("actor", ({ actor }) => same(actor)),
      ...["by", "origin", "action"].flatMap((key) => column(key)),
      ...column("about", (one) => aboutText(one, "whole")),
    ],
    beside: [
      ...(detailText(entry) === null ? [] : column("detail", detailText)),
      ...column("objects", idsOf),
      ...(entry.orgs === null ? [] : column("orgs", orgsText)),
      ...["version", "hash"].flatMap((key) => column(key)),
    ],
  };
};
