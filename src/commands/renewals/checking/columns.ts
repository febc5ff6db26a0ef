import { RENEWAL_KINDS } from "../../../lib/model/renewal.ts";
import { LEVEL_NAMES, type Checked } from "../../../lib/renewals/judge.ts";
import type { Column } from "../../../lib/terminal/index.ts";
import { text } from "../../../lib/text/index.ts";

/** Keys of the columns that a table shows when it was not told which. */
export const USUAL_CHECK_COLUMNS: readonly string[] = [
  "level",
  "daysLeft",
  "expiresOn",
  "kind",
  "name",
  "organisation",
  "context",
  "source",
];

/** What is shown of something that was checked. */
export const CHECK_COLUMNS: readonly Column<Checked>[] = [
  {
    key: "level",
    header: text("level", "状態"),
    value: ({ level }) => level,
    name: ({ level }) => LEVEL_NAMES[level],
  },
  { key: "daysLeft", header: text("days left", "残り日数"), align: "end", value: ({ daysLeft }) => daysLeft },
  { key: "expiresOn", header: text("expires on", "期限"), value: ({ expiresOn }) => expiresOn },
  { key: "expiresAt", header: text("expires at", "期限(時刻)"), value: ({ expiresAt }) => expiresAt },
  {
    key: "kind",
    header: text("kind", "種類"),
    value: ({ kind }) => kind,
    name: ({ kind }) => (kind === null ? null : RENEWAL_KINDS[kind].name),
  },
  { key: "name", header: text("name", "名前"), value: ({ name }) => name },
  { key: "organisation", header: text("organisation", "組織"), value: ({ organisation }) => organisation },
  { key: "context", header: text("context", "コンテキスト"), value: ({ context }) => context },
  { key: "source", header: text("file", "ファイル"), value: ({ source }) => source },
  { key: "certainty", header: text("certainty", "確かさ"), value: ({ certainty }) => certainty },
  { key: "fingerprint", header: text("fingerprint", "フィンガープリント"), value: ({ fingerprint }) => fingerprint },
  { key: "topic", header: text("topic", "トピック"), value: ({ topic }) => topic },
  {
    key: "remark",
    header: text("remark", "備考"),
    value: ({ remark }) => remark?.en ?? null,
    name: ({ remark }) => remark,
  },
];
