import { CERTAINTY_NAMES, RENEWAL_KINDS } from "../../../lib/model/renewal.ts";
import { LEVEL_NAMES, type Judged, type Recorded } from "../../../lib/renewals/judge.ts";
import type { Column } from "../../../lib/terminal/index.ts";
import { text } from "../../../lib/text/index.ts";

const plain = (key: keyof Recorded, en: string, ja: string): Column<Judged> => ({
  key,
  header: text(en, ja),
  value: ({ item }) => item[key],
});

/** All that is shown of an item. */
export const ITEM_COLUMNS: readonly Column<Judged>[] = [
  { key: "context", header: text("context", "コンテキスト"), value: ({ context }) => context },
  plain("id", "id", "ID"),
  { ...plain("kind", "kind", "種類"), name: ({ item }) => kindName(item) },
  plain("name", "name", "名前"),
  plain("organisation", "organisation", "組織"),
  plain("expiresAt", "expires at", "期限(日時)"),
  { key: "expiresOn", header: text("expires on", "期限"), value: ({ expiresOn }) => expiresOn },
  { key: "daysLeft", header: text("days left", "残り日数"), align: "end", value: ({ daysLeft }) => daysLeft },
  { key: "level", header: text("level", "状態"), value: ({ level }) => level, name: ({ level }) => LEVEL_NAMES[level] },
  { ...plain("certainty", "certainty", "確かさ"), name: ({ item }) => CERTAINTY_NAMES[item.certainty] },
  plain("owner", "owner", "更新担当"),
  plain("account", "account", "アカウント"),
  plain("phone", "2-factor phone", "認証コードを受け取る電話"),
  plain("topic", "topic", "トピック"),
  plain("fingerprint", "fingerprint", "フィンガープリント"),
  plain("notes", "notes", "メモ"),
  plain("source", "file", "ファイル"),
  plain("confirmedAt", "login confirmed", "ログイン確認日時"),
  plain("confirmedBy", "confirmed by", "実施者"),
];

/** What people call an item's kind. */
export const kindName = ({ kind }: Pick<Recorded, "kind">) => RENEWAL_KINDS[kind].name;
