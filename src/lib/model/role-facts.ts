import { line } from "../advice/index.ts";
import { text, type Text } from "../text/index.ts";
import { MANUAL_PAGES, ROLE_POLICY, MANUAL_STATEMENTS, type RightsCell, type ManualSentence } from "./role-policy.ts";
import {
  ADMINISTRATOR_ROLES,
  operationGroupOf,
  OPERATIONS,
  ROLES,
  type AdministratorRole,
  type Operation,
  type OperationGroup,
  type Role,
} from "./role.ts";
import { NEW_USER_ITEMS_WITHOUT_ALL, NEW_USER_ITEMS } from "./scheme.ts";

/** Note that is shown with every matrix of rights. @see facts 2.1, 8 */
export const MATRIX_NOTE = text(
  "clomoctl does not know CLOMO's own matrix of rights (各管理者の管理権限一覧). Rights based on CLOMO's manual are marked and shown with the sentence they are based on; all other rights are clomoctl rules.",
  "メーカーの「各管理者の管理権限一覧」の内容は確認できていません。メーカーのマニュアルの文に基づく欄には印を付け、その文を示しています。それ以外はすべて clomoctl 独自の規則です。",
);

/** A choice in the 管理者権限 field of the console's form. */
export interface RoleChoice {
  readonly role: Role;
  readonly name: Text;
  /** organisations in which the role can act */
  readonly scope: Text;
  readonly about: Text;
}

const ROLE_CHOICES: Readonly<Record<Role, Pick<RoleChoice, "scope" | "about">>> = {
  none: {
    scope: text("none", "なし"),
    about: text(
      "cannot sign in to CLOMO PANEL; for owners of devices",
      "CLOMO PANEL にログインしない(デバイスの所有者など)",
    ),
  },
  system: {
    scope: text("all organisations", "すべての組織"),
    about: text("can do everything; can have サポートオプション", "すべての操作が可能。サポートオプションを付与できる"),
  },
  division: {
    scope: text("managed organisations", "管理対象組織"),
    about: text(
      "acts in the organisations that a system administrator has set (管理対象組織), and can create operators there",
      "システム管理者が設定した管理対象組織を管理し、オペレーターを作成できる",
    ),
  },
  operator: {
    scope: text("own organisation and below", "所属組織とその下位"),
    about: text(
      "can do only a limited set of operations; cannot install profiles or add administrators; access to organisations below its own is a clomoctl rule",
      "限定された操作のみ。プロファイルのインストールと管理者の追加はできない。下位の組織も対象とするのは clomoctl 独自の規則",
    ),
  },
  custom: {
    scope: text("managed organisations, or 全て", "管理対象組織、または「全て」"),
    about: text(
      "can do the operations in its scheme (カスタム管理権限スキーム), and can create operators",
      "カスタム管理権限スキームにある操作が可能。オペレーターを追加できる",
    ),
  },
};

/** Returns the choices of the 管理者権限 field, in the order of the console's form. */
export const listRoleChoices = (): readonly RoleChoice[] =>
  (Object.keys(ROLES) as readonly Role[]).map((role) => ({ role, name: ROLES[role], ...ROLE_CHOICES[role] }));

/** A row of the matrix: an operation, and where each role may do it. */
export interface MatrixRow {
  readonly operation: Operation;
  readonly group: OperationGroup;
  readonly about: Text;
  readonly cells: Readonly<Record<AdministratorRole, RightsCell>>;
}

/** Returns one row for each operation, with a cell for each role, in the order of {@link OPERATIONS}. */
export const buildMatrixRows = (): readonly MatrixRow[] =>
  (Object.keys(OPERATIONS) as readonly Operation[]).map((operation) => ({
    operation,
    group: operationGroupOf(operation),
    about: OPERATIONS[operation].about,
    cells: ROLE_POLICY[operation],
  }));

/** A sentence of CLOMO's manual about a role, with the operations it is cited for and clomoctl's interpretation. */
export interface RoleSentence extends ManualSentence {
  readonly operations: readonly Operation[];
  readonly note: Text | null;
}

/** Where a role may do an operation, and the sentences of CLOMO's manual that say so. */
export interface RoleOperation extends RightsCell {
  readonly operation: Operation;
  readonly about: Text;
}

/** Everything that `roles show` shows about a role: sentences of CLOMO's manual, notes and operations. */
export interface RoleFacts extends RoleChoice {
  readonly sentences: readonly RoleSentence[];
  readonly notes: readonly Text[];
  /** empty for the role `none` */
  readonly operations: readonly RoleOperation[];
}

const isAdministratorRole = (role: Role): role is AdministratorRole =>
  (ADMINISTRATOR_ROLES as readonly Role[]).includes(role);

const joinOperationNames = (operations: readonly Operation[], language: "en" | "ja"): string =>
  operations.map((operation) => OPERATIONS[operation].about[language]).join(language === "en" ? ", " : "、");

/** Operations that a system administrator may do, but a division administrator may not do anywhere. */
const OPERATIONS_DENIED_TO_DIVISION = (Object.keys(OPERATIONS) as readonly Operation[]).filter(
  (operation) => ROLE_POLICY[operation].division.reach === "no",
);

/** Note about the data that roles below system administrator do not see in the records they can read. */
const RESTRICTED_DATA_NOTE = text(
  "The role sees what expires and when (a clomoctl rule). It does not see the account, the telephone number and its holder, the notes, the topic and the file of a renewal item, or the email address and telephone number of the contact person. To see these, an account needs the right to read Apple's services or to record renewal items. The owner of an item is shown only if the owner is a user in the organisations of the account.",
  "年次更新・期限の項目と日付は表示されますが、アカウント・電話番号とその所持者・メモ・トピック・ファイルと、担当者のメールアドレス・電話番号は表示されません(ADE などの閲覧か年次更新・期限の記録の権限が必要)。更新担当は、管理できる組織のユーザーだけが表示されます(clomoctl 独自の規則)。",
);

const ROLE_NOTES: Readonly<Record<Role, readonly Text[]>> = {
  none: [],
  system: [
    text(
      "The manual recommends a second system administrator in case the first one is no longer available. The role of the last system administrator cannot be changed (a clomoctl rule).",
      "システム管理者は 2 人以上がマニュアルで推奨されています。最後の 1 人の管理者権限は変更できません(clomoctl 独自の規則)。",
    ),
  ],
  division: [
    text(
      "The manual contradicts itself. Other pages say that a division administrator has the same rights as a system administrator within the managed organisations. The page on accounts does not say this; it mentions only that a division administrator can install profiles and create operators.",
      "マニュアルの記載が一致していません。ほかのページでは「管理対象組織の中ではシステム管理者と同じ」とされていますが、CLOMO アカウントのページにはその記載がなく、プロファイルのインストールなどとオペレーターの作成だけが挙げられています。",
    ),
    text(
      `Within the managed organisations, a division administrator can do the same as a system administrator, except for these operations (a clomoctl rule): ${joinOperationNames(OPERATIONS_DENIED_TO_DIVISION, "en")}.`,
      `clomoctl では、管理対象組織の中でシステム管理者と同じ操作ができます。ただし次の操作はできません(clomoctl 独自の規則): ${joinOperationNames(OPERATIONS_DENIED_TO_DIVISION, "ja")}。`,
    ),
    text(
      "The manual also contradicts itself about the number of administrator types: another page mentions three, and the page on accounts lists four.",
      "管理者の種類の数も一致していません。別のページの本文では 3 種類、CLOMO アカウントのページでは 4 種類です。",
    ),
    RESTRICTED_DATA_NOTE,
  ],
  operator: [
    text(
      "The user of an operator must belong to an organisation other than 全社 (a clomoctl rule); in 全社, an operator could act in all organisations.",
      "全社以外の組織に所属するユーザーだけがオペレーターになれます(clomoctl 独自の規則)。全社に所属していると、すべての組織を操作できてしまうためです。",
    ),
    RESTRICTED_DATA_NOTE,
  ],
  custom: [
    text(
      `The rights of a custom administrator come from a scheme (to list the schemes: ${line("roles schemes list", [])}). The manual names only three check items, all under Users/Org: 「ユーザーの作成と変更」, 「ユーザーの組織移動」 and 「組織の作成と変更」. The other items are clomoctl's own, one for each operation.`,
      `権限はカスタム管理権限スキームで決まります(一覧: ${line("roles schemes list", [])})。マニュアルで名前の分かるチェック項目は、Users/Org の「ユーザーの作成と変更」「ユーザーの組織移動」「組織の作成と変更」だけです。ほかの項目は clomoctl 独自で、操作ごとに 1 つです。`,
    ),
    text(
      `To create users, the scheme needs ${NEW_USER_ITEMS.en}; ${NEW_USER_ITEMS_WITHOUT_ALL.en}.`,
      `ユーザーの作成に必要な項目: ${NEW_USER_ITEMS.ja}。${NEW_USER_ITEMS_WITHOUT_ALL.ja}。`,
    ),
    text(
      "Operations on SECURED APPs require their check item in the scheme, and 全て as managed organisations (a clomoctl rule). SECURED APPs MANAGER has its own administrators.",
      "SECURED APPs の操作は、その項目があり、管理対象組織が「全て」の場合に限ります(clomoctl 独自の規則)。SECURED APPs MANAGER には独自の管理者がいます。",
    ),
    text(
      "To change the memo and tags of a device, the scheme needs 「デバイスのメモとタグの変更」 or 「デバイスの登録・変更・所有者の設定」, which includes it (a clomoctl rule).",
      "デバイスのメモとタグの変更には「デバイスのメモとタグの変更」の項目が必要です。「デバイスの登録・変更・所有者の設定」にも含まれます(clomoctl 独自の規則)。",
    ),
    RESTRICTED_DATA_NOTE,
  ],
};

/** Returns everything that `roles show` shows about a role. */
export const buildRoleFacts = (role: Role): RoleFacts => ({
  role,
  name: ROLES[role],
  ...ROLE_CHOICES[role],
  sentences: MANUAL_STATEMENTS.filter((said) => said.role === role).map(({ seed, sentence, cells, note }) => ({
    page: MANUAL_PAGES[seed],
    sentence,
    operations: cells.flatMap(([whose, operation]) => (whose === role ? [operation] : [])),
    note: note ?? null,
  })),
  notes: ROLE_NOTES[role],
  operations: isAdministratorRole(role)
    ? buildMatrixRows().map(({ operation, about, cells }) => ({ operation, about, ...cells[role] }))
    : [],
});
