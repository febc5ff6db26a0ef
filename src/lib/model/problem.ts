import { commandName, line } from "../advice/index.ts";
import { counted, joined, same, text, type Text } from "../text/index.ts";
import { COMPOSITIONS, type Composition } from "./composition.ts";
import { causeOf, quotedValue } from "./cell-text.ts";

/** Values inserted into a problem's text; never a secret. */
export type ProblemParams = Readonly<Record<string, string | number>>;

interface ProblemKind {
  readonly severity: "error" | "warning";
  readonly describe: (params: ProblemParams) => Text;
}

/** A text with the names of its parameters in braces, or what makes one of them. */
type Wording = string | ((params: ProblemParams) => string);

const filled = (wording: Wording, params: ProblemParams): string =>
  typeof wording === "string"
    ? wording.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(params[name]))
    : wording(params);

const kindOf =
  (severity: ProblemKind["severity"]) =>
  (en: Wording, ja: Wording): ProblemKind => ({
    severity,
    describe: (params) => text(filled(en, params), filled(ja, params)),
  });

/** What a value is not, with the value and its likely cause. */
const valueKind = (severity: ProblemKind["severity"], en: Wording, ja: Wording): ProblemKind => ({
  severity,
  describe: (params) => {
    const [value, cause] = [quotedValue(params["value"]), causeOf(params["value"])];
    return text(filled(en, params) + value.en + cause.en, filled(ja, params) + value.ja + cause.ja);
  },
});

/** What has probably been done to values, with the first one and how many more there are. */
const suspicion = (en: string, ja: string): ProblemKind => ({
  severity: "warning",
  describe: (params) => {
    const value = quotedValue(params["value"]);
    const more = Number(params["count"] ?? 1) - 1;
    return text(
      `${en}${value.en}${more > 0 ? ` and ${more} more` : ""}`,
      `${ja}${value.ja}${more > 0 ? ` ほか ${more} 件` : ""}`,
    );
  },
});

const error = kindOf("error");
const warning = kindOf("warning");

/** Whether a code looks like a path of organisations. */
const isPath = (code: string | number | undefined): boolean => String(code).includes("/");

/** What names of accounts are composed of. */
const composedOf = ({ by }: ProblemParams): Text => COMPOSITIONS[by as Composition] ?? same(String(by));

/** What one record is called, by the name of its thing. */
const NOUNS: Readonly<Record<string, Text>> = {
  org: text("organisation", "組織"),
  user: text("user", "ユーザー"),
  custom_field: text("custom field", "カスタム項目"),
  secured_user: text("user", "ユーザー"),
  device: text("device", "デバイス"),
  account: text("CLOMO account", "CLOMO アカウント"),
  account_settings: text("setting of CLOMO accounts", "CLOMO アカウント設定"),
  secured_group: text("group", "グループ"),
  scheme: text("custom scheme", "カスタム管理権限スキーム"),
};

/** What people call one record of a thing, by the thing's name. */
export const nounNamed = (thing: string): Text => NOUNS[thing] ?? text("record", "レコード");

const nounOf = ({ of }: ProblemParams): Text => nounNamed(String(of));

/** Returns what to write instead of the name of an organisation in a cell for codes; undefined if it has no such name. */
const orgNamed = (params: ProblemParams, cell: string): Text | undefined => {
  const { named, is, coded } = params;
  if (named === undefined) return undefined;
  const { [cell]: name } = params;
  if (named === 1 && coded === 0) {
    const edit = line("orgs edit", [String(is)], { code: "CODE" });
    return text(
      `"${name}" is the name of an organisation without a code; give it one and write that: ${edit}`,
      `「${name}」は組織名で、この組織には組織コードがありません。組織コードを付けて、それを書いてください: ${edit}`,
    );
  }
  return named === 1
    ? text(
        `"${name}" is the name of an organisation: write its code, ${is}`,
        `「${name}」は組織名です。組織コードは ${is} です`,
      )
    : text(
        `"${name}" is the name of ${named} organisations: write the code of one of them: ${is}`,
        `「${name}」は組織名で、同じ名前の組織が ${named} 件あります。組織コードを書いてください: ${is}`,
      );
};

/** The keys of people, by their names as `--key` has them. */
const KEYS: Readonly<Record<string, Text>> = {
  email: text("mail address", "メールアドレス"),
  "employee-code": text("employee code", "社員コード"),
  upn: same("UPN"),
};

const keyNamed = ({ key }: ProblemParams): Text => KEYS[String(key)] ?? text("key", "キー");

/** Who gains and who loses an organisation that moves. */
const reachOf = ({ gained, lost }: ProblemParams): Text =>
  joined(
    [
      ...(gained === undefined
        ? []
        : [text(`${gained} will act in it and below it, too`, `以下が新たに範囲に入る管理者: ${gained}`)]),
      ...(lost === undefined
        ? []
        : [text(`${lost} will act in it and below it no more`, `以下が範囲から外れる管理者: ${lost}`)]),
    ],
    text("; ", "。"),
  );

/** A parameter that is a list. */
const listIn = (params: ProblemParams, name: string): string[] => {
  const { [name]: value = "" } = params;
  return value === "" ? [] : String(value).split("\n");
};

/** Whether a record that cannot be deleted is kept: otherwise it is what the file is rejected for. */
const isKept = ({ kept }: ProblemParams): boolean => kept === 1;

/** The devices of somebody: `SN1 (090-0000-0000), SN2`. */
const devicesIn = (params: ProblemParams): Text => {
  const devices = listIn(params, "devices");
  const more = Number(params["count"] ?? 0) > devices.length ? ["…"] : [];
  return joined([...devices, ...more].map(same), text(", ", "、"));
};

/** What to type so that devices have no owner any more. */
const freeing = (params: ProblemParams): Text => {
  const [free, fast] = [listIn(params, "free"), listIn(params, "fast")];
  const [remove, drop] = [line("devices set-owner", free, { none: true }), line("devices delete", fast)];
  return joined(
    [
      ...(free.length === 0 ? [] : [text(`to remove the owner: ${remove}`, `所有者を外すには: ${remove}`)]),
      ...(fast.length === 0
        ? []
        : [
            text(
              `a device whose status is 管理外 keeps its owner; to delete it: ${drop}`,
              `ステータスが「管理外」のデバイスの所有者は外せません。デバイスを削除するには: ${drop}`,
            ),
          ]),
    ],
    text("; ", "。"),
  );
};

/** What to type when somebody is no administrator any more. */
const endingRole = ({ account, hasRole, email, name }: ProblemParams): Text => {
  const end =
    hasRole === 1 && account !== undefined
      ? line("clomo-account revoke", [account])
      : line("users administrators remove", [email ?? name ?? ""]);
  return text(`if this user is no administrator any more: ${end}`, `管理者でなくなった場合: ${end}`);
};

/** Why somebody who owns devices, or something else, is not deleted. */
const ownerHeld = (params: ProblemParams): Text => {
  const { name, count } = params;
  const start = isKept(params)
    ? text(`${name} is kept`, `「${name}」は削除せずに残します`)
    : text(`${name} cannot be deleted`, `「${name}」は削除できません`);
  if (listIn(params, "devices").length === 0) {
    const { en, ja } = nounOf(params);
    return text(
      `${start.en}: ${counted(Number(count), en)} would be left without an owner`,
      `${start.ja}: 所有する${ja}が ${count} 件あります`,
    );
  }
  const [devices, way] = [devicesIn(params), freeing(params)];
  return text(`${start.en}: owns ${devices.en}; ${way.en}`, `${start.ja}: 所有するデバイス ${devices.ja}。${way.ja}`);
};

/** Why an administrator is not deleted. */
const administratorHeld = (params: ProblemParams): Text => {
  const { name } = params;
  const way = endingRole(params);
  const devices = devicesIn(params);
  const owns = devices.en === "" ? same("") : text(`; owns ${devices.en}`, `。所有するデバイス: ${devices.ja}`);
  return isKept(params)
    ? text(
        `${name} is kept, as no import deletes an administrator; ${way.en}${owns.en}`,
        `管理者「${name}」は削除せずに残します。${way.ja}${owns.ja}`,
      )
    : text(
        `${name} is an administrator and would be deleted, as the file lacks this user; ${way.en}${owns.en}`,
        `管理者「${name}」がファイルになく、削除されることになります。${way.ja}${owns.ja}`,
      );
};

/** Returns the command that gives an organisation here the code that it seems to have in the console. */
const recodeLine = ({ was, code }: ProblemParams): string => line("orgs edit", [`${was}`], { code: `${code}` });

/** Why an organisation is not deleted. */
const orgHeld = (params: ProblemParams): Text => {
  const { org, code } = params;
  const called = code === undefined ? text(`${org}`, `「${org}」`) : text(`${org} (${code})`, `「${org}」(${code})`);
  const { en, ja } = heldBy(params);
  if (!isKept(params)) return text(`${called.en} cannot be deleted: ${en}`, `${called.ja}は削除できません: ${ja}`);
  const place = { org: code ?? org };
  const seen = [
    ...(Number(params["users"]) > 0 ? [line("users list", [], place)] : []),
    ...(Number(params["devices"] ?? 0) > 0 ? [line("devices list", [], place)] : []),
  ].join(", ");
  const way = seen === "" ? same("") : text(`; see: ${seen}`, `。確認: ${seen}`);
  return text(`${called.en} is kept: ${en}${way.en}`, `${called.ja}は削除せずに残します: ${ja}${way.ja}`);
};

/** What an organisation holds itself; a device whose owner is a user belongs to him, who is among the users. */
const heldBy = ({ users, devices = 0, children, accounts, inside, kept }: ProblemParams): Text => {
  const parts = [
    [Number(users), "user"],
    [Number(devices), "device"],
    [Number(children), "org"],
  ] as const;
  const held = parts.filter(([count]) => count > 0).map(([count, of]) => [count, nounOf({ of })] as const);
  const all = [
    ...(held.length === 0
      ? []
      : [
          text(
            `it ${kept === 1 ? "holds" : "would still hold"} ${held.map(([count, { en }]) => counted(count, en)).join(" and ")}`,
            `${held.map(([count, { ja }]) => `${ja} ${count}`).join("、")} ${kept === 1 ? "が所属しています" : "が残ります"}`,
          ),
        ]),
    ...(accounts === undefined
      ? []
      : [
          text(
            `CLOMO accounts manage it: ${accounts} (${inside === 1 ? "ask a system administrator" : `${line("clomo-account edit", ["ACCOUNT"], { managedOrgs: "ORG" })},ORG`})`,
            `管理対象組織にしている CLOMO アカウントがあります: ${accounts}(${inside === 1 ? "システム管理者に依頼してください" : `${line("clomo-account edit", ["ACCOUNT"], { managedOrgs: "ORG" })},ORG`})`,
          ),
        ]),
  ];
  return joined(all, text("; ", "。"));
};

/** All problems of an input file: one line per kind, so that a text is found and changed in one place. */
export const PROBLEMS = {
  // the file as a whole
  "file-empty": error("the file is empty", "ファイルが空です"),
  "file-no-rows": error("the file has a header row only", "ヘッダー行しかありません"),
  // bytes and characters
  "bytes-invalid": error(
    "the bytes {bytes} are not valid {encoding}",
    "バイト列 {bytes} は {encoding} として正しくありません",
  ),
  "character-private-use": error(
    "{codePoint} is a private-use character (gaiji) that other systems cannot show",
    "{codePoint} は外字(私用領域)で、他のシステムでは表示できません",
  ),
  "character-bom": error(
    "contains a byte order mark (U+FEFF): two files put together?",
    "BOM(U+FEFF)があります。2 つのファイルをつなげたものではありませんか",
  ),
  "character-invisible": warning(
    (p) => `${counted(Number(p["count"] ?? 1), "invisible character")} (${p["codePoint"]})`,
    (p) => `見えない文字が ${p["count"] ?? 1} 個あります(${p["codePoint"]})`,
  ),
  "character-nul": error("contains a NUL character (U+0000)", "NUL 文字(U+0000)があります"),
  // quoting and cells
  "quote-unclosed": error("the quote opened here is never closed", "ここで始まる引用符が閉じられていません"),
  "quote-stray": error(
    (p) =>
      `quote inside an unquoted cell${p["before"] === "=" ? ": a code kept as a formula; leave out the = and the quotes" : ""}`,
    (p) =>
      `引用符で始まらないセルの途中に引用符があります${p["before"] === "=" ? "(数式の形で保護された値です。= と引用符を外してください)" : ""}`,
  ),
  "quote-trailing": error("text after the closing quote", "閉じた引用符の後に文字があります"),
  "cells-too-few": error(
    (p) =>
      `${counted(Number(p["got"]), "cell")}, the header has ${p["want"]} (Excel leaves blank cells at the end out: --fix short-rows)`,
    "セルが {got} 個しかありません(ヘッダーは {want} 個。Excel は末尾の空のセルを省くことがあります: --fix short-rows)",
  ),
  "cells-lacking": warning(
    (p) => `${counted(Number(p["count"] ?? 1), "short row")}: the cells that are lacking leave values unchanged`,
    (p) => `セルの足りない行が ${p["count"] ?? 1} 行あります(足りない列の値は変更しません)`,
  ),
  "cells-surplus": warning(
    (p) => `${counted(Number(p["count"]), "row")} with surplus blank cells, which are left out`,
    "余分な空のセルがある行が {count} 行あります(セルは無視します)",
  ),
  "row-blank": warning(
    (p) => `${counted(Number(p["count"]), "blank row")} skipped`,
    "空の行を {count} 行読み飛ばします",
  ),
  "cells-too-many": error(
    (p) => `${counted(Number(p["got"]), "cell")}, the header has only ${p["want"]}`,
    "セルが {got} 個あります(ヘッダーは {want} 個)",
  ),
  "record-too-long": error("the row is longer than {max} characters", "行が {max} 文字を超えています"),
  "columns-too-many": error("more than {max} columns", "列が {max} 個を超えています"),
  // cells of a workbook
  "cell-formula": error(
    "{cell} has a formula without a result; open the workbook in Excel and save it",
    "{cell} の数式に計算結果がありません。Excel で開いて保存し直してください",
  ),
  "cell-merged": error(
    "{cell} is part of the merged cells {range}; unmerge them and fill in each cell",
    "{cell} は結合セル {range} の一部です。結合を解除して各セルに入力してください",
  ),
  "cell-error": error(
    "{cell} shows the error {value}; correct the formula or value in Excel (if the text is meant, save the sheet as CSV and import with --allow error-values)",
    "{cell} がエラー値 {value} です。Excel で式か値を直してください(文字として登録するなら、シートを CSV で保存し --allow error-values を付けてインポート)",
  ),
  "cell-format": error(
    "{cell} has a number that cannot be shown in its number format ({format}); format the cell as text and type the value",
    "{cell} の数値は表示形式({format})で表示できません。セルの書式を「文字列」にして入力し直してください",
  ),
  "cell-digits": error(
    "{cell} has a number of more than 15 digits, and Excel keeps only 15; format the cell as text and type it again",
    "{cell} の数値は 15 桁を超えています(Excel は 15 桁までしか保持しません)。セルの書式を「文字列」にして入力し直してください",
  ),
  "cell-exponent": error(
    "{cell} is shown with an exponent (as 1.23E+11); format the cell as text, or with the number format 0",
    "{cell} が指数(1.23E+11 など)で表示されています。セルの書式を「文字列」または数値の「0」にしてください",
  ),
  "rows-hidden": warning(
    (p) =>
      `${counted(Number(p["count"]), "hidden or filtered row")} read like the others; the first is row ${p["row"]}`,
    "非表示(フィルターで隠れた行を含む)の {count} 行も読み込みます(最初は {row} 行目)",
  ),
  // headers
  "header-blank": error(
    (p) => `column without a header${p["row"] === undefined ? "" : `, with a value in row ${p["row"]}`}`,
    (p) => `ヘッダーが空の列があります${p["row"] === undefined ? "" : `(${p["row"]} 行目に値があります)`}`,
  ),
  "columns-blank": warning(
    (p) => `${counted(Number(p["count"]), "column")} without a header and without a value left out`,
    "ヘッダーも値もない {count} 列を読み飛ばします",
  ),
  "header-again": error(
    "this is the header row again; remove it",
    "ヘッダー行がもう一度あります。この行を削除してください",
  ),
  "header-duplicate": error(
    "the column {header} appears twice; the first is column {first}",
    "列「{header}」が重複しています(最初は {first} 列目)",
  ),
  "header-reserved": error("{header} cannot be used as a column name", "「{header}」は列名に使えません"),
  "header-unknown": error(
    (p) => `unknown column ${p["header"]}${p["nearest"] === undefined ? "" : `; did you mean ${p["nearest"]}?`}`,
    (p) => `不明な列「${p["header"]}」です${p["nearest"] === undefined ? "" : `。「${p["nearest"]}」ですか?`}`,
  ),
  "header-near": warning(
    "the column {header} is not imported; did you mean {nearest}? csv map makes a map for --map",
    "列「{header}」は取り込みません。「{nearest}」ではありませんか?(csv map で --map 用の対応表を作れます)",
  ),
  "header-removed": warning(
    `{header} was removed here and is not imported; it is still to be removed in the console: ${commandName("console show")} {task}`,
    `「{header}」はここでは削除済みのため取り込みません。管理画面での削除が未了です: ${commandName("console show")} {task}`,
  ),
  "header-missing": error("the column {header} is missing", "列「{header}」がありません"),
  "header-needed": warning(
    "there is no column {header}: rows of new records would be rejected",
    "列「{header}」がありません。新しいレコードの行は拒否されます",
  ),
  "header-other-app": warning(
    "the column {header} belongs to {app}; it is ignored",
    "列「{header}」は {app} のものなので無視します",
  ),
  "column-blank": error(
    (p) =>
      `blank in every row, and ${counted(Number(p["count"]), "record")} would lose a value; pass --blank clear if that is meant, or --blank keep`,
    "すべての行が空で、{count} 件の値が消えます。消してよければ --blank clear を、残すなら --blank keep を指定してください",
  ),
  // cells
  required: error("must not be blank", "空にできません"),
  "required-new": error(
    (p) => `${p["header"]} must not be blank for a new ${nounOf(p).en}`,
    (p) => `新しい${nounOf(p).ja}では${p["header"]}を空にできません`,
  ),
  "too-long": error(
    (p) => `${counted(Number(p["length"]), "character")}, at most ${p["max"]} allowed`,
    "{length} 文字あります(上限 {max} 文字)",
  ),
  "too-short": error(
    (p) => `${counted(Number(p["length"]), "character")}, at least ${p["min"]} required`,
    "{length} 文字しかありません(下限 {min} 文字)",
  ),
  "key-too-long": error(
    (p) =>
      `${counted(Number(p["bytes"]), "byte")} in UTF-8, at most ${p["max"]} allowed for a value by which records are found`,
    "UTF-8 で {bytes} バイトあります(検索に使う値の上限は {max} バイト)",
  ),
  "value-lines": error("several lines; only one is allowed", "改行があります(1 行にしてください)"),
  "value-hidden": error("has characters that nobody sees ({characters})", "目に見えない文字があります({characters})"),
  "value-kept": { severity: "warning", describe: describeKept },
  "not-alphanumeric": valueKind("error", "must be half-width letters and digits only", "半角英数字のみ使えます"),
  "not-boolean": valueKind("error", "must be TRUE, FALSE or blank", "TRUE、FALSE、空欄のいずれかにしてください"),
  "not-choice": valueKind("error", "must be one of {choices}", "{choices} のいずれかにしてください"),
  "not-mail-address": valueKind("error", "not a mail address", "メールアドレスではありません"),
  "port-range": valueKind("warning", "must be a port number from 1 to 65535", "1〜65535 のポート番号にしてください"),
  // what spreadsheets and people do to values
  "value-mended": {
    severity: "warning",
    describe: ({ value, mended }) => {
      const [from, to] = [quotedValue(value), quotedValue(mended)];
      return text(`mended${from.en} →${to.en.slice(1)}`, `修正しました${from.ja} →${to.ja.slice(1)}`);
    },
  },
  "value-formula": suspicion("a code kept as a formula", "数式の形で保護された値です"),
  "value-apostrophe": suspicion("begins with an apostrophe", "先頭にアポストロフィがあります"),
  "value-exponent": suspicion("a number that a spreadsheet has rounded", "表計算ソフトが桁を丸めた値です(指数表記)"),
  "value-error": {
    severity: "error",
    describe: ({ value }) => {
      const shown = quotedValue(value);
      return text(
        `an error of a spreadsheet${shown.en} (if the text is meant, import with --allow error-values)`,
        `表計算ソフトのエラー値です${shown.ja}(文字として登録するなら --allow error-values を付けてインポートしてください)`,
      );
    },
  },
  "value-missing": suspicion("a program's word for no value", "プログラムが「値なし」に使う語です"),
  "value-blanks": suspicion(
    "blanks at the ends, which --fix trim removes",
    "前後に空白があります(--fix trim で取り除けます)",
  ),
  "name-blanks": suspicion(
    "blanks at the ends, which --fix leaves in a required name",
    "前後に空白があります(--fix は必須の名称を変えないため、ファイルを直してください)",
  ),
  "value-full-width": suspicion("full-width letters or digits", "全角英数字があります"),
  "value-small": suspicion(
    "small letters in a serial number, which is compared without regard to case",
    "小文字のシリアルナンバーです(大文字と小文字は区別しません)",
  ),
  "value-short": suspicion(
    "fewer digits than other codes, which begin with 0; a spreadsheet removes zeros at the start",
    "0 で始まるほかのコードより桁が少ない値です。表計算ソフトが先頭の 0 を消した可能性があります",
  ),
  "value-decimal": suspicion("a code made a decimal number", "コードが小数になっています"),
  "value-date": suspicion("a date where a code is expected", "コードが日付になっています"),
  "mail-scheme": suspicion("begins with mailto:", "先頭に mailto: があります"),
  "mail-enclosed": suspicion(
    "in brackets or quotes, which are no part of an address",
    "アドレスがかっこや引用符で囲まれています",
  ),
  "mail-domain": suspicion("no dot behind the @", "@ の後にドットがありません"),
  // rows compared with each other
  "key-duplicate": error("the same {header} as row {row}", "{row} 行目と重複しています"),
  "value-duplicate": error("row {row} has the same {header}", "{row} 行目にも同じ値があります"),
  "code-repeated": warning(
    (p) =>
      `the same ${p["header"]} as row ${p["row"]}${Number(p["count"] ?? 1) > 1 ? `, and ${counted(Number(p["count"]) - 1, "more row")} like that` : ""}`,
    (p) =>
      `${p["row"]} 行目と同じ${p["header"]}です${Number(p["count"] ?? 1) > 1 ? `。ほか ${Number(p["count"]) - 1} 行` : ""}`,
  ),
  "id-case-only": warning(
    "differs from row {row} in letter case only; these are two different users",
    "{row} 行目と大文字・小文字だけが違います(別のユーザーになります)",
  ),
  "code-alike": warning(
    "differs from row {row} in letter case or width only; these are two different records",
    "{row} 行目と大文字・小文字や全角・半角だけが違います(別のデータになります)",
  ),
  // rows compared with the tenant
  "key-ambiguous": error("matches {count} records of the tenant", "テナントの {count} 件に当てはまります"),
  "row-ambiguous": warning(
    (p) => {
      const first = p["tasks"] ? `do, confirm or drop first: task ${p["tasks"]}; or` : "if so,";
      return `left out: this may be ${p["records"]} with another key; ${first} change the key here to this one`;
    },
    (p) => {
      const first = p["tasks"] ? `先に作業 ${p["tasks"]} を行うか、完了を確認するか、取り下げるか` : "その場合は";
      return `取り込みませんでした: ${p["records"]} のキーが変わったものかもしれません。${first}、ここのキーもこの値に変更してください`;
    },
  ),
  "key-mended": error(
    'matches a record as it is in the file ("{value}"), and not as mended: correct the file, or leave out --fix',
    "修正前の値「{value}」に一致するデータがあります。ファイルを直すか、--fix を外してください",
  ),
  "new-address": warning(
    (p) => `${p["value"]} belongs to ${p["holder"]}: is this the same person with a new ${keyNamed(p).en}?`,
    (p) => `「${p["value"]}」は ${p["holder"]} のものです。同じ人の${keyNamed(p).ja}の変更ではありませんか?`,
  ),
  "other-person": warning(
    (p) =>
      `${p["value"]} belongs to ${p["holder"]}, but this row changes ${p["name"]}: was one column sorted by itself?`,
    (p) =>
      `「${p["value"]}」は ${p["holder"]} のものですが、この行は ${p["name"]} を変更します。1 つの列だけを並べ替えていませんか?`,
  ),
  "zeros-lost": warning(
    (p) =>
      `${p["value"]} is ${p["was"]} in the tenant: a spreadsheet has probably removed the zeros at the start${Number(p["count"]) > 1 ? ` (${counted(Number(p["count"]), "row")})` : ""}`,
    (p) =>
      `「${p["value"]}」は、テナントでは「${p["was"]}」です。表計算ソフトが先頭の 0 を消した可能性があります${Number(p["count"]) > 1 ? `(${p["count"]} 行)` : ""}`,
  ),
  "value-taken": error(
    (p) =>
      p["header"] === undefined
        ? `${p["value"]} belongs to ${p["holder"]}`
        : `${p["value"]} is already used as ${p["header"]} by the ${nounOf(p).en} ${p["holder"]}${p["further"] === 1 ? "; to make it the main one, meet the record by another key: --key employee-code" : ""}`,
    (p) =>
      p["header"] === undefined
        ? `${p["value"]} は ${p["holder"]} が使っています`
        : `${p["value"]} はすでに${nounOf(p).ja}「${p["holder"]}」が${p["header"]}に使っています${p["further"] === 1 ? "(メインにするには、--key employee-code など別のキーで対応させてください)" : ""}`,
  ),
  // all that is told of what lies outside the organisations of who asks
  "value-unusable": error(
    "{value} cannot be used as {header}: choose another, or ask a system administrator",
    "「{value}」は{header}に使えません。別の値にするか、システム管理者に依頼してください",
  ),
  "org-outside": error(
    (p) =>
      p["lacking"] === undefined
        ? `the ${nounOf(p).en} would lie outside your organisations: name one of them, or ask a system administrator`
        : `the row names no organisation: the file has no column ${p["lacking"]}; add it with one of your organisations, or ask a system administrator`,
    (p) =>
      p["lacking"] === undefined
        ? `${nounOf(p).ja}が管理対象組織の外になります。管理対象組織のどれかを指定するか、システム管理者に依頼してください`
        : `組織の指定がありません(ファイルに「${p["lacking"]}」の列がありません)。列を追加して管理対象組織のどれかを指定するか、システム管理者に依頼してください`,
  ),
  "org-beyond": error(
    (p) =>
      orgNamed(p, "code")?.en ??
      `the organisation with the code ${p["code"]} is outside yours or unknown: name one of yours, or ask a system administrator${isPath(p["code"]) ? `; the column has codes, not paths: ${line("orgs list", [])}` : ""}`,
    (p) =>
      orgNamed(p, "code")?.ja ??
      `組織コード「${p["code"]}」の組織は、管理対象組織の外にあるか、登録されていません。管理対象組織のコードにするか、システム管理者に依頼してください${isPath(p["code"]) ? `。この列はパスではなく組織コードです。確認: ${line("orgs list", [])}` : ""}`,
  ),
  "org-top": error(
    "what is above {name} lies outside your organisations: only a system administrator moves it",
    "「{name}」の上位組織は管理対象組織の外です。移動できるのはシステム管理者だけです",
  ),
  "org-unknown": error(
    (p) => orgNamed(p, "code")?.en ?? `no organisation with the code ${p["code"]}; --create-orgs creates it under 全社`,
    (p) =>
      orgNamed(p, "code")?.ja ?? `組織コード「${p["code"]}」の組織がありません(--create-orgs で全社の下に作れます)`,
  ),
  "org-parent-unknown": error(
    (p) => orgNamed(p, "parent")?.en ?? `no such parent organisation: ${p["parent"]}`,
    (p) => orgNamed(p, "parent")?.ja ?? `上位組織「${p["parent"]}」がありません`,
  ),
  "reference-deleted": warning(
    "left out: {value} was deleted or changed here; do that in the console, and export again",
    "取り込みませんでした: 「{value}」をここで削除または変更しています。管理画面でも行ってから、もう一度エクスポートしてください",
  ),
  "reference-left-out": warning(
    "nothing is known of {value}, and the last export of these left rows out: the cell is not read",
    "「{value}」はここにありません。直前に取り込んだエクスポートに取り込まなかった行があるため、このセルは読みません",
  ),
  "dropped-done": warning(
    "{value} was dropped here by change {change}, but somebody did it in the console: it is taken",
    "「{value}」は変更 {change} で取り下げましたが、管理画面で行われていたため取り込みます",
  ),
  "reference-ambiguous": warning(
    "left out: several organisations have the path {value}; rename all but one of them in the console, and export again",
    "取り込みませんでした: パス「{value}」の組織が複数あります。管理画面で 1 つを残して組織名を変更してから、もう一度エクスポートしてください",
  ),
  "org-new-code": warning(
    (p) =>
      `the export lacks ${p["org"]}, which had this name and place: is this its new code? If so, first: ${recodeLine(p)}`,
    (p) =>
      `同じ名前と場所だった ${p["org"]} がエクスポートにありません。同じ組織のコードの変更なら、先に: ${recodeLine(p)}`,
  ),
  "org-parent-ambiguous": error(
    "the path {parent} matches several organisations; give the parent's code instead",
    "パス「{parent}」に当てはまる組織が複数あります。上位組織コードで指定してください",
  ),
  "org-cycle": error("{name} would be below itself", "「{name}」が自分自身の下になります"),
  "org-delete-holds": error(
    (p) => orgHeld(p).en,
    (p) => orgHeld(p).ja,
  ),
  // all that is told of what holds it outside the organisations of who asks
  "org-delete-reserved": error(
    (p) =>
      `${p["org"]}${p["code"] === undefined ? "" : ` (${p["code"]})`} ${isKept(p) ? "is kept, as you cannot delete it" : "cannot be deleted by you"}: ask a system administrator`,
    (p) =>
      `「${p["org"]}」${p["code"] === undefined ? "" : `(${p["code"]})`}は削除できません${isKept(p) ? "(そのまま残します)" : ""}。システム管理者に依頼してください`,
  ),
  "org-reach": warning(
    (p) => `${p["org"]} is moved: ${reachOf(p).en}`,
    (p) => `「${p["org"]}」の移動: ${reachOf(p).ja}`,
  ),
  "org-not-shown": warning(
    (p) =>
      `${counted(Number(p["count"]), "user")} moved to 全社: the export says only that no organisation with a code holds them`,
    "{count} 人を全社に移します。組織コードのある組織にいないことしかエクスポートから分かりません",
  ),
  "user-unknown": error(
    `no user has the mail address "{value}"; import users first: ${line("users import", ["FILE"])}`,
    `メールアドレスが「{value}」のユーザーがいません。先にユーザーをインポートしてください: ${line("users import", ["FILE"])}`,
  ),
  "owner-org-unknown": error(
    (p) =>
      orgNamed(p, "code")?.en ??
      `no organisation has the code "${p["code"]}"; import organisations first: ${line("orgs import", ["FILE"])}`,
    (p) =>
      orgNamed(p, "code")?.ja ??
      `組織コード「${p["code"]}」の組織がありません。先に組織をインポートしてください: ${line("orgs import", ["FILE"])}`,
  ),
  "rule-broken": error("{en}", "{ja}"),
  "owner-both": error(
    "would belong to a user and to an organisation; leave {one} or {other} blank",
    "所有者がユーザーと組織の両方になります。「{one}」か「{other}」を空にしてください",
  ),
  "owner-not-managed": error(
    "an owner is set of devices that are {allowed} only; this one is {status}",
    "所有者を設定できるのは{allowed}のデバイスだけです(このデバイスは{status})",
  ),
  "owner-wipe": warning(
    (p) => `another owner: the device ${p["certain"] === 1 ? "has" : "may have"} to be wiped and set up again`,
    (p) => `所有者が変わります。デバイスの初期化と再設定が必要${p["certain"] === 1 ? "です" : "な場合があります"}`,
  ),
  "account-taken": error(
    "{owner} owns the Android device {device} too; in Fully Managed an account has one device",
    "「{owner}」は Android デバイス「{device}」も所有しています。Fully Managed では 1 つのアカウントを 2 台目のデバイスに使えません",
  ),
  "account-shared": warning(
    "{owner} owns the Android device {device} too; an account is meant for one device",
    "「{owner}」は Android デバイス「{device}」も所有しています(アカウントはデバイスごとに 1 つとされています)",
  ),
  "android-mode-elsewhere": error(
    "only Android devices have a mode; leave it blank, or make Android the platform",
    "モードがあるのは Android デバイスだけです。空にするか、プラットフォームを Android にしてください",
  ),
  "delete-held": error(
    (p) => ownerHeld(p).en,
    (p) => ownerHeld(p).ja,
  ),
  "owner-released": warning(
    (p) => `${p["name"]} is deleted, and the owner is removed from ${devicesIn(p).en}`,
    (p) => `「${p["name"]}」を削除し、デバイス ${devicesIn(p).ja} の所有者を外します`,
  ),
  "group-unknown": error(
    "no group named {group}; --create-groups creates it",
    "グループ「{group}」がありません(--create-groups で作れます)",
  ),
  "name-near": warning(
    (p) => `creates the ${nounOf(p).en} ${p["name"]}; did you mean ${p["near"]}?`,
    (p) => `${nounOf(p).ja}「${p["name"]}」を新しく作ります。「${p["near"]}」ではありませんか?`,
  ),
  "blank-org": warning(
    (p) =>
      `a blank leaves ${counted(Number(p["count"]), "user")} where they are, though --blank clear is given${p["inside"] === 1 ? "" : `; to move one out: ${line("users move", ["USER"], { org: "全社" })}`}`,
    (p) =>
      `空のセルでは所属組織は変わりません(${p["count"]} 人。--blank clear でも同じです)${p["inside"] === 1 ? "" : `。全社に移すには: ${line("users move", [])} ユーザー --org 全社`}`,
  ),
  "blank-kept": warning(
    (p) => `a blank never clears this column, --blank clear neither: ${counted(Number(p["count"]), "value")} kept`,
    "この列は空のセルでは消えません({count} 件。--blank clear でも同じです)",
  ),
  "org-slash": warning(
    `creates one organisation named {name}, and no organisations below each other: the column has codes, not paths; if a path is meant, leave out --create-orgs, import the organisations first (${line("orgs import", ["FILE"])}) and write their codes`,
    `「{name}」という名前の組織を 1 つ作ります(階層にはなりません)。この列はパスではなく組織コードです。パスのつもりなら --create-orgs を付けずに、先に組織をインポートし(${line("orgs import", ["FILE"])})、その組織コードを書いてください`,
  ),
  "administrator-row": error(
    "{id} is an administrator; imports never touch administrators",
    "{id} は管理者です。インポートは管理者を変更しません",
  ),
  "administrator-delete": error(
    (p) => administratorHeld(p).en,
    (p) => administratorHeld(p).ja,
  ),
  "administrator-above": error(
    "{name} is an administrator above operator, or one whose role is not known: only a system administrator changes the user",
    "「{name}」はオペレーターより上の管理者か、管理者権限が不明な管理者です。ユーザーを変更できるのはシステム管理者だけです",
  ),
  "operator-stranded": warning(
    "{name} is an operator and moves to 全社: an operator acts in another organisation only, and is left without any",
    "オペレーター「{name}」を全社に移します。オペレーターは全社以外の所属組織だけで操作できるため、操作できる組織がなくなります",
  ),
  "account-name-composed": error(
    (p) => {
      const { en } = composedOf(p);
      return p["composed"] === ""
        ? `names are composed of the ${en}, which this user lacks: give the user one first, or leave ${p["value"]} out`
        : `${p["value"]} is not what names are composed of (${en}): write ${p["composed"]}, or leave it blank`;
    },
    (p) => {
      const { ja } = composedOf(p);
      return p["composed"] === ""
        ? `このユーザーには、アカウント名を構成する情報「${ja}」がありません。先に設定するか、「${p["value"]}」を空にしてください`
        : `「${p["value"]}」は構成する情報「${ja}」と異なります。「${p["composed"]}」にするか、空にしてください`;
    },
  ),
  "administrator-account": error(
    "{name} is an administrator; an import cannot rename the account or set its password",
    "「{name}」は管理者です。アカウント名やパスワードはインポートで変えられません",
  ),
} as const satisfies Record<string, ProblemKind>;

export type ProblemCode = keyof typeof PROBLEMS;

/** One problem at one place of an input file. */
export interface Problem {
  readonly code: ProblemCode;
  /** the record, counted from 1; 1 is the header. 0: the file as a whole, or a record missing from the file */
  readonly row: number;
  /** the physical line on which the record begins, counted from 1; 0 if there is none */
  readonly line: number;
  /** the cell, counted from 1; 0 for the record as a whole */
  readonly column: number;
  /** the column's header as in the file; "" for the record as a whole */
  readonly header: string;
  readonly params: ProblemParams;
}

/** A problem of the file as a whole. */
export const fileProblem = (code: ProblemCode, params: ProblemParams = {}): Problem => ({
  code,
  row: 0,
  line: 0,
  column: 0,
  header: "",
  params,
});

/** What is wrong with a value that stays nevertheless, as the console has it. @param params its own, and `of`, its code */
function describeKept({ of, count = 1, ...params }: ProblemParams): Text {
  const { [String(of)]: kind } = PROBLEMS as Readonly<Record<string, ProblemKind>>;
  const { en, ja } = kind?.describe(params) ?? same(String(of));
  const more = Number(count) - 1;
  return text(
    `kept as the console has it: ${en}${more > 0 ? `; and ${more} more` : ""}`,
    `管理画面の値のまま登録します: ${ja}${more > 0 ? `。ほか ${more} 件` : ""}`,
  );
}

/** The text of a problem, without its place, in both languages. */
export const describeProblem = (problem: Pick<Problem, "code" | "params">): Text =>
  PROBLEMS[problem.code].describe(problem.params);

export const severityOf = (code: ProblemCode): "error" | "warning" => PROBLEMS[code].severity;
