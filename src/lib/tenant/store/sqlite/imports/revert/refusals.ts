import { Failure } from "../../../../../errors/index.ts";
import { nounNamed } from "../../../../../model/problem.ts";
import type { Thing } from "../../../../../model/thing.ts";
import { counted, text, type Text } from "../../../../../text/index.ts";

/** Records that stand in the way of a revert. */
export interface InTheWay {
  readonly thing: Thing;
  readonly count: number;
  /** what people call the first of them */
  readonly names: readonly string[];
}

const nounOf = ({ noun, name }: Thing): Text => nounNamed(noun ?? name);

/** `2 devices (S1, S2)` */
const listed = ({ thing, count, names }: InTheWay): Text => {
  const { en, ja } = nounOf(thing);
  const rest = count > names.length ? ["…"] : [];
  return text(
    `${counted(count, en)} (${[...names, ...rest].join(", ")})`,
    `${ja} ${count} 件(${[...names, ...rest].join("、")})`,
  );
};

/**
 * The refusal of a revert.
 *
 * @param first what makes it possible again; undefined if nothing does
 */
const refusal = (why: Text, first?: Text): Failure => {
  const instead = text(
    "import a file with the desired state instead",
    "元に戻したい状態をファイルでインポートしてください",
  );
  return new Failure("conflict", {
    what: text(`${why.en}; it cannot be undone`, `${why.ja}ため、取り消せません`),
    hint: first === undefined ? instead : text(`${first.en}, or ${instead.en}`, `先に${first.ja}か、${instead.ja}`),
  });
};

/** A record that is not as an import left it. */
export interface Touched {
  /** what people call it */
  readonly name: string;
  /** it is there no longer */
  readonly gone: boolean;
  /** headers of what is different; none if that is not known */
  readonly fields: readonly string[];
  /** the number of the import that changed it; undefined if none did */
  readonly by: number | undefined;
  /** the number of such records */
  readonly count: number;
}

/** A record of an import is no longer as the import left it. @param number the import's */
export const changedSince = (
  thing: Thing,
  number: number,
  { name, gone: isGone, fields, by, count }: Touched,
): Failure => {
  const { en, ja } = nounOf(thing);
  const what = fields.length === 0 ? text("", "") : text(`${fields.join(", ")} of `, `の${fields.join("、")}`);
  const [did, after] = isGone ? ["deleted", "削除"] : ["changed", "変更"];
  const who = by === undefined ? text("", "") : text(` by import ${by}`, `インポート ${by} で`);
  const others = count > 1 ? text(` (and ${count - 1} more)`, `(他 ${count - 1} 件)`) : text("", "");
  const why = text(
    `${what.en}the ${en} ${name} ${fields.length > 1 ? "were" : "was"} ${did}${who.en} after import ${number}${others.en}`,
    `${ja}「${name}」${what.ja}がインポート ${number} の後に${who.ja}${after}されている${others.ja}`,
  );
  const first =
    by === undefined
      ? undefined
      : text(
          `undo import ${by} first: clomoctl imports revert ${by}`,
          `インポート ${by} を取り消す(clomoctl imports revert ${by})`,
        );
  return refusal(why, first);
};

/** Records of the import are gone, and nobody knows how. */
export const lostSince = (): Failure =>
  refusal(
    text(
      "records of this import were changed or deleted afterwards",
      "このインポートのデータが後から変更または削除されている",
    ),
  );

/** Records refer to those that the import created and its revert would delete. */
export const inUse = (users: InTheWay, created: Thing): Failure => {
  const [who, whose] = [listed(users), nounOf(created)];
  return refusal(
    text(
      `${who.en} belong${users.count === 1 ? "s" : ""} to ${whose.en}s that this import created`,
      `${who.ja}が、このインポートで追加した${whose.ja}に関連付けられている`,
    ),
    text(
      `assign ${users.count === 1 ? "it" : "them"} to another ${whose.en} first`,
      `関連付けを別の${whose.ja}に変える`,
    ),
  );
};

/** Records would refer again to those that were deleted since. */
export const gone = (restored: InTheWay, deleted: Thing): Failure => {
  const [who, whose] = [listed(restored), nounOf(deleted)];
  return refusal(
    text(
      `${who.en} would belong to ${whose.en}s that were deleted afterwards`,
      `取り消すと${who.ja}が、後から削除された${whose.ja}に関連付けられる`,
    ),
    text(
      `undo the import that deleted these ${whose.en}s first (clomoctl imports list)`,
      `これらの${whose.ja}を削除したインポート(一覧: clomoctl imports list)を取り消す`,
    ),
  );
};

/** Another record has a value by now of which only one may have it. */
export const takenSince = (thing: Thing, header: string): Failure => {
  const { en, ja } = nounOf(thing);
  return refusal(
    text(
      `another ${en} uses by now the ${header} that undoing would restore`,
      `取り消すと元に戻る${header}を、すでに別の${ja}が使っている`,
    ),
    text(`change that ${en} first`, `その${ja}を変更する`),
  );
};

/** The records together would not be in order. */
export const disordered = (why: Text): Failure => refusal(why);
