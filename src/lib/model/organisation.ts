import { text } from "../text/index.ts";
import { TEXT } from "./rules.ts";
import {
  CREATED_AT,
  UPDATED_AT,
  fieldsInFiles,
  idField,
  type Fields,
  type RecordOf,
  type ThingInFiles,
} from "./thing.ts";

/** The fixed id of every tenant's root organisation 全社. */
export const ROOT_ORG_ID = "00000000-0000-7000-8000-000000000001";

/** What people call it: its path is blank. @see facts 0 */
export const ROOT_ORG_NAME = "全社";

const PARENT_UNKNOWN = { code: "org-parent-unknown", param: "parent" } as const;

/** The fields of an organisation. No limit is documented. The console's own columns are unknown: these headers are ours. @see facts 1.2, 1.4 */
const FIELDS = {
  id: idField(1),
  name: {
    type: "text",
    rule: TEXT,
    label: text("name", "組織名"),
    example: "営業部",
    column: { required: "always", consoleExport: true },
    comparison: "name",
  },
  code: {
    type: "text",
    rule: TEXT,
    nullable: true,
    label: text("code", "組織コード"),
    example: "S01",
    column: { consoleExport: true },
    comparison: "code",
    unique: true,
  },
  parentCode: {
    type: "text",
    rule: TEXT,
    column: { header: "上位組織コード", consoleExport: true },
    comparison: "code",
    refers: { to: "org", by: "code", unknown: PARENT_UNKNOWN },
    resolves: "parentId",
  },
  parentPath: {
    type: "text",
    rule: TEXT,
    column: { header: "上位組織パス", consoleExport: true },
    comparison: "name",
    refers: { to: "org", by: "path", unknown: PARENT_UNKNOWN },
    resolves: "parentId",
  },
  parentId: {
    type: "id",
    nullable: true,
    label: text("parent", "上位組織 ID"),
    onScreen: "上位組織",
    example: ROOT_ORG_ID,
    short: "parent",
    byHand: true,
    clearable: false,
    refers: { to: "org", by: "id", unknown: PARENT_UNKNOWN },
  },
  path: { type: "text", label: text("path", "パス"), example: "営業部" },
  depth: { type: "integer", label: text("depth", "階層"), example: 1 },
  createdAt: CREATED_AT,
  updatedAt: UPDATED_AT,
} as const satisfies Fields;

/** An organisation; the root is 全社. `path` omits the root and writes a `/` in a name as `\/`. */
export const ORG = {
  name: "org",
  title: text("organisations", "組織"),
  // @see facts 1.1; the manual has no label for the choice
  screen: {
    page: text("CLOMO PANEL, Users/Org", "CLOMO PANEL の「Users/Org」画面"),
    clicks: text(" › Import/Export › Import", "で「Import/Export」›「Import」を選び"),
    choice: text("the mode", ""),
  },
  ownHeaders: true,
  unconfirmed: text(
    "The console's headers and encodings for organisations are not confirmed: 上位組織コード and 上位組織パス are clomoctl's own.",
    "管理画面での組織の CSV のヘッダーと文字コードは確認されていません。「上位組織コード」と「上位組織パス」は clomoctl 独自の列です。",
  ),
  fields: FIELDS,
  // @see seed 003, 6-1 and 9; of moving and deleting an organisation the manual says nothing
  clicks: {
    create: text(
      "CLOMO PANEL: Users/Org › Add Org › 組織名, 組織コード › 保存 (how to put it below another one: the manual does not say)",
      "CLOMO PANEL の「Users/Org」›「Add Org」をクリックし、「組織名」「組織コード」を入力して「保存」をクリック(別の組織の下に作る手順はマニュアルにありません)",
    ),
    edit: text(
      "CLOMO PANEL: Users/Org › the organisation, on the left: change it there (how: the manual does not say)",
      "CLOMO PANEL の「Users/Org」の左側から組織を選択して変更(手順はマニュアルにありません)",
    ),
    move: text(
      "CLOMO PANEL: Users/Org › the organisation, on the left: put it below the other one (how: the manual does not say)",
      "CLOMO PANEL の「Users/Org」の左側から組織を選択し、上位の組織を変更(手順はマニュアルにありません)",
    ),
    delete: text(
      "CLOMO PANEL: Users/Org › the organisation, on the left: delete it there (how: the manual does not say)",
      "CLOMO PANEL の「Users/Org」の左側から組織を選択し、削除(手順はマニュアルにありません)",
    ),
  },
  formats: { orgs: fieldsInFiles(FIELDS) },
  keys: [{ name: "code", field: "code", unique: true, standIn: ["parentCode", "parentPath", "name"] }],
  usual: ["name", "code", "path"],
  versioned: ["name", "code", "parent"],
} as const satisfies ThingInFiles;

/** What else is shown of a single organisation: the number of its direct users and child organisations. */
export const ORG_COUNTS = {
  users: { type: "integer", label: text("users", "所属ユーザー数"), example: 118 },
  children: { type: "integer", label: text("child organisations", "下位組織数"), example: 0 },
} as const satisfies Fields;

export type Org = RecordOf<typeof FIELDS>;

/** Names from the top down as one text: `本社/営業部`; a `/` in a name is written `\/`, a backslash `\\`. */
export const formatOrgPath = (names: readonly string[]): string =>
  names.map((name) => name.replace(/[\\/]/g, "\\$&")).join("/");

/**
 * The names of a path from the top down, the inverse of {@link formatOrgPath}; undefined if the text is not a path: it
 * is blank, a name is blank, or a backslash precedes anything but `/` and `\`.
 */
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
