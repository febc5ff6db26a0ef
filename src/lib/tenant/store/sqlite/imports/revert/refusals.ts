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

/** A record of the import is no longer as the import left it. */
export const changedSince = (): Failure =>
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
