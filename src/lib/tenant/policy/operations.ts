import type { AdministratorRole, Operation } from "../../model/role.ts";

/**
 * How far a role reaches with an operation: `all`, the whole tenant; `inside`, its own organisations; `item`, its own
 * organisations if its scheme has the operation; `no`.
 */
export type Reach = "all" | "inside" | "item" | "no";

/** Where the manual says so: the seed, and the sentence; what has none is ours, as the maker's own matrix is not known. */
export interface Cited {
  readonly seed: "000" | "001";
  readonly sentence: string;
}

export interface Cell {
  readonly reach: Reach;
  readonly manual?: Cited | undefined;
}

type Row = Readonly<Record<AdministratorRole, Cell>>;

const EVERYTHING: Cited = {
  seed: "000",
  sentence: "CLOMO PANEL におけるあらゆる権限を持ち、すべての組織ですべての操作ができます。",
};

/** What the roles other than the system administrator's may; a sentence is cited where the manual has one. */
const row = (division: Reach | Cell, operator: Reach | Cell, custom: Reach | Cell): Row => {
  const cell = (given: Reach | Cell): Cell => (typeof given === "string" ? { reach: given } : given);
  return {
    system: { reach: "all", manual: EVERYTHING },
    division: cell(division),
    operator: cell(operator),
    custom: cell(custom),
  };
};

const cited = (reach: Reach, sentence: string): Cell => ({ reach, manual: { seed: "000", sentence } });

/** Who may do what, and how far. */
export const POLICY: Readonly<Record<Operation, Row>> = {
  "tenant.read": row("all", "all", "all"),
  "tenant.write": row("no", "no", "no"),
  "orgs.read": row("inside", "inside", "inside"),
  "orgs.write": row("inside", "no", "item"),
  "orgs.delete": row("inside", "no", "item"),
  "users.read": row("inside", "inside", "inside"),
  "users.write": row("inside", "no", "item"),
  "users.move": row("inside", "no", "item"),
  "users.delete": row("inside", "no", "item"),
  "fields.read": row("all", "all", "all"),
  "fields.write": row("no", "no", "no"),
  "accounts.read": row("inside", "no", "inside"),
  "accounts.write": row(
    cited("inside", "管理対象組織内のオペレーターを作成することができます。"),
    cited("no", "プロファイルのインストール、管理者の追加はおこなえません。"),
    cited("inside", "部門管理者と同様に、管理対象組織内のオペレーターを追加することができます。"),
  ),
  "accounts.roles": row("no", cited("no", "プロファイルのインストール、管理者の追加はおこなえません。"), "no"),
  "accounts.orgs": row(
    cited("no", "システム管理者により、管理対象組織(部門)を設定された管理者です。"),
    "no",
    cited("no", "また、管理対象組織も同様に設定できます。"),
  ),
  "accounts.settings": row("no", "no", "no"),
  "schemes.read": row("no", "no", "no"),
  "schemes.write": row("no", "no", "no"),
  "roles.read": row("all", "all", "all"),
  "devices.read": row("inside", "inside", "inside"),
  "devices.write": row("inside", "no", "item"),
  "devices.note": row("inside", "inside", "inside"),
  "devices.delete": row("inside", "no", "item"),
  "secured.read": row("no", "no", "item"),
  "secured.write": row("no", "no", "item"),
  "console.read": row("inside", "inside", "inside"),
  "console.write": row("inside", "no", "inside"),
  "audit.read": row("inside", "no", "item"),
  "audit.verify": row("no", "no", "no"),
  "renewals.read": row("all", "all", "all"),
  "renewals.write": row("no", "no", "no"),
};

/** The check items of a custom scheme. */
export const SCHEME_ITEMS: readonly Operation[] = (Object.keys(POLICY) as Operation[]).filter(
  (operation) => POLICY[operation].custom.reach === "item",
);
