import type { AccessToken } from "../../lib/client/index.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { text } from "../../lib/text/index.ts";

export const TOKEN_COLUMNS: readonly Column<AccessToken>[] = [
  { key: "name", header: text("name", "名前"), value: ({ name }) => name },
  { key: "readOnly", header: text("read-only", "閲覧のみ"), value: ({ readOnly }) => readOnly },
  { key: "expiresAt", header: text("expires", "有効期限"), instant: true, value: ({ expiresAt }) => expiresAt },
  { key: "lastUsedAt", header: text("last used", "最終利用"), instant: true, value: ({ lastUsedAt }) => lastUsedAt },
  { key: "createdAt", header: text("created", "作成日時"), instant: true, value: ({ createdAt }) => createdAt },
  { key: "id", header: text("ID", "ID"), value: ({ id }) => id },
];
