import { addArticle, text, type Text } from "../text/index.ts";
import {
  operationGroupOf,
  OPERATIONS,
  ROLES,
  type AdministratorRole,
  type Operation,
  type OperationGroup,
} from "./role.ts";

/** `inside`: only in the account's organisations. `item`: also only if the account's scheme has the operation. */
export type OperationScope = "all" | "inside" | "item" | "no";

export const OPERATION_SCOPE_LABELS = {
  all: text("all", "全体"),
  inside: text("inside", "組織内"),
  item: text("item", "項目"),
  no: text("no", "不可"),
} as const satisfies Readonly<Record<OperationScope, Text>>;

const ALL_OPERATIONS = Object.keys(OPERATIONS) as readonly Operation[];

const ROLE_SCOPES: Readonly<
  Record<Operation, readonly [division: OperationScope, operator: OperationScope, custom: OperationScope]>
> = {
  "tenant.write": ["no", "no", "no"],
  "handover.read": ["no", "no", "no"],
  "orgs.read": ["inside", "inside", "inside"],
  "orgs.write": ["inside", "no", "item"],
  "orgs.delete": ["inside", "no", "item"],
  "users.read": ["inside", "inside", "inside"],
  "users.write": ["inside", "no", "item"],
  "users.move": ["inside", "no", "item"],
  "users.delete": ["inside", "no", "item"],
  "fields.read": ["all", "all", "all"],
  "fields.write": ["no", "no", "no"],
  "accounts.read": ["inside", "no", "inside"],
  "accounts.write": ["inside", "no", "inside"],
  "accounts.roles": ["no", "no", "no"],
  "accounts.orgs": ["no", "no", "no"],
  "accounts.settings": ["no", "no", "no"],
  "schemes.read": ["no", "no", "no"],
  "schemes.write": ["no", "no", "no"],
  "roles.read": ["all", "all", "all"],
  "devices.read": ["inside", "inside", "inside"],
  "devices.write": ["inside", "no", "item"],
  "devices.note": ["inside", "inside", "item"],
  "devices.delete": ["inside", "no", "item"],
  "config-profiles.read": ["no", "no", "no"],
  "config-profiles.write": ["no", "no", "no"],
  "config-profiles.delete": ["no", "no", "no"],
  "apps.read": ["no", "no", "no"],
  "apps.write": ["no", "no", "no"],
  "apps.delete": ["no", "no", "no"],
  "apple.read": ["no", "no", "no"],
  "apple.write": ["no", "no", "no"],
  "secured.read": ["no", "no", "item"],
  "secured.write": ["no", "no", "item"],
  "console.read": ["inside", "inside", "inside"],
  "console.write": ["inside", "no", "inside"],
  "audit.read": ["no", "no", "item"],
  "audit.verify": ["no", "no", "no"],
  "renewals.read": ["all", "all", "all"],
  "renewals.write": ["no", "no", "no"],
};

/** CLOMO documents only some rights of each role. @see facts 2.1, 8 */
export const ROLE_POLICY = Object.fromEntries(
  ALL_OPERATIONS.map((operation) => {
    const [division, operator, custom] = ROLE_SCOPES[operation];
    return [operation, { system: "all", division, operator, custom }];
  }),
) as Readonly<Record<Operation, Readonly<Record<AdministratorRole, OperationScope>>>>;

/** Returns true for operations that cannot be limited to some organisations. */
export const concernsWholeTenant = (operation: Operation): boolean => /^(?:secured|audit)\./.test(operation);

export const SCHEME_ITEMS: readonly Operation[] = ALL_OPERATIONS.filter(
  (operation) => ROLE_POLICY[operation].custom === "item",
);

const INCLUDING_OPERATIONS: Readonly<Partial<Record<Operation, Operation>>> = { "devices.note": "devices.write" };

export const isPermittedByItems = (items: ReadonlySet<Operation>, operation: Operation): boolean => {
  const { [operation]: whole } = INCLUDING_OPERATIONS;
  return items.has(operation) || (whole !== undefined && items.has(whole));
};

/**
 * Returns the operations that creating a user requires. @param isWhole true if the account manages all organisations
 * @see facts 2.1
 */
export const getOperationsForNewUsers = (isWhole: boolean): readonly Operation[] => [
  "users.write",
  "users.move",
  ...(isWhole ? [] : (["orgs.write"] as const)),
];

/** `items` are the operations of the account's scheme. `isWhole` is true if the account manages all organisations. */
interface RightsHolder {
  readonly role: AdministratorRole;
  readonly items: ReadonlySet<Operation>;
  readonly isWhole: boolean;
}

export const describeMissingRight = ({ role, items, isWhole }: RightsHolder, refused: Operation): Text => {
  const { [role]: reach } = ROLE_POLICY[refused];
  if (reach === "item" && !isPermittedByItems(items, refused))
    return text(
      "the scheme of the account does not contain this check item",
      "カスタム管理権限スキームにこの項目がありません",
    );
  if (reach === "item" && !isWhole && concernsWholeTenant(refused))
    return text("the managed organisations of the account are not 「全て」", "管理対象組織が「全て」ではありません");
  const { en, ja } = ROLES[role];
  return text(`${addArticle(en)} does not have this right`, `${ja}にはこの権限がありません`);
};

export interface RoleMatrixRow {
  readonly operation: Operation;
  readonly group: OperationGroup;
  readonly about: Text;
  readonly cells: Readonly<Record<AdministratorRole, OperationScope>>;
}

export const buildRoleMatrix = (): readonly RoleMatrixRow[] =>
  (Object.keys(OPERATIONS) as readonly Operation[]).map((operation) => ({
    operation,
    group: operationGroupOf(operation),
    about: OPERATIONS[operation].about,
    cells: ROLE_POLICY[operation],
  }));
