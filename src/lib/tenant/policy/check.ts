import { line, step } from "../../advice/index.ts";
import { Failure } from "../../errors/index.ts";
import { FORMAT_NAMES, type FormatName } from "../../model/console-files.ts";
import { RESERVED_READERS } from "../../model/renewal.ts";
import { hasItem, POLICY, whyNotPermitted } from "../../model/role-policy.ts";
import { OPERATIONS, type Operation } from "../../model/role.ts";
import { text, type Text } from "../../text/index.ts";
import type { Scope } from "../store/store.ts";
import type { Actor } from "./asker.ts";

/** How far somebody reaches with an operation; undefined if not at all. */
export const reachOf = ({ role, items, orgs }: Actor, operation: Operation): "all" | "inside" | undefined => {
  const { reach } = POLICY[operation][role];
  if (reach === "no" || (reach === "item" && !hasItem(items, operation))) return undefined;
  // SECURED APPs know no organisations of ours
  if (operation.startsWith("secured.")) return orgs === undefined ? "all" : undefined;
  return reach === "all" || orgs === undefined ? "all" : "inside";
};

export const may = (asker: Actor, operation: Operation): boolean => reachOf(asker, operation) !== undefined;

/**
 * Checks that somebody may do operations.
 *
 * @param places what needs them, where that is not all that was asked for
 * @throws Failure `not-permitted` if one of the operations is not permitted
 */
export const permit = (asker: Actor, operations: readonly Operation[], places?: Text): void => {
  const refused = operations.find((operation) => !may(asker, operation));
  if (refused === undefined) return;
  const isToCreate = CREATING.every((operation) => operations.includes(operation)) && TO_CREATE.includes(refused);
  const about = isToCreate ? CREATE_USERS : OPERATIONS[refused].about;
  throw notPermitted(asker, about, isToCreate ? whyNotCreating(asker) : whyRefused(asker, refused), places);
};

/** What changes users, and accounts that are no operators'. */
export const CHANGING_USERS: readonly Operation[] = ["users.write"];

/** The operations that together create users. */
const CREATING: readonly Operation[] = [...CHANGING_USERS, "users.move"];

/** All that creating users may take. */
const TO_CREATE: readonly Operation[] = [...CREATING, "orgs.write"];

const CREATE_USERS = text("create users", "ユーザーの作成");

const whyRefused = ({ role, items, orgs }: Actor, refused: Operation): Text =>
  whyNotPermitted({ role, items, isWhole: orgs === undefined }, refused);

const whyNotCreating = (asker: Actor): Text => {
  if (asker.role !== "custom") return whyRefused(asker, "users.write");
  const { "users.write": write, "users.move": move, "orgs.write": make } = OPERATIONS;
  return text(
    `a scheme needs 「${write.about.ja}」 and 「${move.about.ja}」 for it, and 「${make.about.ja}」 unless the managed organisations are 「全て」`,
    `ユーザーの作成には「${write.about.ja}」と「${move.about.ja}」、管理対象組織が「全て」でないときは「${make.about.ja}」も必要です`,
  );
};

const notPermitted = ({ account }: Actor, about: Text, why: Text, places: Text | undefined): Failure => {
  const name = account?.name ?? "";
  const [en, ja] = places === undefined ? ["", ""] : [` (${places.en})`, `、${places.ja}`];
  return new Failure("not-permitted", {
    what: text(
      `${name} may not ${about.en}${en}: ${why.en}`,
      `「${name}」の権限では行えません(${about.ja}${ja}): ${why.ja}`,
    ),
    hint: step("see what each role may", "権限の一覧", line("roles matrix", [])),
  });
};

/** The kinds of imports with rights of their own; all others are of SECURED APPs. */
const PANEL = ["users", "orgs", "devices"] as const satisfies readonly FormatName[];
export const panelKind = (kind: FormatName): (typeof PANEL)[number] | undefined => PANEL.find((one) => one === kind);

/** The operations of which an import of a kind may need some. */
const IMPORTING: Readonly<Record<(typeof PANEL)[number], readonly [Operation, ...Operation[]]>> = {
  users: ["users.write", "users.move", "users.delete"],
  orgs: ["orgs.write", "orgs.delete"],
  devices: ["devices.write", "devices.note", "devices.delete"],
};

export const importingOperations = (kind: FormatName): readonly [Operation, ...Operation[]] => {
  const panel = panelKind(kind);
  return panel === undefined ? ["secured.write"] : IMPORTING[panel];
};

/** The operation that seeing a plan of a kind needs: it shows the records that it changes. */
export const seeingOperation = (kind: FormatName): Operation => {
  const panel = panelKind(kind);
  return panel === undefined ? "secured.read" : `${panel}.read`;
};

/** True if somebody may do some of what imports of a kind do, and see it. */
export const mayImport = (asker: Actor, kind: FormatName): boolean =>
  may(asker, seeingOperation(kind)) && importingOperations(kind).some((operation) => may(asker, operation));

/** What of the tenant somebody sees; undefined: all of it. */
export const scopeOf = (asker: Actor): Scope | undefined =>
  asker.role === "system"
    ? undefined
    : {
        orgs: asker.orgs,
        kinds: FORMAT_NAMES.filter((kind) => mayImport(asker, kind)),
        secured: may(asker, "secured.read"),
        accounts: may(asker, "accounts.read"),
        contacts: readsContacts(asker),
      };

/** Whether somebody reads accounts, telephone numbers and notes of renewals. */
export const readsContacts = (asker: Actor): boolean => RESERVED_READERS.some((operation) => may(asker, operation));
