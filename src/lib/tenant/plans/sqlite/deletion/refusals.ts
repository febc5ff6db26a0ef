import { line } from "../../../../advice/index.ts";
import { Failure } from "../../../../errors/index.ts";
import { NOT_MANAGED } from "../../../../model/device.ts";
import { nounNamed } from "../../../../model/problem.ts";
import type { Operation } from "../../../../model/role.ts";
import type { SecuredApp } from "../../../../model/secured-user.ts";
import type { Thing } from "../../../../model/thing.ts";
import { counted, joined, same, text, type Text } from "../../../../text/index.ts";
import type { DeletionTarget } from "../../engine.ts";
import { NOTHING_CHANGED } from "../../refusals.ts";

/** A record on which others depend. */
export interface Dependent {
  /** what people call it */
  readonly name: string;
  readonly by: readonly {
    readonly holder: Thing;
    readonly count: number;
    /** the number of those that stay with it until they are deleted, see `isFast` of tables */
    readonly fast: number;
    /** what one of them is called, where that is typed to free it */
    readonly example?: string | undefined;
    /** the example names all of them */
    readonly areAllNamed?: boolean | undefined;
  }[];
}

/** Records that stand in the way of a deletion. */
export interface Obstacles {
  readonly count: number;
  /** what people call the first of them */
  readonly names: readonly string[];
}

/** The commands that take the administrator mark away. @param app undefined: CLOMO PANEL */
const endsAdministrator = (app: SecuredApp | undefined): Text => {
  if (app !== undefined) return same(line("secured administrators remove", ["USER"], { app }));
  const [revoke, unmark] = [line("clomo-account revoke", ["ACCOUNT"]), line("users administrators remove", ["USER"])];
  return text(
    `${revoke} (of who has a role), or ${unmark} (of who is only marked)`,
    `${revoke}(管理者権限が記録されている人)か ${unmark}(管理者の指定のみの人)`,
  );
};

/** Maximum number of records that a refusal names for one reason: a list of leavers is seen whole. */
export const MAX_NAMED = 10;

/** Why some of the records that were named cannot be deleted, and what frees them. */
export interface Reason {
  readonly what: Text;
  readonly hint?: Text | undefined;
}

/** One refusal for all that is in the way, so that nobody is told one reason after another. */
export const notDeletable = (reasons: readonly [Reason, ...Reason[]]): Failure => {
  const { en, ja } = joined(
    reasons.map(({ what }) => what),
    text("; ", "。"),
  );
  const hints = reasons.flatMap(({ hint }) => hint ?? []);
  return new Failure("input-rejected", {
    what: text(`${en}${NOTHING_CHANGED.en}`, `${ja}${NOTHING_CHANGED.ja}`),
    hint: hints.length === 0 ? undefined : joined(hints, text("; ", "。")),
  });
};

const nounOf = ({ noun, name }: Thing): Text => nounNamed(noun ?? name);

/** Records that were named are not there any more. */
export const notThere = (thing: Thing, count: number): Failure => {
  const { en, ja } = nounOf(thing);
  return new Failure("not-found", {
    what: text(
      `${counted(count, en)} to be deleted ${count === 1 ? "is" : "are"} not there (any more); nothing was changed`,
      `削除する${ja}のうち ${count} 件がありません。何も変更していません`,
    ),
  });
};

/** What one who is no system administrator does about CLOMO PANEL's. */
const ASK_SYSTEM = text("ask a system administrator", "システム管理者に依頼してください");
/** Whose role is not known, or above operator, they do not come to delete. */
const REVOKE = same(line("clomo-account revoke", ["ACCOUNT"]));

const mayDo = (lesser: DeletionTarget["lesser"], operation: Operation): boolean =>
  lesser?.includes(operation) !== false;

/** Administrators were named. @param app whose; undefined for CLOMO PANEL's */
export const isProtected = (
  { count, names }: Obstacles,
  app: SecuredApp | undefined,
  lesser: DeletionTarget["lesser"],
): Reason => {
  const shown = [...names.slice(0, MAX_NAMED), ...(count > MAX_NAMED ? ["…"] : [])];
  const own = mayDo(lesser, "accounts.write") ? REVOKE : ASK_SYSTEM;
  const { en, ja } = lesser === undefined || app !== undefined ? endsAdministrator(app) : own;
  return {
    what: text(
      `${counted(count, "administrator")} would be deleted: ${shown.join(", ")}`,
      `管理者が含まれています(${count} 人): ${shown.join("、")}`,
    ),
    hint: text(
      `administrators are never deleted; if they are none any more: ${en}`,
      `管理者は削除できません。すでに管理者でなければ: ${ja}`,
    ),
  };
};

/** Administrators are in organisations that are to go with their users. */
export const isLeft = ({ count, names }: Obstacles, lesser: DeletionTarget["lesser"]): Reason => {
  const shown = [...names, ...(count > names.length ? ["…"] : [])];
  return {
    what: text(
      `${counted(count, "administrator")} ${count === 1 ? "is" : "are"} in these organisations and would be left without one: ${shown.join(", ")}`,
      `これらの組織に、削除できない管理者が ${count} 人所属しています: ${shown.join("、")}`,
    ),
    hint: !mayDo(lesser, "users.move")
      ? text(
          `administrators are never deleted; to have them moved, ${ASK_SYSTEM.en}`,
          `管理者を先にほかの組織へ移すよう、${ASK_SYSTEM.ja}`,
        )
      : text(
          `administrators are never deleted; move them first: ${line("users move", ["USER"])}… --org ORG`,
          `管理者は先にほかの組織へ移してください: ${line("users move", ["USER"])}… --org ORG`,
        ),
  };
};

/** Something that who asks does not see holds organisations; what it is he is not told. */
export const isReserved = ({ count, names }: Obstacles): Reason => {
  const shown = [...names, ...(count > names.length ? ["…"] : [])];
  return {
    what: text(
      `${count === 1 ? "this organisation" : "these organisations"} cannot be deleted by you: ${shown.join(", ")}`,
      `次の組織は削除できません: ${shown.join("、")}`,
    ),
    hint: ASK_SYSTEM,
  };
};

/** What somebody may do by which records get free, and how. */
type Workaround = readonly [needed: Operation, way: Text];

/** What frees a record of those that depend on it. */
const FREED: Readonly<Record<string, Workaround>> = {
  device: [
    "devices.write",
    text(
      `give the devices another owner: ${line("devices set-owner", ["SERIAL"])}… --user USER`,
      `デバイスの所有者を変える: ${line("devices set-owner", ["SERIAL"])}… --user USER`,
    ),
  ],
  user: [
    "users.move",
    text(
      `move the users: ${line("users move", ["USER"])}… --org ORG`,
      `ユーザーを移す: ${line("users move", ["USER"])}… --org ORG`,
    ),
  ],
  account: [
    "accounts.orgs",
    text(
      `the accounts manage it: give them other 管理対象組織: ${line("clomo-account edit", ["ACCOUNT"], { managedOrgs: "ORG" })},ORG`,
      `管理対象組織になっているため、アカウントの管理対象組織を変える: ${line("clomo-account edit", ["ACCOUNT"], { managedOrgs: "ORG" })},ORG`,
    ),
  ],
  org: [
    "orgs.write",
    text(
      `move the organisations below: ${line("orgs move", ["ORG"], { parent: "ORG" })}`,
      `下位の組織を移す: ${line("orgs move", ["ORG"], { parent: "ORG" })}`,
    ),
  ],
};

/** What who is no system administrator does about accounts that manage it: others may not set what they manage. */
const FREED_BY_OTHERS = text(
  `the accounts manage it: ${ASK_SYSTEM.en}`,
  `管理対象組織になっているため、${ASK_SYSTEM.ja}`,
);

/** What frees it of those that stay with it. */
const FREED_OF_FAST: Readonly<Record<string, Workaround>> = {
  device: [
    "devices.delete",
    text(
      `devices that are ${NOT_MANAGED} take no other owner: delete them: ${line("devices delete", ["SERIAL"])}…`,
      `${NOT_MANAGED}のデバイスは所有者を変えられないため削除する: ${line("devices delete", ["SERIAL"])}…`,
    ),
  ],
};

/** What is deleted with what is in it. */
const TOGETHER: Workaround = [
  "users.delete",
  text("delete them with all that is in them: --recursive", "中のものもまとめて削除する: --recursive"),
];

const or = ({ en, ja }: Text): Text => text(`or ${en}`, `または${ja}`);

/** Those ways that somebody may go, and what he does in place of the others. */
const waysOf = (freeing: readonly Workaround[], lesser: DeletionTarget["lesser"]): readonly Text[] => {
  const own = freeing.flatMap(([needed, way]) => {
    if (mayDo(lesser, needed)) return [way];
    return needed === "accounts.orgs" ? [FREED_BY_OTHERS] : [];
  });
  const ways = own.map((way, at) => (way === TOGETHER[1] && at > 0 ? or(way) : way));
  if (own.length === freeing.length || own.includes(FREED_BY_OTHERS)) return ways;
  return own.length === 0 ? [ASK_SYSTEM] : [...ways, or(ASK_SYSTEM)];
};

/** `2 users`, `1 lower organisation`, `2 devices: SN1 …` */
const holding = (thing: Thing, { holder, count, example, areAllNamed }: Dependent["by"][number]): Text => {
  const { en, ja } = nounOf(holder);
  if (holder === thing) return text(counted(count, `lower ${en}`), `下位の${ja} ${count} 件`);
  const named = example === undefined ? "" : `: ${example}${count > 1 && areAllNamed !== true ? " …" : ""}`;
  return text(`${counted(count, en)}${named}`, `${ja} ${count} 件${named}`);
};

/** Other records depend on some that would be deleted. */
export const othersDepend = (thing: Thing, held: readonly Dependent[], lesser: DeletionTarget["lesser"]): Reason => {
  const noun = nounOf(thing);
  const named = held.slice(0, MAX_NAMED).map(({ name, by }): Text => {
    const parts = by.map((one) => holding(thing, one));
    const [{ en }, { ja }] = [joined(parts, same(", ")), joined(parts, same("、"))];
    return text(`${name} (${en})`, `${name}(${ja})`);
  });
  const shown = joined([...named, ...(held.length > MAX_NAMED ? [same("…")] : [])], text("; ", "、"));
  const all = held.flatMap(({ by }) => by);
  const holders = [...new Set(all.map(({ holder }) => holder))];
  const freed = (holder: Thing): readonly Workaround[] => {
    const own = all.filter((one) => one.holder === holder);
    const ways = [
      own.some(({ count, fast }) => count > fast) ? FREED[holder.name] : undefined,
      own.some(({ fast }) => fast > 0) ? FREED_OF_FAST[holder.name] : undefined,
    ];
    return ways.filter((way) => way !== undefined);
  };
  // only organisations are deleted with what is in them, and none that an account manages
  const isManaged = holders.some(({ name }) => name === "account");
  const together = !isManaged && holders.some(({ name }) => name === "user" || name === thing.name);
  const ways = waysOf([...holders.flatMap(freed), ...(together ? [TOGETHER] : [])], lesser);
  return {
    what: text(
      `${counted(held.length, noun.en)} cannot be deleted, as others belong to ${held.length === 1 ? "it" : "them"}: ${shown.en}`,
      `${noun.ja} ${held.length} 件は、関連付けられているものがあるため削除できません: ${shown.ja}`,
    ),
    hint: ways.length === 0 ? undefined : joined(ways, text("; ", "、")),
  };
};
