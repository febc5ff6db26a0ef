import { addArticle, text, type Text } from "../text/index.ts";
import { ROLES, type AdministratorRole } from "../nouns/account.ts";
import { defineRight, type OperationScope, type Right, type RecordType } from "../model/thing.ts";
import { NOUNS } from "../nouns/index.ts";
import { getOperationsForNewUsers } from "../nouns/user.ts";

const OTHER_RIGHTS = {
  "handover.read": defineRight("read handover answers and console values", "引き継ぎの回答・管理画面の値の閲覧"),
  "apple.read": defineRight("read ADE", "ADE の閲覧"),
  "apple.write": defineRight("manage ADE", "ADE の管理"),
  "console.read": defineRight("read console tasks", "管理画面での作業の閲覧", "inside", "inside", "inside"),
  "console.write": defineRight(
    "write upload files, close tasks",
    "ファイルの書き出し、作業の完了",
    "inside",
    "no",
    "inside",
  ),
  "audit.read": defineRight("read the audit log", "監査ログの閲覧", "no", "no", "item"),
  "audit.verify": defineRight("verify the whole audit log", "監査ログ全体の検証"),
} as const satisfies Readonly<Record<string, Right>>;

type RightOf<T> = T extends { readonly collection: infer G; readonly rights: infer R }
  ? `${G & string}.${keyof R & string}`
  : never;

/** Operations of カスタム管理権限スキーム. @see facts 2.1 */
export type Operation = RightOf<(typeof NOUNS)[number]> | keyof typeof OTHER_RIGHTS;

interface Changed {
  readonly collection: string;
  readonly changedBy?: readonly Operation[];
}

/** Only the order in which rights are shown. Further nouns come last. */
const FIRST_GROUPS =
  "tenant handover orgs users fields accounts schemes devices config-profiles apps apple secured console audit";

const placeOf = ([operation]: readonly [string, Right]): number => {
  const [group = ""] = operation.split(".");
  return [...FIRST_GROUPS.split(" "), group].indexOf(group);
};

export const OPERATIONS = Object.fromEntries(
  [
    ...(NOUNS satisfies readonly Changed[]).flatMap(({ collection, rights = {} }: RecordType) =>
      Object.entries(rights).map(([name, right]) => [`${collection}.${name}`, right] as const),
    ),
    ...Object.entries<Right>(OTHER_RIGHTS),
  ].toSorted((one, other) => placeOf(one) - placeOf(other)),
) as Readonly<Record<Operation, Right>>;

const ALL_OPERATIONS = Object.keys(OPERATIONS) as readonly Operation[];

/** CLOMO documents only some rights of each role. @see facts 2.1, 8 */
export const ROLE_POLICY = Object.fromEntries(
  ALL_OPERATIONS.map((operation) => {
    const [division, operator, custom] = OPERATIONS[operation].roles;
    return [operation, { system: "all", division, operator, custom }];
  }),
) as Readonly<Record<Operation, Readonly<Record<AdministratorRole, OperationScope>>>>;

/** Returns the right to write or delete records. Without a right to delete, the right to write suffices. */
export const getChangeOperation = (
  { collection, rights = {} }: RecordType,
  right: "write" | "delete" | "assign",
): Operation => `${collection}.${right in rights ? right : "write"}` as Operation;

export const concernsWholeTenant = (operation: Operation): boolean =>
  /^(?:secured|audit|(?:apps|config-profiles)\.(?:write|delete)$)/.test(operation);

export const SCHEME_ITEMS: readonly Operation[] = ALL_OPERATIONS.filter(
  (operation) => ROLE_POLICY[operation].custom === "item",
);

const INCLUDING_OPERATIONS: Readonly<Partial<Record<Operation, Operation>>> = {
  "devices.note": "devices.write",
  "config-profiles.assign": "config-profiles.write",
  "apps.assign": "apps.write",
};

export const isPermittedByItems = (items: ReadonlySet<Operation>, operation: Operation): boolean => {
  const { [operation]: whole } = INCLUDING_OPERATIONS;
  return items.has(operation) || (whole !== undefined && items.has(whole));
};

/** `items` are the operations of the account's scheme. `isWhole` is true if the account manages all organisations. */
interface RightsHolder {
  readonly role: AdministratorRole;
  readonly items: ReadonlySet<Operation>;
  readonly isWhole: boolean;
}

export const describeMissingRight = ({ role, items, isWhole }: RightsHolder, refused: Operation): Text => {
  const { [role]: reach } = ROLE_POLICY[refused];
  if (reach === "item" && !isPermittedByItems(items, refused))
    return text("the scheme of the account does not contain this check item", "スキームにこの項目がありません");
  if (reach === "item" && !isWhole && concernsWholeTenant(refused))
    return text("the managed organisations of the account are not 「全て」", "管理対象組織が「全て」ではありません");
  const { en, ja } = ROLES[role];
  return text(`${addArticle(en)} does not have this right`, `${ja}にはこの権限がありません`);
};

/** Returns clomoctl's own name if CLOMO's manual does not name the operation. */
export const getItemName = (item: Operation): string => OPERATIONS[item].about.ja;

export const isDocumentedItem = (item: Operation): boolean => OPERATIONS[item].manual === true;

const quoteItemNames = (items: readonly Operation[]): string =>
  items.map((item) => `「${getItemName(item)}」`).join("");

const ITEMS_FOR_ALL_ORGS = getOperationsForNewUsers(true);
const EXTRA_ITEMS_FOR_SOME_ORGS = getOperationsForNewUsers(false).slice(ITEMS_FOR_ALL_ORGS.length);

/** @see facts 2.1 */
export const NEW_USER_ITEMS: Text = text(
  `${quoteItemNames(ITEMS_FOR_ALL_ORGS)}, because a new user is always put into an organisation`,
  `${quoteItemNames(ITEMS_FOR_ALL_ORGS)}(作成時に必ず組織に所属させるため)`,
);

export const NEW_USER_ITEMS_FOR_SOME_ORGS: Text = text(
  `if 管理対象組織 is not 全て, the scheme also needs ${quoteItemNames(EXTRA_ITEMS_FOR_SOME_ORGS)}`,
  `管理対象組織が「全て」でない場合は${quoteItemNames(EXTRA_ITEMS_FOR_SOME_ORGS)}も必要`,
);
