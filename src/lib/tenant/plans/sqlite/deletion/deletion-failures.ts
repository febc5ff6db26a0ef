import { line } from "../../../../advice/index.ts";
import { Failure } from "../../../../errors/index.ts";
import { NOT_MANAGED } from "../../../../model/device.ts";
import { getThingNoun } from "../../../../model/problem.ts";
import type { Operation } from "../../../../model/role.ts";
import type { SecuredApp } from "../../../../model/secured-user.ts";
import type { Thing } from "../../../../model/thing.ts";
import { formatCount, joinTexts, same, text, type Text } from "../../../../text/index.ts";
import type { DeletionTarget } from "../../engine.ts";
import { NOTHING_CHANGED_SUFFIX } from "../../import-failures.ts";

export interface RecordInUse {
  /** the name to show for the record */
  readonly name: string;
  readonly by: readonly {
    readonly holder: Thing;
    readonly count: number;
    /** number of dependent records that cannot be changed to refer to another record, see `isFast` of tables */
    readonly fast: number;
    /** name of a dependent record that users can type in the suggested command; otherwise undefined */
    readonly example?: string | undefined;
    /** true if the example contains the names of all dependent records */
    readonly areAllNamed?: boolean | undefined;
  }[];
}

/** Records that prevent a deletion. */
export interface Obstacles {
  readonly count: number;
  /** names of the first of these records */
  readonly names: readonly string[];
}

const describeUnmarkCommands = (app: SecuredApp | undefined): Text => {
  if (app !== undefined) return same(line("secured administrators remove", ["USER"], { app }));
  const [revoke, unmark] = [line("clomo-account revoke", ["ACCOUNT"]), line("users administrators remove", ["USER"])];
  return text(
    `${revoke} (for a user with a role), or ${unmark} (for a user who is only marked as an administrator)`,
    `${revoke}(管理者権限が記録されているユーザー)か ${unmark}(管理者に指定されているだけのユーザー)`,
  );
};

/**
 * Maximum number of records that a failure lists for one reason. It is high enough to show a usual list of leavers in
 * full.
 */
export const MAX_LISTED_RECORDS = 10;

/** A reason why some of the chosen records cannot be deleted, and what to do about it. */
export interface RefusalReason {
  readonly what: Text;
  readonly hint?: Text | undefined;
}

/** Returns one failure that lists all reasons, so that users do not run into one reason after another. */
export const createDeletionFailure = (reasons: readonly [RefusalReason, ...RefusalReason[]]): Failure => {
  const { en, ja } = joinTexts(
    reasons.map(({ what }) => what),
    text("; ", "。"),
  );
  const hints = reasons.flatMap(({ hint }) => hint ?? []);
  return new Failure("input-rejected", {
    what: text(`${en}${NOTHING_CHANGED_SUFFIX.en}`, `${ja}${NOTHING_CHANGED_SUFFIX.ja}`),
    hint: hints.length === 0 ? undefined : joinTexts(hints, text("; ", "。")),
  });
};

const getNounOfThing = ({ noun, name }: Thing): Text => getThingNoun(noun ?? name);

export const createMissingRecordsFailure = (thing: Thing, count: number): Failure => {
  const { en, ja } = getNounOfThing(thing);
  return new Failure("not-found", {
    what: text(
      `${formatCount(count, en)} to be deleted ${count === 1 ? "is" : "are"} not in the tenant; nothing was changed`,
      `削除する${ja}のうち ${count} 件がテナントにありません。何も変更していません`,
    ),
  });
};

const ASK_SYSTEM_ADMINISTRATOR_HINT = text("ask a system administrator", "システム管理者に依頼してください");
/** The command that revokes the role of an operator. Users whose role is higher or not known are refused earlier. */
const REVOKE_COMMAND = same(line("clomo-account revoke", ["ACCOUNT"]));

const canPerform = (permitted: DeletionTarget["permitted"], operation: Operation): boolean =>
  permitted?.includes(operation) !== false;

/** Returns the reason for administrators that the request names. @param app SECURED APP; undefined for CLOMO PANEL */
export const createAdministratorReason = (
  { count, names }: Obstacles,
  app: SecuredApp | undefined,
  permitted: DeletionTarget["permitted"],
): RefusalReason => {
  const shown = [...names.slice(0, MAX_LISTED_RECORDS), ...(count > MAX_LISTED_RECORDS ? ["…"] : [])];
  const own = canPerform(permitted, "accounts.write") ? REVOKE_COMMAND : ASK_SYSTEM_ADMINISTRATOR_HINT;
  const { en, ja } = permitted === undefined || app !== undefined ? describeUnmarkCommands(app) : own;
  return {
    what: text(
      `${formatCount(count, "administrator")} would be deleted: ${shown.join(", ")}`,
      `管理者が含まれています(${count} 人): ${shown.join("、")}`,
    ),
    hint: text(
      `administrators cannot be deleted; if these people are no longer administrators: ${en}`,
      `管理者は削除できません。すでに管理者でない場合: ${ja}`,
    ),
  };
};

export const createOrgAdministratorReason = (
  { count, names }: Obstacles,
  permitted: DeletionTarget["permitted"],
): RefusalReason => {
  const shown = [...names, ...(count > names.length ? ["…"] : [])];
  return {
    what: text(
      `${formatCount(count, "administrator")} ${count === 1 ? "is" : "are"} in these organisations and would be left without an organisation: ${shown.join(", ")}`,
      `これらの組織に、削除できない管理者が ${count} 人所属しています: ${shown.join("、")}`,
    ),
    hint: !canPerform(permitted, "users.move")
      ? text(
          `administrators cannot be deleted; to have them moved, ${ASK_SYSTEM_ADMINISTRATOR_HINT.en}`,
          `管理者を先にほかの組織へ移すよう、${ASK_SYSTEM_ADMINISTRATOR_HINT.ja}`,
        )
      : text(
          `administrators cannot be deleted; move them first: ${line("users move", ["USER…"], { org: "ORG" })}`,
          `管理者は先にほかの組織へ移してください: ${line("users move", ["USER…"], { org: "ORG" })}`,
        ),
  };
};

/**
 * A way to remove the dependency on a record: the operation that the acting account must be allowed to perform, and the
 * description.
 */
type Workaround = readonly [needed: Operation, way: Text];

const WORKAROUNDS: Readonly<Record<string, Workaround>> = {
  device: [
    "devices.write",
    text(
      `assign the devices to another owner: ${line("devices set-owner", ["SERIAL…"], { user: "USER" })}`,
      `デバイスの所有者を変える: ${line("devices set-owner", ["SERIAL…"], { user: "USER" })}`,
    ),
  ],
  user: [
    "users.move",
    text(
      `move the users: ${line("users move", ["USER…"], { org: "ORG" })}`,
      `ユーザーを移す: ${line("users move", ["USER…"], { org: "ORG" })}`,
    ),
  ],
  account: [
    "accounts.orgs",
    text(
      `change the managed organisations (管理対象組織) of the accounts: ${line("clomo-account edit", ["ACCOUNT"], { managedOrgs: "ORG,ORG" })}`,
      `管理対象組織になっているため、アカウントの管理対象組織を変える: ${line("clomo-account edit", ["ACCOUNT"], { managedOrgs: "ORG,ORG" })}`,
    ),
  ],
  org: [
    "orgs.write",
    text(
      `move the child organisations: ${line("orgs move", ["ORG"], { parent: "ORG" })}`,
      `下位の組織を移す: ${line("orgs move", ["ORG"], { parent: "ORG" })}`,
    ),
  ],
};

/** Hint about accounts that manage an organisation. Only system administrators may set managed organisations. */
const ASK_TO_CHANGE_MANAGED_ORGS_HINT = text(
  `to change the managed organisations (管理対象組織) of the accounts, ${ASK_SYSTEM_ADMINISTRATOR_HINT.en}`,
  `アカウントの管理対象組織の変更を${ASK_SYSTEM_ADMINISTRATOR_HINT.ja}`,
);

/**
 * The ways to remove dependencies that can only be deleted, by the record type that depends on a record, see `isFast`
 * of tables.
 */
const WORKAROUNDS_BY_DELETION: Readonly<Record<string, Workaround>> = {
  device: [
    "devices.delete",
    text(
      `the owner of devices that are ${NOT_MANAGED} cannot be changed, so delete these devices: ${line("devices delete", ["SERIAL…"])}`,
      `${NOT_MANAGED}のデバイスは所有者を変えられないため削除する: ${line("devices delete", ["SERIAL…"])}`,
    ),
  ],
};

const RECURSIVE_DELETION: Workaround = [
  "users.delete",
  text(
    "delete the organisations with everything in them: --recursive",
    "組織を中のユーザーや下位の組織ごと削除する: --recursive",
  ),
];

const toAlternative = ({ en, ja }: Text): Text => text(`or ${en}`, `または${ja}`);

const describeWorkarounds = (
  freeing: readonly Workaround[],
  permitted: DeletionTarget["permitted"],
): readonly Text[] => {
  const own = freeing.flatMap(([needed, way]) => {
    if (canPerform(permitted, needed)) return [way];
    return needed === "accounts.orgs" ? [ASK_TO_CHANGE_MANAGED_ORGS_HINT] : [];
  });
  const ways = own.map((way, at) => (way === RECURSIVE_DELETION[1] && at > 0 ? toAlternative(way) : way));
  if (own.length === freeing.length || own.includes(ASK_TO_CHANGE_MANAGED_ORGS_HINT)) return ways;
  return own.length === 0 ? [ASK_SYSTEM_ADMINISTRATOR_HINT] : [...ways, toAlternative(ASK_SYSTEM_ADMINISTRATOR_HINT)];
};

/** Describes the records that depend on a record: `2 users`, `1 child organisation`, `2 devices: SN1 …`. */
const describeDependents = (thing: Thing, { holder, count, example, areAllNamed }: RecordInUse["by"][number]): Text => {
  const { en, ja } = getNounOfThing(holder);
  if (holder === thing) return text(formatCount(count, `child ${en}`), `下位の${ja} ${count} 件`);
  const named = example === undefined ? "" : `: ${example}${count > 1 && areAllNamed !== true ? " …" : ""}`;
  return text(`${formatCount(count, en)}${named}`, `${ja} ${count} 件${named}`);
};

export const createInUseReason = (
  thing: Thing,
  held: readonly RecordInUse[],
  permitted: DeletionTarget["permitted"],
): RefusalReason => {
  const noun = getNounOfThing(thing);
  const named = held.slice(0, MAX_LISTED_RECORDS).map(({ name, by }): Text => {
    const parts = by.map((one) => describeDependents(thing, one));
    const [{ en }, { ja }] = [joinTexts(parts, same(", ")), joinTexts(parts, same("、"))];
    return text(`${name} (${en})`, `${name}(${ja})`);
  });
  const shown = joinTexts([...named, ...(held.length > MAX_LISTED_RECORDS ? [same("…")] : [])], text("; ", "、"));
  const all = held.flatMap(({ by }) => by);
  const holders = [...new Set(all.map(({ holder }) => holder))];
  const freed = (holder: Thing): readonly Workaround[] => {
    const own = all.filter((one) => one.holder === holder);
    const ways = [
      own.some(({ count, fast }) => count > fast) ? WORKAROUNDS[holder.name] : undefined,
      own.some(({ fast }) => fast > 0) ? WORKAROUNDS_BY_DELETION[holder.name] : undefined,
    ];
    return ways.filter((way) => way !== undefined);
  };
  // only organisations can be deleted together with their contents, and only if no account manages them
  const isManaged = holders.some(({ name }) => name === "account");
  const together = !isManaged && holders.some(({ name }) => name === "user" || name === thing.name);
  const ways = describeWorkarounds([...holders.flatMap(freed), ...(together ? [RECURSIVE_DELETION] : [])], permitted);
  return {
    what: text(
      `${formatCount(held.length, noun.en)} cannot be deleted, because other records depend on ${held.length === 1 ? "it" : "them"}: ${shown.en}`,
      `${noun.ja} ${held.length} 件は、関連付けられているものがあるため削除できません: ${shown.ja}`,
    ),
    hint: ways.length === 0 ? undefined : joinTexts(ways, text("; ", "、")),
  };
};
