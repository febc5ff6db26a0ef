import { line, step } from "../../advice/index.ts";
import { Failure } from "../../errors/index.ts";
import { FORMAT_NAMES, TYPES_BY_FORMAT, type FormatName } from "../../nouns/index.ts";
import {
  concernsWholeTenant,
  isPermittedByItems,
  ROLE_POLICY,
  describeMissingRight,
  OPERATIONS,
  type Operation,
} from "../../derived/role-policy.ts";
import type { RecordType } from "../../model/thing.ts";
import { text } from "../../text/index.ts";
import type { Scope } from "../store/types.ts";
import type { SignInRight } from "../../model/credential.ts";
import type { Actor } from "./actor.ts";

export type NeededRight = Operation | SignInRight;

const isOperation = (right: NeededRight): right is Operation => Object.hasOwn(OPERATIONS, right);

const isRead = (right: NeededRight): boolean => right.endsWith(".read");

/** In all organisations, in the actor's organisations, or (undefined) nowhere. */
export const getPermittedReach = (
  { role, items, orgs, credential }: Actor,
  operation: Operation,
): "all" | "inside" | undefined => {
  if (credential?.isReadOnly === true && !isRead(operation)) return undefined;
  const { [role]: reach } = ROLE_POLICY[operation];
  if (reach === "no" || (reach === "item" && !isPermittedByItems(items, operation))) return undefined;
  if (concernsWholeTenant(operation)) return orgs === undefined ? "all" : undefined;
  return reach === "all" || orgs === undefined ? "all" : "inside";
};

export const isOperationPermitted = (actor: Actor, operation: Operation): boolean =>
  getPermittedReach(actor, operation) !== undefined;

/** Returns true for nouns that everybody may read. */
export const canRead = (actor: Actor, { collection, rights = {} }: RecordType): boolean =>
  !("read" in rights) || isOperationPermitted(actor, `${collection}.read` as Operation);

/** Returns the actor with all rights of the account, without the limits of an access token. */
export const withoutToken = (actor: Actor): Actor => ({ ...actor, credential: undefined });

/** Checks the account's rights first, because an access token cannot add rights. @throws `not-permitted` */
export const requirePermission = (actor: Actor, needed: readonly NeededRight[]): void => {
  requireAccountRights(actor, needed.filter(isOperation));
  requireTokenRights(actor, needed);
};

/** Does not look at the limits of an access token. @throws `not-permitted` */
export const requireAccountRights = (actor: Actor, operations: readonly Operation[]): void => {
  const account = withoutToken(actor);
  const refused = operations.find((operation) => !isOperationPermitted(account, operation));
  if (refused === undefined) return;
  const { role, items, orgs } = actor;
  const { about } = OPERATIONS[refused];
  const why = describeMissingRight({ role, items, isWhole: orgs === undefined }, refused);
  const name = actor.account?.name ?? "";
  throw new Failure("not-permitted", {
    what: text(
      `${name} is not permitted to ${about.en}: ${why.en}`,
      `「${name}」の権限では、この操作(${about.ja})を行えません: ${why.ja}`,
    ),
    hint: step("to see what the account may do", "できる操作の一覧", line("whoami", [])),
  });
};

const TOKEN_REFUSED_FAILURE = new Failure("not-permitted", {
  what: text("an access token cannot change sign-in settings", "アクセストークンではサインインの設定を変更できません"),
  hint: step("to sign in with your password", "パスワードでサインインするには", line("login", [])),
});

export const requireTokenRights = ({ credential }: Actor, needed: readonly NeededRight[]): void => {
  if (credential?.kind !== "token") return;
  if (needed.includes("sign-in")) throw TOKEN_REFUSED_FAILURE;
  if (!credential.isReadOnly || needed.every(isRead) || (credential.addsJobs && needed.includes("jobs"))) return;
  const { name } = credential;
  throw new Failure("not-permitted", {
    what: text(`the access token "${name}" may only read`, `アクセストークン「${name}」でできるのは閲覧だけです`),
    hint: step(
      "to create a token with all rights of your account",
      "アカウントのすべての権限を持つトークンを作るには",
      line("access-tokens create", ["NAME"]),
    ),
  });
};

export const getImportOperations = (kind: FormatName): readonly Operation[] => {
  const { collection, rights } = TYPES_BY_FORMAT[kind];
  return Object.keys(rights).flatMap((right) => (right === "read" ? [] : [`${collection}.${right}` as Operation]));
};

/** Returns the right to view a kind's records, because a plan shows the records that it changes. */
export const getViewOperation = (kind: FormatName): Operation => `${TYPES_BY_FORMAT[kind].collection}.read`;

export const canImport = (actor: Actor, kind: FormatName): boolean =>
  isOperationPermitted(actor, getViewOperation(kind)) &&
  getImportOperations(kind).some((operation) => isOperationPermitted(actor, operation));

export const buildScope = (sender: Actor): Scope | undefined => {
  const actor = withoutToken(sender);
  if (actor.role === "system") return undefined;
  return {
    orgs: actor.orgs,
    kinds: FORMAT_NAMES.filter((kind) => canImport(actor, kind)),
    secured: isOperationPermitted(actor, "secured.read"),
    accounts: isOperationPermitted(actor, "accounts.read"),
    contacts: isOperationPermitted(actor, "apple.read") || isOperationPermitted(actor, "renewals.write"),
    actor: actor.account?.name,
  };
};
