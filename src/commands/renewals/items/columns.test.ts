import { expect, test } from "vitest";
import { RENEWAL_ITEM } from "../../../lib/model/renewal.ts";
import { buildExampleRecord } from "../../../lib/model/thing.ts";
import { judgeExpiry, DEFAULT_THRESHOLDS } from "../../../lib/renewals/judge.ts";
import type { Column } from "../../../lib/terminal/index.ts";
import { ITEM_COLUMNS } from "./columns.ts";

const AS_OF = { now: new Date("2027-02-01T00:00:00Z"), timezone: "Asia/Tokyo", thresholds: DEFAULT_THRESHOLDS };

const headersOf = (columns: readonly Column<never>[]): readonly string[] =>
  columns.map(({ key, header, align }) => `${key}: ${header.en}, ${header.ja}${align === "end" ? ", right" : ""}`);

const read = <R>(columns: readonly Column<R>[], record: R, keys: readonly string[]) =>
  columns
    .filter(({ key }) => keys.includes(key))
    .map(({ key, value, name }) => [key, value(record), name?.(record)?.ja ?? null]);

test("an item has the columns that scripts know, in order", () => {
  expect(headersOf(ITEM_COLUMNS)).toEqual([
    "context: context, コンテキスト",
    "id: id, ID",
    "kind: kind, 種類",
    "name: name, 名前",
    "organisation: organisation, 組織",
    "expiresAt: expires at, 期限(日時)",
    "expiresOn: expires on, 期限",
    "daysLeft: days left, 残り日数, right",
    "level: level, 状態",
    "certainty: certainty, 確かさ",
    "owner: owner, 更新担当",
    "account: account, アカウント",
    "phone: 2-factor phone, 認証コードを受け取る電話番号",
    "phoneHolder: 2-factor phone holder, 認証コードを受け取る電話の所持者・置き場所",
    "topic: topic, トピック",
    "fingerprint: fingerprint, フィンガープリント",
    "notes: notes, メモ",
    "source: file, ファイル",
    "confirmedAt: confirmed at, 確認日時",
    "confirmedBy: confirmed by, 実施者",
  ]);
});

test("people see words for the keys that programs read", () => {
  const item = judgeExpiry(buildExampleRecord(RENEWAL_ITEM.fields), "kanto", AS_OF);
  expect(read(ITEM_COLUMNS, item, ["context", "kind", "daysLeft", "level", "certainty"])).toEqual([
    ["context", "kanto", null],
    ["kind", "push-certificate", "MDM プッシュ通知証明書"],
    ["daysLeft", 28, null],
    ["level", "critical", "至急"],
    ["certainty", "exact", "確定"],
  ]);
});
