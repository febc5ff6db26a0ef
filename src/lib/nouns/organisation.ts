import { text } from "../text/index.ts";
import {
  RECORD_TIMES,
  listFileFields,
  ID_FIELD,
  defineRight,
  type Field,
  type Fields,
  type RecordOf,
  type FileRecordType,
} from "../model/thing.ts";

export const ROOT_ORG_ID = "00000000-0000-7000-8000-000000000001";

/** The path of the root organisation is blank. @see facts 0 */
export const ROOT_ORG_NAME = "全社";

const UNKNOWN_PARENT_PROBLEM = { code: "org-parent-unknown", param: "parent" } as const;

/** No limits are documented, and the headers are clomoctl's own. @see facts 1.2, 1.4 */
const ORG_FIELDS = {
  id: ID_FIELD,
  name: {
    type: "text",
    label: text("name", "組織名"),
    column: { required: "always", consoleExport: true },
    comparison: "name",
  },
  code: {
    type: "text",
    nullable: true,
    label: text("code", "組織コード"),
    column: { consoleExport: true },
    comparison: "code",
    unique: true,
  },
  parentCode: {
    type: "text",
    column: { header: "上位組織コード", consoleExport: true },
    comparison: "code",
    refers: { to: "org", by: "code", unknown: UNKNOWN_PARENT_PROBLEM },
    resolves: "parentId",
  },
  parentPath: {
    type: "text",
    column: { header: "上位組織パス", consoleExport: true },
    comparison: "name",
    refers: { to: "org", by: "path", unknown: UNKNOWN_PARENT_PROBLEM },
    resolves: "parentId",
  },
  parentId: {
    type: "id",
    nullable: true,
    label: text("parent", "上位組織"),
    short: "parent",
    byHand: true,
    clearable: false,
    refers: { to: "org", by: "id", unknown: UNKNOWN_PARENT_PROBLEM },
  },
  path: { type: "text", derived: true, label: text("path", "パス") },
  depth: { type: "integer", derived: true, label: text("depth", "階層") },
  ...RECORD_TIMES,
} as const satisfies Fields;

const ORG_CLICKS = text(
  "CLOMO PANEL: Users/Org › the organisation, on the left (the manual does not describe the steps)",
  "CLOMO PANEL の「Users/Org」の左側から組織を選択(手順はマニュアルにありません)",
);

export const ORG = {
  name: "org",
  collection: "orgs",
  single: text("organisation", "組織"),
  rights: {
    read: defineRight("read organisations", "組織の閲覧", "inside", "inside", "inside"),
    write: {
      ...defineRight("create and change organisations", "組織の作成と変更", "inside", "no", "item"),
      manual: true,
    },
    delete: defineRight("delete organisations", "組織の削除", "inside", "no", "item"),
  },
  title: text("organisations", "組織"),
  // The manual does not name the import mode. @see facts 1.1
  screen: {
    page: text("CLOMO PANEL, Users/Org", "CLOMO PANEL の「Users/Org」画面"),
    clicks: text(" › Import/Export › Import", "で「Import/Export」›「Import」を選び"),
    choice: text("the mode", ""),
  },
  ownHeaders: true,
  unconfirmed: text(
    "The headers and encodings that the console uses for organisations are not confirmed. The columns 上位組織コード and 上位組織パス are clomoctl's own.",
    "管理画面での組織の CSV のヘッダーと文字コードは確認されていません。「上位組織コード」と「上位組織パス」は clomoctl 独自の列です。",
  ),
  fields: ORG_FIELDS,
  // The manual does not describe how to move or delete an organisation. @see seed 003, 6-1 and 9
  clicks: {
    create: text(
      "CLOMO PANEL: Users/Org › Add Org › 組織名, 組織コード › 保存 (the manual does not say how to create an organisation below another)",
      "CLOMO PANEL の「Users/Org」›「Add Org」をクリックし、「組織名」「組織コード」を入力して「保存」をクリック(別の組織の下に作る手順はマニュアルにありません)",
    ),
    edit: ORG_CLICKS,
    move: ORG_CLICKS,
    delete: ORG_CLICKS,
  },
  formats: { orgs: listFileFields(ORG_FIELDS) },
  keys: [{ name: "code", field: "code", unique: true, standIn: ["parentCode", "parentPath", "name"] }],
  usual: ["name", "code", "path"],
} as const satisfies FileRecordType;

const { id, code, path } = ORG_FIELDS;

export const defineOrgField = (en: string, ja: string) =>
  ({
    type: "object",
    of: {
      id: { ...id, label: text(`${en} ID`, `${ja} ID`) },
      code: { ...code, label: text(`${en} code`, `${ja}コード`) },
      path: { ...path, label: text(en, ja) },
    },
    label: text(en, ja),
    columns: [
      ["org", "path"],
      ["orgCode", "code"],
      ["orgId", "id"],
    ],
  }) as const satisfies Field;

export const ORG_COUNTS = {
  users: { type: "integer", label: text("users", "所属ユーザー数") },
  children: { type: "integer", label: text("child organisations", "下位組織数") },
} as const satisfies Fields;

export type Org = RecordOf<typeof ORG_FIELDS>;

/** Formats a path from the top down: `本社/営業部`. Writes `/` in a name as `\/` and a backslash as `\\`. */
export const formatOrgPath = (names: readonly string[]): string =>
  names.map((name) => name.replace(/[\\/]/g, "\\$&")).join("/");

/** Parses the result of {@link formatOrgPath}. Returns undefined for a blank name or an unknown escape. */
export const parseOrgPath = (path: string): readonly string[] | undefined => {
  const names: string[] = [];
  let name = "";
  for (let i = 0; i < path.length; i += 1) {
    const character = path.charAt(i);
    if (character === "/") {
      if (name === "") return undefined;
      names.push(name);
      name = "";
    } else if (character === "\\") {
      i += 1;
      const escaped = path.charAt(i);
      if (escaped !== "/" && escaped !== "\\") return undefined;
      name += escaped;
    } else name += character;
  }
  return name === "" ? undefined : [...names, name];
};
