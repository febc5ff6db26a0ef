import { Failure } from "../../../../../errors/index.ts";
import { nounNamed } from "../../../../../model/problem.ts";
import type { Thing } from "../../../../../model/thing.ts";
import { counted, same, text, type Text } from "../../../../../text/index.ts";
import { shownOption, shownWord } from "../../../../../text/shell-word.ts";

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
export const refusal = (why: Text, first?: Text): Failure => {
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
  /** it is gone for who sees a part of the tenant, and nothing that he sees tells whether it is elsewhere */
  readonly hasLeft: boolean;
  /** headers of what is different; none if that is not known */
  readonly fields: readonly string[];
  /** its id, if others than imports changed it: whether its values are the same again is not known */
  readonly byHand: string | undefined;
  /** the number of the import that changed it; undefined if none did */
  readonly by: number | undefined;
  /** the number of such records */
  readonly count: number;
}

/** A record of an import is no longer as the import left it. @param number the import's */
export const changedSince = (
  thing: Thing,
  number: number,
  { name, gone: isGone, hasLeft, fields, byHand, by, count }: Touched,
): Failure => {
  const { en, ja } = nounOf(thing);
  const others = count > 1 ? text(` (and ${count - 1} more)`, `(他 ${count - 1} 件)`) : text("", "");
  if (byHand !== undefined) {
    const why = text(
      `the ${en} ${name} was changed by hand after import ${number}${others.en}`,
      `${ja}「${name}」がインポート ${number} の後に手作業で変更されている${others.ja}`,
    );
    const { what, hint } = refusal(why);
    const see = `clomoctl audit list --object ${byHand}`;
    return new Failure("conflict", {
      what,
      hint: text(`see when and by whom: ${see}; ${hint?.en}`, `変更の日時と実行者の確認: ${see}。${hint?.ja}`),
    });
  }
  if (hasLeft) {
    return refusal(
      text(
        `the ${en} ${name} left your organisations after import ${number} (deleted, or moved)${others.en}`,
        `${ja}「${name}」がインポート ${number} の後に管理対象組織からなくなっている(削除または移動)${others.ja}`,
      ),
    );
  }
  const what = fields.length === 0 ? text("", "") : text(`${fields.join(", ")} of `, `の${fields.join("、")}`);
  const [did, after] = isGone ? ["deleted", "削除"] : ["changed", "変更"];
  const who = by === undefined ? text("", "") : text(` by import ${by}`, `インポート ${by} で`);
  const why = text(
    `${what.en}the ${en} ${name} ${fields.length > 1 ? "were" : "was"} ${did}${who.en} after import ${number}${others.en}`,
    `${ja}「${name}」${what.ja}がインポート ${number} の後に${who.ja}${after}されている${others.ja}`,
  );
  return refusal(why, by === undefined ? undefined : undoing(by));
};

const undoing = (by: number): Text =>
  text(
    `undo import ${by} first: clomoctl imports revert ${by}`,
    `インポート ${by} を取り消す(clomoctl imports revert ${by})`,
  );

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

/** What was deleted, and would be referred to again. */
export interface Gone {
  readonly thing: Thing;
  /** what people called it; undefined if that is not known */
  readonly name: string | undefined;
  /** the number of the import that deleted it; undefined if that is not known */
  readonly by: number | undefined;
  /** that import was an undo, which cannot be undone */
  readonly isUndo: boolean;
  /** of groups of SECURED APPs their app */
  readonly app: string | undefined;
}

/** Records would refer again to one that was deleted since. */
export const gone = (restored: InTheWay, { thing, name, by, isUndo, app }: Gone): Failure => {
  const [who, whose] = [listed(restored), nounOf(thing)];
  const called = name === undefined ? text("", "") : text(` ${name}`, `「${name}」`);
  const did = by === undefined ? text("", "") : text(` by import ${by}`, `インポート ${by} で`);
  const again = name === undefined || app === undefined ? undefined : makingAgain(name, app);
  return refusal(
    text(
      `${who.en} would belong to the ${whose.en}${called.en}, deleted${did.en} afterwards`,
      `取り消すと${who.ja}が、後から${did.ja}削除された${whose.ja}${called.ja}に関連付けられる`,
    ),
    by === undefined || isUndo ? again : undoing(by),
  );
};

/** Records would refer again to one that who asks does not see any more, whether it was deleted or moved. */
export const noneOfYours = (restored: InTheWay, thing: Thing): Failure => {
  const [who, whose] = [listed(restored), nounOf(thing)];
  const article = /^[aeiou]/.test(whose.en) ? "an" : "a";
  return refusal(
    text(
      `${who.en} would belong to ${article} ${whose.en} that is none of yours any more (deleted, or moved)`,
      `取り消すと${who.ja}が、管理対象組織からなくなった${whose.ja}(削除または移動)に関連付けられる`,
    ),
  );
};

/** How a group of SECURED APPs comes back by its name. */
const makingAgain = (name: string, app: string): Text => {
  const command = `clomoctl secured groups create ${shownWord(name)} --app ${app}`;
  return text(`create ${name} again: ${command}`, `「${name}」を作り直す(${command})`);
};

/** What has another name by now, and would be referred to by its former one. */
interface Renamed {
  readonly thing: Thing;
  /** its former name */
  readonly name: string;
  /** what it is called by now */
  readonly now: string;
  /** of groups of SECURED APPs their app */
  readonly app: string;
}

/** Records would name again one that was renamed since. */
export const renamed = (restored: InTheWay, { thing, name, now, app }: Renamed): Failure => {
  const [who, whose] = [listed(restored), nounOf(thing)];
  const back = `clomoctl secured groups edit ${shownWord(now)} ${shownOption("--name", name)} --app ${app}`;
  const again = makingAgain(name, app);
  return refusal(
    text(
      `${who.en} would belong to the ${whose.en} ${name}, which was renamed to ${now} afterwards`,
      `取り消すと${who.ja}が、後から「${now}」に名前が変わった${whose.ja}「${name}」に関連付けられる`,
    ),
    text(`rename it back: ${back}; or ${again.en}`, `名前を元に戻す(${back})か、${again.ja}`),
  );
};

/** Another record has a value by now of which only one may have it. @param name what people call that record */
export const takenSince = (thing: Thing, name: string, header: string): Failure => {
  const { en, ja } = nounOf(thing);
  return refusal(
    text(
      `the ${en} ${name} uses by now the ${header} that undoing would restore`,
      `取り消すと元に戻る${header}を、すでに${ja}「${name}」が使っている`,
    ),
    text(`change that ${en} first`, `その${ja}を変更する`),
  );
};

/** The commands after which somebody is no administrator. @param app whose; undefined for CLOMO PANEL's */
export const endsAdministrator = (app: string | undefined): Text => {
  if (app !== undefined) return same(`clomoctl secured administrators remove USER… --app ${app}`);
  const [revoke, unmark] = ["clomoctl clomo-account revoke ACCOUNT", "clomoctl users administrators remove USER…"];
  return text(
    `${revoke} (of who has a role), or ${unmark} (of who is only marked)`,
    `${revoke}(管理者権限が記録されている人)か ${unmark}(管理者の指定のみの人)`,
  );
};

/**
 * Administrators would be deleted or changed who were none before the import.
 *
 * @param number the import's
 * @param app of users of SECURED APPs their app
 */
export const protectedSince = (administrators: InTheWay, number: number, app: string | undefined): Failure => {
  const commands = endsAdministrator(app);
  const { en, ja } = listed(administrators);
  const one = administrators.count === 1;
  const deletes = app === undefined ? "clomoctl users delete USER" : `clomoctl secured users delete USER --app ${app}`;
  return refusal(
    text(
      `${en} became ${one ? "an administrator" : "administrators"} after import ${number}, and no import changes that account`,
      `${ja}がインポート ${number} の後に管理者になっており、インポートではそのアカウントを変更・削除できない`,
    ),
    text(
      `end that (of a mirror, in the console, too): ${commands.en}; who is to go is then deleted by name: ${deletes}`,
      `管理者でなくし(管理画面のミラーでは管理画面でも): ${commands.ja}、不要な人は名前を指定して削除する(${deletes})`,
    ),
  );
};

/** A record would be below itself in its tree. @param above what people call the one above it */
export const belowItself = (thing: Thing, name: string, above: string): Failure => {
  const { en, ja } = nounOf(thing);
  return refusal(
    text(
      `the ${en} ${name} would be below ${above}, which is below it by now`,
      `取り消すと${ja}「${name}」が、すでにその下にある「${above}」の下に戻る`,
    ),
    text(`move ${above} first`, `「${above}」を移動する`),
  );
};
