import { line, type CommandLine } from "../advice/index.ts";
import { formatCount, joinTexts, same, shortenText, text, type Text } from "../text/index.ts";
import { ACCOUNT_NAME_COMPOSITIONS, type AccountNameComposition } from "./composition.ts";
import { describeLikelyCause, quoteValue } from "./cell-text.ts";

/** A parameter never contains a secret. */
export type ProblemParams = Readonly<Record<string, string | number>>;

interface ProblemKind {
  readonly severity: "error" | "warning";
  /** @param noun what people call a record of the type that the parameter `of` names */
  readonly describe: (params: ProblemParams, noun: Text) => Text;
}

type MessageTemplate = string | ((params: ProblemParams, noun: Text) => string);

/** In a template, `{name}` is a parameter, and `{name row}` counts: `1 row`, `2 rows`. */
const fillTemplate = (wording: MessageTemplate, params: ProblemParams, noun: Text = same("")): string =>
  typeof wording === "string"
    ? wording.replaceAll(/\{(\w+)(?: ([^}]+))?\}/g, (_, name: string, counted?: string) => {
        const { [name]: value } = params;
        return counted === undefined ? shortenText(String(value)) : formatCount(Number(value), counted);
      })
    : wording(params, noun);

const createProblemKindFactory =
  (severity: ProblemKind["severity"]) =>
  (en: MessageTemplate, ja: MessageTemplate): ProblemKind => ({
    severity,
    describe: (params, noun) => text(fillTemplate(en, params, noun), fillTemplate(ja, params, noun)),
  });

const createValueError = (en: MessageTemplate, ja: MessageTemplate): ProblemKind => ({
  severity: "error",
  describe: (params) => {
    const { value } = params;
    const what = text(fillTemplate(en, params), fillTemplate(ja, params));
    return joinTexts([what, quoteValue(value), describeLikelyCause(value)], same(""));
  },
});

const describeMore = ({ count = 1 }: ProblemParams): Text =>
  Number(count) > 1 ? text(` and ${Number(count) - 1} more`, ` ほか ${Number(count) - 1} 件`) : same("");

const createSuspiciousValueKind = (en: string, ja: string, severity: ProblemKind["severity"] = "warning") => ({
  severity,
  describe: (params: ProblemParams) =>
    joinTexts([text(en, ja), quoteValue(params["value"]), describeMore(params)], same("")),
});

const createError = createProblemKindFactory("error");
const createWarning = createProblemKindFactory("warning");

const describeNameComposition = ({ by }: ProblemParams): Text =>
  ACCOUNT_NAME_COMPOSITIONS[by as AccountNameComposition] ?? same(String(by));

const buildCodeCommand = ({ code }: ProblemParams): CommandLine =>
  line("orgs edit", [String(code)], { code: String(code) });

const createSpellingWarning = (en: MessageTemplate, ja: MessageTemplate): ProblemKind =>
  createWarning(
    (p) => `${fillTemplate(en, p)}${Number(p["count"]) > 1 ? ` (${formatCount(Number(p["count"]), "row")})` : ""}`,
    (p) => `${fillTemplate(ja, p)}${Number(p["count"]) > 1 ? `(${p["count"]} 行)` : ""}`,
  );

const describeOwnedDevices = ({ devices: listed = "", count = 0 }: ProblemParams): Text => {
  const devices = listed === "" ? [] : String(listed).split("\n");
  return joinTexts([...devices, ...(Number(count) > devices.length ? ["…"] : [])].map(same), text(", ", "、"));
};

const explainUndeletableHolder = (params: ProblemParams, { en, ja }: Text): Text => {
  const { name, devices, count } = params;
  const counted = text(formatCount(Number(count), en), `${ja} ${count} 件`);
  const owned = devices === undefined ? counted : describeOwnedDevices(params);
  return text(
    `${name} cannot be deleted: used by ${owned.en}`,
    `「${name}」は削除できません: ${owned.ja} が使っています`,
  );
};

export const PROBLEMS = {
  "file-empty": createError("the file is empty", "ファイルが空です"),
  "file-no-rows": createError("the file contains only a header row", "ヘッダー行しかありません"),
  "bytes-invalid": createError("the bytes {bytes} are not valid {encoding}", "{encoding} にないバイト列です: {bytes}"),
  "character-private-use": createError(
    "{codePoint} is a private-use character (gaiji) that other systems cannot show",
    "{codePoint} は外字(私用領域)で、ほかのシステムでは表示できません",
  ),
  "character-bom": createError(
    "contains a byte order mark (U+FEFF); were two files joined?",
    "BOM(U+FEFF)があります。2 つのファイルをつなげたものではありませんか",
  ),
  "character-invisible": createWarning(
    (p) => `${formatCount(Number(p["count"] ?? 1), "invisible character")} (${p["codePoint"]})`,
    (p) => `見えない文字が ${p["count"] ?? 1} 個あります(${p["codePoint"]})`,
  ),
  "character-lost": createSuspiciousValueKind(
    "contains U+FFFD, which stands for a lost character; get the list again from its source, or correct the value",
    "失われた文字(U+FFFD)があります。元のシステムから一覧を取り直すか、値を直してください",
    "error",
  ),
  "character-nul": createError("contains a NUL character (U+0000)", "NUL 文字(U+0000)があります"),
  "quote-unclosed": createError("the quote opened here is never closed", "ここで始まる引用符が閉じられていません"),
  "quote-stray": createError(
    (p) =>
      `quote inside an unquoted cell${p["before"] === "=" ? " (a code protected as a formula: remove the = and the quotes)" : ""}`,
    (p) =>
      `引用符で始まらないセルの途中に引用符があります${p["before"] === "=" ? "(数式の形で保護された値です。= と引用符を外してください)" : ""}`,
  ),
  "quote-trailing": createError("text after the closing quote", "閉じた引用符の後に文字があります"),
  "cells-too-few": createError(
    "{got cell}, but the header has {want}",
    "セルが {got} 個だけです(ヘッダーは {want} 個)",
  ),
  "row-blank": createWarning("{count blank row} skipped", "空の行を {count} 行読み飛ばします"),
  "row-total": createWarning(
    '{count row} of totals or notes skipped ("{value}")',
    "合計や注記の行を {count} 行読み飛ばします(「{value}」)",
  ),
  "row-repeated": createWarning("{count row} skipped: same as an earlier row", "前と同じ {count} 行を読み飛ばします"),
  "row-skipped": createWarning(
    (p) =>
      `${formatCount(Number(p["count"]), "row")} skipped by the column map: ${p["header"]} is ${p["value"] || "blank"}`,
    "対応表により、「{header}」が「{value}」の {count} 行を読み飛ばします",
  ),
  "row-left": createWarning("{count row} skipped: these people have left", "退職済みの {count} 行を読み飛ばします"),
  "leaving-unknown": createError(
    '"{value}" is neither a day nor a word for people who left or stay',
    "「{value}」は、日付としても、退職・在籍を表す言葉としても読めません",
  ),
  "leaver-stays": createWarning(
    "{name} is not selected: row {row} says that this person has not left",
    "{name} は対象にしません: {row} 行目では退職していません",
  ),
  "record-unknown": createError(
    (p, noun) => (p["value"] === "" ? "the row names no record" : `no ${noun.en} matches "${p["value"]}"`),
    (p, noun) =>
      p["value"] === "" ? "どのデータの行か書かれていません" : `「${p["value"]}」に該当する${noun.ja}はありません`,
  ),
  "record-ambiguous": createError("matches {count} records: {records}", "{count} 件に該当します: {records}"),
  "record-contested": createError(
    (p) =>
      `belongs to ${p["holder"]}${p["name"] === "" ? ", who has another key" : `, but the row names "${p["name"]}"`}`,
    (p) =>
      `${p["holder"]} のものですが、この行は${p["name"] === "" ? "ほかのキーが異なります" : `「${p["name"]}」です`}`,
  ),
  "cells-too-many": createError("{got cell}; the header has only {want}", "セルが {got} 個です(ヘッダーは {want} 個)"),
  "record-too-long": createError("the row is longer than {max} characters", "行が {max} 文字を超えています"),
  "columns-too-many": createError("the file has more than {max} columns", "列が {max} 個を超えています"),
  "cell-formula": createError(
    "{cell} has a formula without a result; open the workbook in Excel and save it",
    "{cell} の数式に計算結果がありません。Excel で開いて保存し直してください",
  ),
  "cell-merged": createError(
    "{cell} is part of the merged cells {range}; unmerge them and fill in each cell",
    "{cell} は結合セル {range} の一部です。結合を解除して各セルに入力してください",
  ),
  "cell-error": createError(
    "{cell} shows the error {value}; correct the formula or value in Excel (to import it as text, save the sheet as CSV and pass --allow error-values)",
    "{cell} がエラー値 {value} です。Excel で式か値を直してください(文字として登録するなら、シートを CSV で保存し --allow error-values を付けてインポート)",
  ),
  "cell-format": createError(
    "{cell} has a number that cannot be shown in its number format ({format}); format the cell as text and type the value again",
    "{cell} の数値は表示形式({format})で表示できません。セルの書式を「文字列」にして入力し直してください",
  ),
  "cell-digits": createError(
    "{cell} has a number with more than 15 digits, but Excel keeps only 15; format the cell as text and type the number again",
    "{cell} の数値は 15 桁を超えています(Excel は 15 桁までしか保持しません)。セルの書式を「文字列」にして入力し直してください",
  ),
  "cell-exponent": createError(
    "{cell} is shown with an exponent (such as 1.23E+11); format the cell as text or with the number format 0",
    "{cell} が指数(1.23E+11 など)で表示されています。セルの書式を「文字列」または数値の「0」にしてください",
  ),
  "rows-hidden": createWarning(
    "{count hidden or filtered row} also read; the first is row {row}",
    "非表示(フィルターで隠れた行を含む)の {count} 行も読み込みます(最初は {row} 行目)",
  ),
  "header-blank": createError(
    (p) => `column without a header${p["row"] === undefined ? "" : `, with a value in row ${p["row"]}`}`,
    (p) => `ヘッダーが空の列があります${p["row"] === undefined ? "" : `(${p["row"]} 行目に値があります)`}`,
  ),
  "header-again": createError("the header row again; remove this row", "ヘッダー行がまたあります。削除してください"),
  "header-duplicate": createError(
    "the column {header} appears twice; the first is column {first}",
    "列「{header}」が重複しています(最初は {first} 列目)",
  ),
  "header-reserved": createError("{header} cannot be used as a column name", "「{header}」は列名に使えません"),
  "header-unknown": createError(
    (p) =>
      `unknown column ${shortenText(String(p["header"]))}${p["nearest"] === undefined ? "" : `; did you mean ${p["nearest"]}?`}`,
    (p) =>
      `不明な列「${shortenText(String(p["header"]))}」です${p["nearest"] === undefined ? "" : `。「${p["nearest"]}」ですか?`}`,
  ),
  "header-near": createWarning(
    "the column {header} is not imported; did you mean {nearest}?",
    "列「{header}」は取り込みません。「{nearest}」ではありませんか?",
  ),
  "header-missing": createError("the column {header} is missing", "列「{header}」がありません"),
  "column-blank": createError(
    "blank in every row, and {count record} would lose a value; to clear the values, pass --blank clear; to keep them, pass --blank keep",
    "すべての行が空で、{count} 件の値が消えます。消してよければ --blank clear を、残すなら --blank keep を指定してください",
  ),
  "values-cleared": createWarning(
    "blank cells clear {cleared value}, but the file has values in only {filled row}; to keep the values, pass --blank keep",
    "空のセルで {cleared} 件の値が消えます(値のある行は {filled} 行だけです)。残すなら --blank keep を指定してください",
  ),
  required: createError("must not be blank", "空にできません"),
  "required-new": createError(
    (p, noun) =>
      `${p["header"]} must not be blank for a new ${noun.en}${p["secret"] === 1 ? " (to generate it: --generate-passwords FILE)" : ""}`,
    (p, noun) =>
      `新しい${noun.ja}では${p["header"]}を空にできません${p["secret"] === 1 ? "(自動で作るには: --generate-passwords FILE)" : ""}`,
  ),
  "too-long": createError("{length character}; the maximum is {max}", "{length} 文字あります(上限 {max} 文字)"),
  "too-short": createError("{length character}; the minimum is {min}", "{length} 文字しかありません(下限 {min} 文字)"),
  "values-too-many": createError("{count} values; the maximum is {max}", "値が {count} 個あります(上限 {max} 個)"),
  "key-too-long": createError(
    "{bytes byte} in UTF-8; a value that identifies records can have at most {max}",
    "UTF-8 で {bytes} バイトあります(検索に使う値の上限は {max} バイト)",
  ),
  "value-lines": createError("contains a line break; only one line is allowed", "改行があります(1 行にしてください)"),
  "value-hidden": createError(
    "contains invisible characters ({characters})",
    "目に見えない文字があります({characters})",
  ),
  "values-moved": createWarning(
    "the {count changed value} of this column only changed places",
    "この列で変わる {count} 件は、値が行どうしで入れ替わっただけです",
  ),
  "value-kept": { severity: "warning", describe: describeAcceptedValue },
  "not-alphanumeric": createValueError("must contain only half-width letters and digits", "半角英数字のみ使えます"),
  "not-boolean": createValueError("must be TRUE, FALSE or blank", "TRUE、FALSE、空欄のいずれかにしてください"),
  "not-day": createValueError("not a date such as 2027-03-31", "2027-03-31 のような日付ではありません"),
  "not-integer": createValueError("not a whole number", "整数ではありません"),
  "not-count": createValueError("not a whole number of 0 or more", "0 以上の整数ではありません"),
  "not-choice": createValueError("must be one of {choices}", "{choices} のいずれかにしてください"),
  "not-mail-address": createValueError("not an email address", "メールアドレスではありません"),
  "port-range": {
    ...createValueError("must be a port number from 1 to 65535", "1〜65535 のポート番号にしてください"),
    severity: "warning",
  },
  "value-mended": {
    severity: "warning",
    describe: ({ value, mended, ...params }) => {
      const [from, to, more] = [quoteValue(value), quoteValue(mended), describeMore(params)];
      return text(
        `corrected${from.en} →${to.en.slice(1)}${more.en}`,
        `直しました${from.ja} →${to.ja.slice(1)}${more.ja}`,
      );
    },
  },
  "value-formula": createSuspiciousValueKind("a code written as a formula", "数式の形で保護された値です"),
  "value-apostrophe": createSuspiciousValueKind("begins with an apostrophe", "先頭にアポストロフィがあります"),
  "value-exponent": createSuspiciousValueKind("a number rounded by a spreadsheet", "表計算ソフトが桁を丸めた数値です"),
  "value-error": createSuspiciousValueKind(
    "a spreadsheet error value; correct it, or pass --allow error-values to import it as text",
    "表計算ソフトのエラー値です(値を直すか、文字として登録するなら --allow error-values を付けてください)",
    "error",
  ),
  "name-blanks": createSuspiciousValueKind(
    "leading or trailing spaces; clomoctl does not remove them from names, so correct the file",
    "前後に空白があります(名前の空白は自動では取り除かないため、ファイルを直してください)",
  ),
  "value-short": createSuspiciousValueKind(
    "fewer digits than the codes that begin with 0; a spreadsheet may have removed leading zeros",
    "0 で始まるほかのコードより桁が少ない値です。表計算ソフトが先頭の 0 を消した可能性があります",
  ),
  "value-decimal": createSuspiciousValueKind("a code that became a decimal number", "コードが小数になっています"),
  "value-date": createSuspiciousValueKind("a date instead of a code", "コードが日付になっています"),
  "mail-scheme": createSuspiciousValueKind("begins with mailto:", "先頭に mailto: があります"),
  "mail-enclosed": createSuspiciousValueKind("an address in brackets or quotes", "かっこか引用符の中のアドレスです"),
  "key-duplicate": createError("the same {header} as row {row}", "{row} 行目と重複しています"),
  "value-duplicate": createError("row {row} has the same {header}", "{row} 行目にも同じ値があります"),
  "key-ambiguous": createError("matches {count} records in the tenant", "テナントの {count} 件のデータに該当します"),
  "row-ambiguous": createWarning(
    "not imported: this row may be {records}; give one of them another key, or drop their tasks",
    "取り込みませんでした: この行は {records} と同じデータかもしれません。どれかに別のキーを付けるか、その作業を取り下げてください",
  ),
  "key-mended": createError(
    'one record has the key "{value}", and another record has the corrected key; correct the file',
    "キーが「{value}」のデータのほかに、修正後の値をキーとするデータもあります。ファイルを直してください",
  ),
  "row-contested": createError(
    (p) =>
      p["other"] === undefined
        ? `${p["value"]} belongs to ${p["holder"]}, but this row changes ${p["name"]}: was one column sorted without the others?`
        : `${p["value"]} belongs to ${p["holder"]}, but this row names ${p["other"]}: if it is the same person, first correct the name; if not, first delete the other person`,
    (p) =>
      p["other"] === undefined
        ? `「${p["value"]}」は ${p["holder"]} のものですが、この行は ${p["name"]} を変更します。1 つの列だけを並べ替えていませんか?`
        : `「${p["value"]}」は ${p["holder"]} のものですが、この行は「${p["other"]}」です。同じ人なら先に氏名を直し、別の人なら先に前の人を削除してください`,
  ),
  "value-password": createSpellingWarning("looks like a password", "パスワードのようです"),
  "value-respelt": createSpellingWarning(
    "{value} is read as {was}, the tenant's spelling",
    "「{value}」を、テナントの書き方に合わせて「{was}」とします",
  ),
  "zeros-lost": createSpellingWarning(
    "{value} is {was} in the tenant: a spreadsheet has probably removed the leading zeros",
    "「{value}」は、テナントでは「{was}」です。表計算ソフトが先頭の 0 を消した可能性があります",
  ),
  "value-taken": createError(
    (p, noun) =>
      p["holder"] === undefined
        ? `${p["value"]} is already used outside your organisations`
        : `${p["value"]} is already used as ${p["header"]} by the ${noun.en} ${p["holder"]}`,
    (p, noun) =>
      p["holder"] === undefined
        ? `${p["value"]} はすでに管理対象組織の外で使われています`
        : `${p["value"]} はすでに${noun.ja}「${p["holder"]}」が${p["header"]}に使っています`,
  ),
  "org-outside": createError(
    (_, noun) =>
      `the ${noun.en} would be outside your organisations: specify one of your organisations, or ask a system administrator`,
    (_, noun) =>
      `${noun.ja}が管理対象組織の外になります。管理対象組織のどれかを指定するか、システム管理者に依頼してください`,
  ),
  "org-unknown": createError(
    (p) => `no organisation${p["scoped"] !== undefined ? " that you manage" : ""} has the code ${p["code"]}`,
    (p) => `${p["scoped"] !== undefined ? "管理対象組織に、" : ""}組織コード「${p["code"]}」の組織がありません`,
  ),
  "org-name-taken": createError(
    (p) =>
      `no organisation has the code ${p["code"]}, but one is called that: correct the cell, or run ${buildCodeCommand(p)}`,
    (p) =>
      `組織コード「${p["code"]}」の組織はありませんが、同じ名前の組織があります。セルを直すか、次を実行してください: ${buildCodeCommand(p)}`,
  ),
  "org-name-unknown": createError(
    (p) => `no organisation${p["scoped"] !== undefined ? " that you manage" : ""} is called "${p["name"]}"`,
    (p) => `${p["scoped"] !== undefined ? "管理対象組織に、" : ""}「${p["name"]}」という組織がありません`,
  ),
  "org-name-ambiguous": createError(
    '{count} organisations are called "{name}": {paths}; write the path from 全社',
    "「{name}」に当てはまる組織が {count} 件あります: {paths}。全社からのパスで書いてください",
  ),
  "org-parent-unknown": createError("no such parent organisation: {parent}", "上位組織「{parent}」がありません"),
  "reference-deleted": createWarning(
    "not imported: {value} was deleted or changed in the mirror; make the same change in the console, then export again",
    "取り込みませんでした: 「{value}」はミラーで削除または変更されています。管理画面でも同じ変更を行ってから、もう一度エクスポートしてください",
  ),
  "org-parent-ambiguous": createError(
    "the path {parent} matches several organisations; use the parent's code instead",
    "パス「{parent}」に当てはまる組織が複数あります。上位組織コードで指定してください",
  ),
  "org-cycle": createError("{name} would be below itself", "「{name}」が自分自身の下になります"),
  "user-unknown": createError(
    'no user has the address, employee code, account or name "{value}"',
    "メールアドレス、社員コード、アカウント名、氏名が「{value}」のユーザーがいません",
  ),
  "owner-ambiguous": createError(
    "may be any of {count} users: {records}",
    "{count} 人のユーザーに該当します: {records}",
  ),
  "owner-org-unknown": createError(
    "no organisation has the code {code}, so it cannot be the owner",
    "所有組織コード「{code}」の組織がありません",
  ),
  "rule-broken": createError("{en}", "{ja}"),
  "owner-both": createError(
    "the device would belong to a user and to an organisation; leave {one} or {other} blank",
    "所有者がユーザーと組織の両方になります。「{one}」か「{other}」を空にしてください",
  ),
  "owner-not-managed": createError(
    "only devices with the status {allowed} can have an owner; this device is {status}",
    "所有者を設定できるのは{allowed}のデバイスだけです(このデバイスは{status})",
  ),
  "owner-wipe": createWarning(
    (p) => `the owner changes: the device ${p["certain"] === 1 ? "has" : "may have"} to be wiped and set up again`,
    (p) => `所有者が変わります。デバイスの初期化と再設定が必要${p["certain"] === 1 ? "です" : "な場合があります"}`,
  ),
  "account-taken": createError(
    "{owner} also owns the Android device {device}; in Fully Managed mode, an account can be used for only one device",
    "「{owner}」は Android デバイス「{device}」も所有しています。Fully Managed では 1 つのアカウントを 2 台目のデバイスに使えません",
  ),
  "account-missing": createWarning(
    "{owner} has no CLOMO account, which is asked for when a Fully Managed device is set up",
    "「{owner}」には CLOMO アカウントがありません。Fully Managed のデバイスのセットアップで入力を求められます",
  ),
  "account-shared": createWarning(
    "{owner} also owns the Android device {device}; each account is intended for only one device",
    "「{owner}」は Android デバイス「{device}」も所有しています(1 つのアカウントを使うデバイスは 1 台だけとされています)",
  ),
  "android-mode-elsewhere": createError(
    "only Android devices have a mode; leave the mode blank, or set the platform to Android",
    "モードがあるのは Android デバイスだけです。モードを空にするか、プラットフォームを Android にしてください",
  ),
  "delete-held": { severity: "error", describe: explainUndeletableHolder },
  "owner-released": createWarning(
    (p) => `${p["name"]} is deleted, and the owner is removed from ${describeOwnedDevices(p).en}`,
    (p) => `「${p["name"]}」を削除し、デバイス ${describeOwnedDevices(p).ja} の所有者を外します`,
  ),
  "group-unknown": createError("no group is named {group}", "グループ「{group}」がありません"),
  "administrator-row": createError(
    "{id} is an administrator; imports do not change administrators",
    "{id} は管理者です。管理者はインポートでは変更できません",
  ),
  "administrator-delete": createError(
    "{name} cannot be deleted: imports do not delete administrators",
    "「{name}」は削除できません: 管理者はインポートでは削除できません",
  ),
  "administrator-above": createError(
    "{name} is an administrator with a role above operator or with an unknown role: only a system administrator can change this user",
    "「{name}」はオペレーターより上の管理者か、管理者権限が不明な管理者です。このユーザーを変更できるのはシステム管理者だけです",
  ),
  "account-name-composed": createError(
    (p) => {
      const { en } = describeNameComposition(p);
      return p["composed"] === ""
        ? `account names are built from the ${en}, which this user does not have: set it first, or leave the cell blank`
        : `account names are built from the ${en}: use ${p["composed"]} instead of ${p["value"]}, or leave the cell blank`;
    },
    (p) => {
      const { ja } = describeNameComposition(p);
      return p["composed"] === ""
        ? `このユーザーには、アカウント名を構成する情報「${ja}」がありません。先に設定するか、セルを空にしてください`
        : `「${p["value"]}」はアカウント名を構成する情報「${ja}」と異なります。「${p["composed"]}」にするか、空にしてください`;
    },
  ),
  "administrator-account": createError(
    "{name} is an administrator; an import cannot rename the account or set its password",
    "「{name}」は管理者です。アカウント名やパスワードはインポートで変えられません",
  ),
} as const satisfies Record<string, ProblemKind>;

export type ProblemCode = keyof typeof PROBLEMS;

export interface Problem {
  readonly code: ProblemCode;
  /** number of the row, counted from 1 (the header); 0 for the whole file or for a missing record */
  readonly row: number;
  /** line of the file on which the row begins, counted from 1; 0 if unknown */
  readonly line: number;
  /** number of the cell, counted from 1; 0 for the whole row */
  readonly column: number;
  readonly header: string;
  readonly params: ProblemParams;
}

export const createFileProblem = (code: ProblemCode, params: ProblemParams = {}): Problem => ({
  code,
  row: 0,
  line: 0,
  column: 0,
  header: "",
  params,
});

function describeAcceptedValue({ of, count = 1, ...params }: ProblemParams, noun: Text): Text {
  const { [String(of)]: kind } = PROBLEMS as Readonly<Record<string, ProblemKind>>;
  const { en, ja } = kind?.describe(params, noun) ?? same(String(of));
  const more = describeMore({ count });
  return text(`the console's value is kept: ${en}${more.en}`, `管理画面の値のまま登録します: ${ja}${more.ja}`);
}

export const describeProblem = (
  { code, params }: Pick<Problem, "code" | "params">,
  nounOf: (thing: string) => Text,
): Text => PROBLEMS[code].describe(params, nounOf(String(params["of"])));

export const getProblemSeverity = (code: ProblemCode): "error" | "warning" => PROBLEMS[code].severity;
