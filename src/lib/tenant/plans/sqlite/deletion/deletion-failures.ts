import { Failure } from "../../../../errors/index.ts";
import { getThingNoun } from "../../../../model/problem.ts";
import type { Thing } from "../../../../model/thing.ts";
import { formatCount, joinTexts, same, text, type Text } from "../../../../text/index.ts";
import { NOTHING_CHANGED_SUFFIX } from "../../import-failures.ts";

export interface RecordInUse {
  /** the name to show for the record */
  readonly name: string;
  readonly by: readonly {
    readonly holder: Thing;
    readonly count: number;
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

export const createAdministratorReason = ({ count, names }: Obstacles): RefusalReason => {
  const shown = [...names.slice(0, MAX_LISTED_RECORDS), ...(count > MAX_LISTED_RECORDS ? ["…"] : [])];
  return {
    what: text(
      `${formatCount(count, "administrator")} cannot be deleted: ${shown.join(", ")}`,
      `管理者は削除できません(${count} 人): ${shown.join("、")}`,
    ),
  };
};

export const createOrgAdministratorReason = ({ count, names }: Obstacles): RefusalReason => {
  const shown = [...names, ...(count > names.length ? ["…"] : [])];
  return {
    what: text(
      `${formatCount(count, "administrator")} ${count === 1 ? "is" : "are"} in these organisations and would be left without an organisation: ${shown.join(", ")}`,
      `これらの組織に、削除できない管理者が ${count} 人所属しています: ${shown.join("、")}`,
    ),
  };
};

/** Describes the records that depend on a record: `2 users`, `1 child organisation`, `2 devices: SN1 …`. */
const describeDependents = (thing: Thing, { holder, count, example, areAllNamed }: RecordInUse["by"][number]): Text => {
  const { en, ja } = getNounOfThing(holder);
  if (holder === thing) return text(formatCount(count, `child ${en}`), `下位の${ja} ${count} 件`);
  const named = example === undefined ? "" : `: ${example}${count > 1 && areAllNamed !== true ? " …" : ""}`;
  return text(`${formatCount(count, en)}${named}`, `${ja} ${count} 件${named}`);
};

export const createInUseReason = (thing: Thing, held: readonly RecordInUse[]): RefusalReason => {
  const noun = getNounOfThing(thing);
  const named = held.slice(0, MAX_LISTED_RECORDS).map(({ name, by }): Text => {
    const parts = by.map((one) => describeDependents(thing, one));
    const [{ en }, { ja }] = [joinTexts(parts, same(", ")), joinTexts(parts, same("、"))];
    return text(`${name} (${en})`, `${name}(${ja})`);
  });
  const shown = joinTexts([...named, ...(held.length > MAX_LISTED_RECORDS ? [same("…")] : [])], text("; ", "、"));
  const holders = held.flatMap(({ by }) => by.map(({ holder }) => holder.name));
  // only organisations can be deleted together with their contents, and only if no account manages them
  const isTogether = !holders.includes("account") && holders.some((name) => name === "user" || name === thing.name);
  return {
    what: text(
      `${formatCount(held.length, noun.en)} cannot be deleted, because other records depend on ${held.length === 1 ? "it" : "them"}: ${shown.en}`,
      `${noun.ja} ${held.length} 件は、関連付けられているものがあるため削除できません: ${shown.ja}`,
    ),
    hint: isTogether
      ? text(
          "to delete the organisations with everything in them: --recursive",
          "組織を中のユーザーや下位の組織ごと削除するには: --recursive",
        )
      : undefined,
  };
};
