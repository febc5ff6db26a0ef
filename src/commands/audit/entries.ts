import type { AuditRecord } from "../../lib/client/index.ts";
import { formatActor, parseUserName } from "../../lib/model/actor.ts";
import { getActionName } from "../../lib/derived/audit.ts";
import { createColumn, type Column } from "../../lib/terminal/output-choice.ts";
import { same, text, type Text } from "../../lib/text/index.ts";

type AuditValues = Readonly<Record<string, unknown>>;

export interface AuditRow {
  readonly seq: number;
  /** version of the record format; 0 if the record cannot be parsed */
  readonly version: number;
  readonly at: string;
  readonly actor: string;
  /** operating system user who passed `--as`; null if the command was run without `--as` */
  readonly by: string | null;
  readonly origin: AuditValues | null;
  readonly action: string;
  readonly objects: Exclude<AuditRecord["record"], string>["objects"];
  readonly before: AuditValues | null;
  readonly after: AuditValues | null;
  readonly detail: AuditValues | null;
  readonly hash: string;
}

const EMPTY_VALUES = { origin: null, objects: [], before: null, after: null, detail: null } as const;

export const toAuditRow = ({ seq, hash, record }: AuditRecord): AuditRow => {
  if (typeof record === "string")
    return { ...EMPTY_VALUES, seq, version: 0, at: "", actor: "", by: null, action: "", hash };
  const { by = null, before = null, after = null, detail = null, ...told } = record;
  return { ...told, seq, by, before, after, detail, hash };
};

export const getImportName = ({ objects }: AuditRow): string | undefined => {
  // find the last import, because the record of an undo lists the undone import first
  const one = objects.findLast(({ thing }) => thing === "import");
  return one?.name ?? one?.id;
};

const describeTarget = (entry: AuditRow): Text => {
  const { undoes } = entry.detail ?? {};
  if (typeof undoes === "number") return text(`change ${undoes}`, `変更 ${undoes}`);
  const number = getImportName(entry);
  if (number !== undefined) {
    const { fileName } = entry.detail ?? {};
    const file = typeof fileName === "string" && fileName !== "" && fileName !== "-" ? ` (${fileName})` : "";
    return text(`import ${number}${file}`, `インポート ${number}${file}`);
  }
  const [first, ...more] = entry.objects;
  const name = first?.name ?? first?.id ?? "";
  return more.length === 0 ? same(name) : text(`${name}, ${more.length} more`, `${name}、ほか ${more.length} 件`);
};

const describeOrigin = ({ host, program, address, token }: AuditValues): Text => {
  const place = [host, program, address].filter((part) => typeof part === "string").join(", ");
  if (typeof token !== "string") return same(place);
  return text(`${place}, access token ${token}`, `${place}、アクセストークン ${token}`);
};

export const AUDIT_COLUMNS: readonly Column<AuditRow>[] = [
  { key: "number", header: text("no.", "No."), align: "end", value: ({ seq }) => seq },
  createColumn("at", "time", "日時", { instant: true, whole: true }),
  createColumn("actor", "actor", "実行者", {
    name: ({ actor, by }) => (by === null ? formatActor(actor) : same(`${actor} (${parseUserName(by)})`)),
  }),
  createColumn("by", "--as used by", "--as を使った人", { name: ({ by }) => (by === null ? null : formatActor(by)) }),
  createColumn("origin", "run from", "実行元", {
    name: ({ origin }) => (origin === null ? null : describeOrigin(origin)),
  }),
  createColumn("action", "action", "操作", { whole: true, name: ({ action }) => getActionName(action) }),
  createColumn("objects", "target IDs", "対象の ID"),
  createColumn("before", "before", "変更前"),
  createColumn("after", "after", "変更後"),
  createColumn("detail", "detail", "詳細"),
  createColumn("version", "format", "形式", { align: "end" }),
  createColumn("hash", "hash", "ハッシュ"),
  { key: "about", header: text("target", "対象"), value: (entry) => describeTarget(entry).en, name: describeTarget },
];

export const DEFAULT_AUDIT_COLUMNS = ["number", "at", "actor", "action", "about"];
