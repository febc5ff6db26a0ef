import { line } from "../../../lib/advice/index.ts";
import type { Scheme } from "../../../lib/client/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { nameKey } from "../../../lib/model/normalise.ts";
import { SCHEME_ITEMS } from "../../../lib/model/role-policy.ts";
import { OPERATIONS, type Operation } from "../../../lib/model/role.ts";
import { isNamedItem, itemName, SCHEME, USERS_WITH_ALL, USERS_WITHOUT_ALL } from "../../../lib/model/scheme.ts";
import { joined, same, text, type Text } from "../../../lib/text/index.ts";
import { nearest } from "../../../lib/text/nearest.ts";
import { columnsOfFields } from "../../listing/columns.ts";
import { theOne } from "../../listing/named.ts";
import type { ResultLayout } from "../../records/written.ts";

/** A check item as people read it, in their language. */
const itemText = (item: string): Text => {
  const operation = SCHEME_ITEMS.find((one) => one === item);
  return operation === undefined ? same(item) : OPERATIONS[operation].about;
};

export const SCHEME_COLUMNS = columnsOfFields<Scheme>(SCHEME.fields).map((column) =>
  column.key === "operations"
    ? {
        ...column,
        name: ({ operations }: Scheme) => joined(operations.map(itemText), text("; ", "、")),
      }
    : { ...column, whole: column.key === "name" },
);

/** The argument that names a scheme. */
export const SCHEME_ARGUMENT = {
  kind: "string",
  value: "SCHEME",
  required: true,
  names: "schemes",
  about: text("the scheme's name or id", "スキーム名か ID"),
} as const;

/** The scheme of a name or an id. @throws `not-found` when there is none */
export const schemeNamed = (typed: string, schemes: readonly Scheme[]): Scheme => {
  const found = schemes.filter(({ id, name }) => id === typed || nameKey(name) === nameKey(typed));
  const near = nearest(
    typed,
    schemes.map(({ name }) => name),
  );
  return theOne(
    typed,
    found,
    {
      noun: text("custom scheme", "カスタム管理権限スキーム"),
      list: line("roles schemes list", []),
      describe: ({ name, id }) => `${name} ${id}`,
    },
    near === undefined ? [] : [near],
  );
};

/** An option that takes check items. */
export const itemOption = (about: Text) => ({ kind: "list", value: "ITEM,…", repeatable: true, about }) as const;

/** `users.write (ユーザーの作成と変更)`. */
const itemTold = (item: Operation): string => `${item} (${itemName(item)})`;

/** What is so of schemes, and what their items are. @see facts 2.1 */
export const SCHEME_HELP: readonly Text[] = [
  text(
    `Items: ${SCHEME_ITEMS.map(itemTold).join(", ")}. Each is typed as here or by its Japanese name. The manual names ${SCHEME_ITEMS.filter(isNamedItem).map(itemName).join(", ")}; the others are clomoctl's own, as the console's check list is not known.`,
    `項目: ${SCHEME_ITEMS.map(itemTold).join("、")}。ID と日本語名のどちらでも指定できます。マニュアルで名前が分かるのは${SCHEME_ITEMS.filter(
      isNamedItem,
    )
      .map((item) => `「${itemName(item)}」`)
      .join("")}だけで、ほかは clomoctl 独自です(管理画面のチェック項目の一覧は確認できていません)。`,
  ),
  text(
    `To create users a scheme needs ${USERS_WITH_ALL.en}; ${USERS_WITHOUT_ALL.en}.`,
    `ユーザーの作成に必要な項目: ${USERS_WITH_ALL.ja}。${USERS_WITHOUT_ALL.ja}。`,
  ),
];

/** The items that were typed, each once. @throws `usage` where one is none */
export const itemsOf = (typed: readonly (readonly string[])[], option: string): readonly Operation[] => [
  ...new Set(typed.flat().map((word) => itemOf(word, option))),
];

const itemOf = (word: string, option: string): Operation => {
  const key = nameKey(word);
  const found = SCHEME_ITEMS.find((item) => item === word || nameKey(itemName(item)) === key);
  if (found !== undefined) return found;
  const near = nearest(
    word,
    SCHEME_ITEMS.flatMap((item) => [item, itemName(item)]),
  );
  const meant = near === undefined ? text("", "") : text(`did you mean ${near}? `, `「${near}」ですか? `);
  throw new Failure("usage", {
    what: text(`no scheme has an item ${word}`, `「${word}」というチェック項目はありません`),
    where: option,
    hint: text(
      `${meant.en}items: ${SCHEME_ITEMS.join(", ")}`,
      `${meant.ja}項目: ${SCHEME_ITEMS.map(itemTold).join("、")}`,
    ),
  });
};

/** How a scheme is shown that was written. */
export const SCHEME_WRITTEN: ResultLayout<Scheme> = {
  columns: SCHEME_COLUMNS,
  fields: SCHEME.fields,
  called: ({ name }) => name,
};
