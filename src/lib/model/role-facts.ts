import { line } from "../advice/index.ts";
import { text, type Text } from "../text/index.ts";
import { MANUAL_PAGES, POLICY, SAID, type RightsCell, type ManualSentence } from "./role-policy.ts";
import {
  ADMINISTRATORS,
  groupOf,
  OPERATIONS,
  ROLES,
  type AdministratorRole,
  type Operation,
  type OperationGroup,
  type Role,
} from "./role.ts";
import { USERS_WITHOUT_ALL, USERS_WITH_ALL } from "./scheme.ts";

/** Said wherever the matrix is shown. @see facts 2.1, 8 */
export const MATRIX_NOTE = text(
  "The maker's own matrix of rights (各管理者の管理権限一覧) is not known here. What a sentence of the maker's manual says is marked, with the sentence; everything else is clomoctl's own.",
  "メーカーの「各管理者の管理権限一覧」の内容は確認できていません。メーカーのマニュアルの文に基づく欄には印と文を示しています。それ以外はすべて clomoctl 独自です。",
);

/** What the numbers of pages mean. */
export const PAGES_NOTE = text(
  `000: the page of the maker's manual on ${MANUAL_PAGES["000"].en}; 001: on ${MANUAL_PAGES["001"].en}.`,
  `000 はマニュアルの「${MANUAL_PAGES["000"].ja}」、001 は「${MANUAL_PAGES["001"].ja}」のページです。`,
);

/** A choice of 管理者権限 on the console's form. */
export interface RoleChoice {
  readonly role: Role;
  readonly name: Text;
  /** over what it acts */
  readonly scope: Text;
  readonly about: Text;
}

const CHOICES: Readonly<Record<Role, Pick<RoleChoice, "scope" | "about">>> = {
  none: {
    scope: text("none", "なし"),
    about: text(
      "does not sign in to CLOMO PANEL: for owners of devices",
      "CLOMO PANEL にログインしない(デバイスの所有者など)",
    ),
  },
  system: {
    scope: text("all organisations", "すべての組織"),
    about: text("may do everything, may hold サポートオプション", "すべての操作が可能。サポートオプションを付与できる"),
  },
  division: {
    scope: text("its managed organisations", "管理対象組織"),
    about: text(
      "acts in the organisations that a system administrator set (管理対象組織), makes operators there",
      "システム管理者が設定した管理対象組織を管理し、オペレーターを作成できる",
    ),
  },
  operator: {
    scope: text("own organisation (below it: ours)", "所属組織と下位(下位は独自の規則)"),
    about: text(
      "a limited set of operations; no profiles, no administrators",
      "限定された操作のみ。プロファイルのインストールと管理者の追加はできない",
    ),
  },
  custom: {
    scope: text("its managed organisations, or 全て", "管理対象組織、または「全て」"),
    about: text(
      "what its scheme (カスタム管理権限スキーム) has, makes operators",
      "カスタム管理権限スキームにある操作が可能。オペレーターを追加できる",
    ),
  },
};

/** The choices of the form, in its order. */
export const roleChoices = (): readonly RoleChoice[] =>
  (Object.keys(ROLES) as readonly Role[]).map((role) => ({ role, name: ROLES[role], ...CHOICES[role] }));

/** A row of the matrix: an operation, and how far each role reaches with it. */
export interface MatrixRow {
  readonly operation: Operation;
  readonly group: OperationGroup;
  readonly about: Text;
  readonly cells: Readonly<Record<AdministratorRole, RightsCell>>;
}

/** Operations × roles, in the order of the operations. */
export const matrixRows = (): readonly MatrixRow[] =>
  (Object.keys(OPERATIONS) as readonly Operation[]).map((operation) => ({
    operation,
    group: groupOf(operation),
    about: OPERATIONS[operation].about,
    cells: POLICY[operation],
  }));

/** A sentence of the manual, the operations of the role that it is cited for, and how it is read. */
export interface RoleSentence extends ManualSentence {
  readonly operations: readonly Operation[];
  readonly note: Text | null;
}

/** What a role may with an operation. */
export interface RoleOperation extends RightsCell {
  readonly operation: Operation;
  readonly about: Text;
}

/** All that is known of a role, and what is clomoctl's own. */
export interface RoleFacts extends RoleChoice {
  readonly sentences: readonly RoleSentence[];
  readonly notes: readonly Text[];
  /** none of the role `none` */
  readonly operations: readonly RoleOperation[];
}

const isAdministrator = (role: Role): role is AdministratorRole => (ADMINISTRATORS as readonly Role[]).includes(role);

const listed = (operations: readonly Operation[], language: "en" | "ja"): string =>
  operations.map((operation) => OPERATIONS[operation].about[language]).join(language === "en" ? ", " : "、");

/** What a system administrator may, and a division administrator not even inside. */
const NOT_OF_DIVISIONS = (Object.keys(OPERATIONS) as readonly Operation[]).filter(
  (operation) => POLICY[operation].division.reach === "no",
);

/** What roles below the system administrator do not see of what they read. */
const RESERVED = text(
  "It sees what expires and when (ours), but not the account, the telephone number and who holds it, notes, topic and file of a renewal, nor the contact person's mail address and telephone number: these need the right to read Apple's services or to record renewals. An owner is shown if the owner is a user of its organisations.",
  "更新期限の項目と日付は表示されますが、アカウント・電話番号とその所持者・メモ・トピック・ファイルと、担当者のメールアドレス・電話番号は表示されません(ADE などの閲覧か更新期限の記録の権限が必要)。更新担当は、管理できる組織のユーザーだけが表示されます(clomoctl 独自の規則)。",
);

const NOTES: Readonly<Record<Role, readonly Text[]>> = {
  none: [],
  system: [
    text(
      "A second system administrator is advised in case the first is lost. The last one cannot be given another role here (ours).",
      "システム管理者は 2 人以上がマニュアルで推奨されています。最後の 1 人の管理者権限は変更できません(clomoctl 独自の規則)。",
    ),
  ],
  division: [
    text(
      "The manual contradicts itself: other pages say that a division administrator is the same as a system administrator inside the managed organisations; the page of accounts (000) leaves that out, and says only that it installs profiles and makes operators.",
      "マニュアルの記載が一致していません。ほかのページでは「管理対象組織の中ではシステム管理者と同じ」とされていますが、CLOMO アカウントのページ(000)にはその記載がなく、プロファイルのインストールなどとオペレーターの作成だけが挙げられています。",
    ),
    text(
      `clomoctl lets it do inside its organisations what a system administrator may, but not (ours): ${listed(NOT_OF_DIVISIONS, "en")}.`,
      `clomoctl では、管理対象組織の中でシステム管理者と同じ操作ができます。ただし次の操作はできません(clomoctl 独自の規則): ${listed(NOT_OF_DIVISIONS, "ja")}。`,
    ),
    text(
      "How many types of administrators there are is told in two ways, too: three in the text of another page, four in 000.",
      "管理者の種類の数も一致していません。別のページの本文では 3 種類、000 では 4 種類です。",
    ),
    RESERVED,
  ],
  operator: [
    text(
      "It needs a user in an organisation other than 全社 (ours): at 全社 it would act everywhere.",
      "全社以外の組織に所属するユーザーだけがオペレーターになれます(clomoctl 独自の規則)。全社に所属していると、すべての組織を操作できてしまうためです。",
    ),
    RESERVED,
  ],
  custom: [
    text(
      `Its rights come from a scheme: ${line("roles schemes list", [])}. The manual names three check items, all of Users/Org: 「ユーザーの作成と変更」, 「ユーザーの組織移動」, 「組織の作成と変更」; the other items are clomoctl's own, one an operation.`,
      `権限はカスタム管理権限スキームで決まります(一覧: ${line("roles schemes list", [])})。マニュアルで名前の分かるチェック項目は、Users/Org の「ユーザーの作成と変更」「ユーザーの組織移動」「組織の作成と変更」だけです。ほかの項目は clomoctl 独自で、操作ごとに 1 つです。`,
    ),
    text(
      `To create users: ${USERS_WITH_ALL.en}; ${USERS_WITHOUT_ALL.en}.`,
      `ユーザーの作成に必要な項目: ${USERS_WITH_ALL.ja}。${USERS_WITHOUT_ALL.ja}。`,
    ),
    text(
      "SECURED APPs are reached only by a scheme with that item over 全て (ours): SECURED APPs MANAGER has administrators of its own.",
      "SECURED APPs の操作は、その項目があり、管理対象組織が「全て」の場合に限ります(clomoctl 独自の規則)。SECURED APPs MANAGER には独自の管理者がいます。",
    ),
    text(
      "Memos and tags of devices need the item 「デバイスのメモとタグの変更」; 「デバイスの登録・変更・所有者の設定」 includes it (ours).",
      "デバイスのメモとタグの変更には「デバイスのメモとタグの変更」の項目が必要です。「デバイスの登録・変更・所有者の設定」にも含まれます(clomoctl 独自の規則)。",
    ),
    RESERVED,
  ],
};

/** All that is known of a role. */
export const roleFacts = (role: Role): RoleFacts => ({
  role,
  name: ROLES[role],
  ...CHOICES[role],
  sentences: SAID.filter((said) => said.role === role).map(({ seed, sentence, cells, note }) => ({
    seed,
    sentence,
    operations: cells.flatMap(([whose, operation]) => (whose === role ? [operation] : [])),
    note: note ?? null,
  })),
  notes: NOTES[role],
  operations: isAdministrator(role)
    ? matrixRows().map(({ operation, about, cells }) => ({ operation, about, ...cells[role] }))
    : [],
});
