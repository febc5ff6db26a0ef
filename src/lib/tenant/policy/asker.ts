import { Failure } from "../../errors/index.ts";
import { OPERATIONS, ROLES, type AdministratorRole, type Operation } from "../../model/role.ts";
import { text, type Text } from "../../text/index.ts";
import { POLICY, type Reach } from "./operations.ts";

/** Who acts: the machine's owner, or an account with a role. */
export interface Asker {
  /** undefined: the machine's owner, who may do everything */
  readonly account?:
    | {
        /** the number and the id of its user */
        readonly user: number;
        readonly id: string;
        readonly name: string;
      }
    | undefined;
  readonly role: AdministratorRole;
  /** of a custom administrator: what its scheme has */
  readonly items: ReadonlySet<Operation>;
  /** all organisations are its own */
  readonly isWhole: boolean;
}

/** The machine's owner. */
export const OWNER: Asker = { role: "system", items: new Set(), isWhole: true };

/** How far somebody reaches with an operation; undefined if not at all. */
export const reachOf = ({ role, items, isWhole }: Asker, operation: Operation): "all" | "inside" | undefined => {
  const { reach }: { readonly reach: Reach } = POLICY[operation][role];
  if (reach === "no" || (reach === "item" && !items.has(operation))) return undefined;
  // SECURED APPs know no organisations of ours
  if (operation.startsWith("secured.")) return isWhole ? "all" : undefined;
  return reach === "all" || isWhole ? "all" : "inside";
};

export const may = (asker: Asker, operation: Operation): boolean => reachOf(asker, operation) !== undefined;

/** @throws Failure `not-permitted` if one of the operations is not */
export const permit = (asker: Asker, operations: readonly Operation[]): void => {
  const refused = operations.find((operation) => !may(asker, operation));
  if (refused !== undefined) throw notPermitted(asker, refused);
};

const notPermitted = ({ account, role, items, isWhole }: Asker, operation: Operation): Failure => {
  const { about } = OPERATIONS[operation];
  const name = account?.name ?? "";
  const { [role]: called } = ROLES;
  const lacksScheme = POLICY[operation][role].reach === "item" && !items.has(operation);
  const why: Text = lacksScheme
    ? text("its scheme lacks this", "カスタム管理権限スキームにこの項目がありません")
    : operation.startsWith("secured.") && role === "custom" && !isWhole
      ? text("its organisations are not 全て", "管理対象組織が「全て」ではありません")
      : text(`it is ${called.en.replace(/^(?=[aeiou])/, "an ").replace(/^(?!an )/, "a ")}`, `${called.ja}です`);
  return new Failure("not-permitted", {
    what: text(
      `${name} may not: ${about.en} (${why.en})`,
      `「${name}」にはこの権限がありません: ${about.ja}(${why.ja})`,
    ),
    hint: text("see what roles permit: clomoctl roles matrix", "管理者権限の一覧: clomoctl roles matrix"),
  });
};
