import { line } from "../../../lib/advice/index.ts";
import type { Scheme } from "../../../lib/client/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { nameKey } from "../../../lib/model/normalise.ts";
import {
  SCHEME_ITEMS,
  OPERATIONS,
  type Operation,
  isDocumentedItem,
  getItemName,
  NEW_USER_ITEMS,
  NEW_USER_ITEMS_FOR_SOME_ORGS,
} from "../../../lib/derived/role-policy.ts";
import { SCHEME } from "../../../lib/nouns/scheme.ts";
import { joinTexts, same, text, type Text } from "../../../lib/text/index.ts";
import { buildFieldColumns } from "../list/list.ts";
import { requireNamed } from "../list/single-match.ts";
import type { ResultLayout } from "./change-result.ts";
import { defineOption } from "../field.ts";

const describeCheckItem = (item: string): Text => {
  const operation = SCHEME_ITEMS.find((one) => one === item);
  return operation === undefined ? same(item) : OPERATIONS[operation].about;
};

export const SCHEME_COLUMNS = buildFieldColumns<Scheme>(SCHEME.fields).map((column) =>
  column.key === "operations"
    ? {
        ...column,
        name: ({ operations }: Scheme) => joinTexts(operations.map(describeCheckItem), text("; ", "、")),
      }
    : { ...column, whole: column.key === "name" },
);

export const SCHEME_ARGUMENT = defineOption("string", "SCHEME", "name or ID of the scheme", "スキーム名か ID", {
  required: true,
});

export const findSchemeByName = (typed: string, schemes: readonly Scheme[]): Scheme =>
  requireNamed(typed, schemes, {
    noun: text("permission scheme", "カスタム管理権限スキーム"),
    list: line("roles schemes list", []),
  });

export const defineItemOption = (about: Text) => ({ kind: "list", value: "ITEM,…", repeatable: true, about }) as const;

const formatItem = (item: Operation): string => `${item} (${getItemName(item)})`;

export const SCHEME_HELP: readonly Text[] = [
  text(
    `Items: ${SCHEME_ITEMS.map(formatItem).join(", ")}. Type an item as shown here or by its Japanese name. The manual names only ${SCHEME_ITEMS.filter(isDocumentedItem).map(getItemName).join(", ")}; clomoctl defines the other items, because the console's list of check items is not known.`,
    `項目: ${SCHEME_ITEMS.map(formatItem).join("、")}。ID と日本語名のどちらでも指定できます。マニュアルで名前がわかるのは${SCHEME_ITEMS.filter(
      isDocumentedItem,
    )
      .map((item) => `「${getItemName(item)}」`)
      .join("")}だけです。ほかは clomoctl 独自です(管理画面のチェック項目の一覧は確認できていません)。`,
  ),
  text(
    `To permit creating users, a scheme must include ${NEW_USER_ITEMS.en}; ${NEW_USER_ITEMS_FOR_SOME_ORGS.en}.`,
    `ユーザーの作成に必要な項目: ${NEW_USER_ITEMS.ja}。${NEW_USER_ITEMS_FOR_SOME_ORGS.ja}。`,
  ),
];

export const parseCheckItems = (typed: readonly (readonly string[])[], option: string): readonly Operation[] => [
  ...new Set(typed.flat().map((word) => parseCheckItem(word, option))),
];

const parseCheckItem = (word: string, option: string): Operation => {
  const key = nameKey(word);
  const found = SCHEME_ITEMS.find((item) => item === word || nameKey(getItemName(item)) === key);
  if (found !== undefined) return found;
  throw new Failure("usage", {
    what: text(`there is no check item "${word}"`, `「${word}」というチェック項目はありません`),
    where: option,
    hint: text(`check items: ${SCHEME_ITEMS.join(", ")}`, `項目: ${SCHEME_ITEMS.map(formatItem).join("、")}`),
  });
};

export const SCHEME_RESULT_LAYOUT: ResultLayout<Scheme> = {
  columns: SCHEME_COLUMNS,
  fields: SCHEME.fields,
  called: ({ name }) => name,
};
