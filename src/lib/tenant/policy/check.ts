import { Failure } from "../../errors/index.ts";
import { FORMAT_NAMES, type FormatName } from "../../model/console-files.ts";
import { POLICY } from "../../model/role-policy.ts";
import { OPERATIONS, ROLES, type Operation } from "../../model/role.ts";
import { text, type Text } from "../../text/index.ts";
import type { Scope } from "../store/store.ts";
import type { Asker } from "./asker.ts";

/** How far somebody reaches with an operation; undefined if not at all. */
export const reachOf = ({ role, items, orgs }: Asker, operation: Operation): "all" | "inside" | undefined => {
  const { reach } = POLICY[operation][role];
  if (reach === "no" || (reach === "item" && !items.has(operation))) return undefined;
  // SECURED APPs know no organisations of ours
  if (operation.startsWith("secured.")) return orgs === undefined ? "all" : undefined;
  return reach === "all" || orgs === undefined ? "all" : "inside";
};

export const may = (asker: Asker, operation: Operation): boolean => reachOf(asker, operation) !== undefined;

/** @throws Failure `not-permitted` if one of the operations is not */
export const permit = (asker: Asker, operations: readonly Operation[]): void => {
  const refused = operations.find((operation) => !may(asker, operation));
  if (refused !== undefined) throw notPermitted(asker, refused, whyRefused(asker, refused, operations));
};

/** What changes users, and accounts that are no operators'. */
export const CHANGING_USERS: readonly Operation[] = ["users.write"];

/** The operations that together create users. */
const CREATING: readonly Operation[] = [...CHANGING_USERS, "users.move"];

const whyRefused = ({ role, items, orgs }: Asker, refused: Operation, operations: readonly Operation[]): Text => {
  const isToCreate = CREATING.every((operation) => operations.includes(operation));
  if (role === "custom" && isToCreate && [...CREATING, "orgs.write"].includes(refused)) {
    const { "users.write": write, "users.move": move, "orgs.write": make } = OPERATIONS;
    return text(
      `to create users a scheme needs 「${write.about.ja}」 and 「${move.about.ja}」, and 「${make.about.ja}」 unless the managed organisations are 「全て」`,
      `ユーザーの作成には「${write.about.ja}」と「${move.about.ja}」、管理対象組織が「全て」でないときは「${make.about.ja}」も必要です`,
    );
  }
  if (POLICY[refused][role].reach === "item" && !items.has(refused))
    return text("its scheme lacks this item", "カスタム管理権限スキームにこの項目がありません");
  if (role === "custom" && orgs !== undefined && refused.startsWith("secured."))
    return text("its managed organisations are not 「全て」", "管理対象組織が「全て」ではありません");
  const { en, ja } = ROLES[role];
  return text(`${/^[aeiou]/.test(en) ? "an" : "a"} ${en} may not`, `${ja}にはできません`);
};

const notPermitted = ({ account }: Asker, operation: Operation, why: Text): Failure => {
  const { about } = OPERATIONS[operation];
  const name = account?.name ?? "";
  return new Failure("not-permitted", {
    what: text(`${name} may not ${about.en}: ${why.en}`, `「${name}」の権限では行えません(${about.ja}): ${why.ja}`),
    hint: text("see what each role may: clomoctl roles matrix", "権限の一覧: clomoctl roles matrix"),
  });
};

/** The operations that write records of a kind. */
const writing = (kind: FormatName): readonly Operation[] =>
  kind === "users" || kind === "orgs" || kind === "devices" ? [`${kind}.write`, `${kind}.delete`] : ["secured.write"];

/** What of the tenant somebody sees; undefined: all of it. */
export const scopeOf = (asker: Asker): Scope | undefined =>
  asker.role === "system"
    ? undefined
    : {
        orgs: asker.orgs,
        kinds: FORMAT_NAMES.filter((kind) => writing(kind).some((operation) => may(asker, operation))),
        secured: may(asker, "secured.read"),
        accounts: may(asker, "accounts.read"),
      };
