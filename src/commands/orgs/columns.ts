import type { Org, OrgDetail } from "../../lib/client/index.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { text } from "../../lib/text/index.ts";

/** Columns of an organisation in a list. */
export const ORG_COLUMNS: readonly Column<Org>[] = [
  { key: "id", header: text("id", "ID"), value: ({ id }) => id },
  { key: "name", header: text("name", "組織名"), value: ({ name }) => name },
  { key: "code", header: text("code", "組織コード"), value: ({ code }) => code },
  { key: "path", header: text("path", "パス"), value: ({ path }) => path },
  { key: "depth", header: text("depth", "階層"), align: "end", value: ({ depth }) => depth },
  { key: "parentId", header: text("parent", "上位組織 ID"), value: ({ parentId }) => parentId },
  { key: "createdAt", header: text("created", "作成日時"), value: ({ createdAt }) => createdAt },
  { key: "updatedAt", header: text("updated", "更新日時"), value: ({ updatedAt }) => updatedAt },
];

/** Columns of one organisation. */
export const ORG_DETAILS: readonly Column<OrgDetail>[] = [
  ...ORG_COLUMNS,
  { key: "users", header: text("users", "所属ユーザー数"), align: "end", value: ({ users }) => users },
  {
    key: "children",
    header: text("child organisations", "下位組織数"),
    align: "end",
    value: ({ children }) => children,
  },
];
