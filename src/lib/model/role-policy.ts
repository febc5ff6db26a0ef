import { addArticle, text, type Text } from "../text/index.ts";
import { ADMINISTRATOR_ROLES, OPERATIONS, ROLES, type AdministratorRole, type Operation, type Role } from "./role.ts";

/**
 * Where a role may do an operation. `all`: in the whole tenant; `inside`: in its own organisations; `item`: in its own
 * organisations, if its scheme contains the operation; `no`: nowhere.
 */
export type Reach = "all" | "inside" | "item" | "no";

/** Labels of the values of {@link Reach}. */
export const REACH_LABELS = {
  all: text("all", "全体"),
  inside: text("inside", "組織内"),
  item: text("item", "項目"),
  no: text("no", "不可"),
} as const satisfies Readonly<Record<Reach, Text>>;

/** The pages of CLOMO's manual that are cited, by the number of the seed. */
export const MANUAL_PAGES = {
  "000": "CLOMO アカウントの作成・編集",
  "001": "CLOMO アカウント設定",
} as const;

/** A sentence of CLOMO's manual, quoted verbatim, and the page that contains it. */
export interface ManualSentence {
  readonly page: string;
  readonly sentence: string;
}

/** Returns a sentence with the manual's page that contains it. */
export const citeSentence = ({ page, sentence }: ManualSentence): string => `${page}「${sentence}」`;

/** Where a role may do an operation, and the manual's sentences on that. Without a sentence: a clomoctl rule. */
export interface RightsCell {
  readonly reach: Reach;
  readonly manual: readonly ManualSentence[];
}

/** A sentence in which CLOMO's manual explains a role. */
export interface ManualStatement {
  /** the seed (source document) of the page */
  readonly seed: keyof typeof MANUAL_PAGES;
  readonly sentence: string;
  readonly role: Role;
  /** cells of the matrix that the sentence is cited for */
  readonly cells: readonly (readonly [role: AdministratorRole, operation: Operation])[];
  /** how clomoctl interprets the sentence, or what the sentence says in addition to the cells */
  readonly note?: Text | undefined;
}

const ALL_OPERATIONS = Object.keys(OPERATIONS) as readonly Operation[];

/** Operations that CLOMO PANEL offers. All others belong to clomoctl or to SECURED APPs MANAGER. */
const PANEL_OPERATIONS = ALL_OPERATIONS.filter((operation) =>
  /^(?:orgs|users|fields|accounts|schemes|devices|apple)\./.test(operation),
);

/** Check items of a scheme that CLOMO's manual names. @see facts 2.1 */
const DOCUMENTED_ITEMS = ALL_OPERATIONS.filter((operation) => "manual" in OPERATIONS[operation]);

const ROLE_PURPOSE_NOTE = text(
  "describes what a role is for; does not mention an operation",
  "管理者権限の用途についての説明で、個々の操作についての記載ではありません",
);

const SCHEME_ITEMS_NOTE = text(
  "cited only for the check items that another page of the manual names; that the other operations have check items is a clomoctl rule",
  "別のページで名前の分かるチェック項目だけに引用しています。ほかの操作に項目があるとするのは clomoctl 独自です",
);

/** Every sentence of seeds 000 and 001 on what a role is or may do, in the manual's order.  @see facts 2.1, 8 */
export const MANUAL_STATEMENTS: readonly ManualStatement[] = [
  {
    role: "none",
    seed: "000",
    sentence: "デバイスの所有者として関連付けるために作成したユーザーの場合は「管理者権限を付与しない」を選択します。",
    cells: [],
    note: ROLE_PURPOSE_NOTE,
  },
  {
    role: "none",
    seed: "000",
    sentence: "デバイス配布用として作成したユーザーの場合は「管理者権限を付与しない」を選択します。",
    cells: [],
    note: ROLE_PURPOSE_NOTE,
  },
  {
    role: "none",
    seed: "000",
    sentence:
      "しかしながら、管理者権限として利用していた CLOMOアカウントは「権限を付与しない」の設定にすれば、以降 CLOMO PANEL にログインできなくなるので削除と同等の対応をとることができます。",
    cells: [],
    note: text(
      "an account without a role cannot do anything in clomoctl",
      "管理者権限のないアカウントは、clomoctl では何も操作できません",
    ),
  },
  {
    role: "none",
    seed: "001",
    sentence:
      "※ 管理権限は、そのアカウントが管理者である場合に設定するもので、CLOMO PANEL へログインするための権限となります。",
    cells: [],
    note: ROLE_PURPOSE_NOTE,
  },
  {
    role: "none",
    seed: "001",
    sentence:
      "そのため、Android Enterprise の利用アカウントや、CLOMO GATE のログインアカウントに使われる場合には、管理権限は必須ではありません。",
    cells: [],
    note: ROLE_PURPOSE_NOTE,
  },
  {
    role: "system",
    seed: "000",
    sentence: "CLOMO PANEL におけるあらゆる権限を持ち、すべての組織ですべての操作ができます。",
    cells: PANEL_OPERATIONS.map((operation) => ["system", operation]),
    note: text(
      "the manual says this about CLOMO PANEL; for SECURED APPs and for features that exist only in clomoctl (tenant information, handover, console tasks, audit log, renewal items, this table), clomoctl applies the same rule",
      "CLOMO PANEL についての記載です。clomoctl だけの操作(テナント情報・引き継ぎ・管理画面での作業・監査ログ・「年次更新・期限」・この一覧)と SECURED APPs については clomoctl 独自です",
    ),
  },
  {
    role: "system",
    seed: "000",
    sentence:
      "権限タイプ別の管理者の追加や、その管理者の管理対象組織の選択、また、システム管理者には、サポートオプションを追加付与できます。",
    cells: [
      ["system", "accounts.write"],
      ["system", "accounts.roles"],
      ["system", "accounts.orgs"],
    ],
    note: text(
      "only system administrators can have サポートオプション, at most 5 accounts in a tenant (another page of the manual)",
      "サポートオプションを付与できるのはシステム管理者だけで、1 テナントに 5 アカウントまでです(マニュアルの別のページ)",
    ),
  },
  {
    role: "division",
    seed: "000",
    sentence: "システム管理者により、管理対象組織(部門)を設定された管理者です。",
    cells: [["system", "accounts.orgs"]],
    note: text(
      "says that a system administrator sets 管理対象組織; that nobody else can set them is a clomoctl rule",
      "管理対象組織を設定するのがシステム管理者であることの記載です。ほかの管理者は設定できないとするのは clomoctl 独自です",
    ),
  },
  {
    role: "division",
    seed: "000",
    sentence: "管理対象組織に対しては、プロファイルのインストールなどもおこなえます。",
    cells: [],
    note: text(
      "clomoctl does not install profiles, so the table does not have a row for this; the manual does not say what など includes",
      "clomoctl にはプロファイルのインストールがないため、表に行はありません。「など」が何を指すかは書かれていません",
    ),
  },
  {
    role: "division",
    seed: "000",
    sentence: "管理対象組織内のオペレーターを作成することができます。",
    cells: [["division", "accounts.write"]],
    note: text(
      "mentions only operators; that a division administrator can also create accounts without a role is a clomoctl rule",
      "オペレーターについての記載です。管理者権限のないアカウントも作成できるとするのは clomoctl 独自です",
    ),
  },
  {
    role: "operator",
    seed: "000",
    sentence: "システム管理者・部門管理者の下位に属し、所属する部門においてのみ限定されたコマンドが実行できます。",
    cells: [],
    note: text(
      "does not name the commands. Two rules are clomoctl's own: operators act only within their own organisation, and every role can read tenant information, custom fields, renewal items (which ones: see below) and this table",
      "どのコマンドかは書かれていません。次の 2 つは clomoctl 独自です。オペレーターが操作できるのは、本人が所属する組織の内側だけです。テナント情報・カスタムユーザー情報の項目・「年次更新・期限」(表示範囲は下記)・この一覧は、どの管理者も閲覧できます",
    ),
  },
  {
    role: "operator",
    seed: "000",
    sentence: "プロファイルのインストール、管理者の追加はおこなえません。",
    cells: [
      ["operator", "accounts.write"],
      ["operator", "accounts.roles"],
    ],
    note: text(
      "clomoctl does not install profiles, so the table has no row for profiles. Operators cannot create accounts without a role either: this rule is clomoctl's own",
      "clomoctl はプロファイルをインストールしないため、プロファイルの行は表にありません。オペレーターは管理者権限のないアカウントも作成できません(clomoctl 独自です)",
    ),
  },
  {
    role: "custom",
    seed: "000",
    sentence: "権限の範囲を選択し、設定した範囲で操作が可能な管理者です。",
    cells: DOCUMENTED_ITEMS.map((operation) => ["custom", operation]),
    note: SCHEME_ITEMS_NOTE,
  },
  {
    role: "custom",
    seed: "000",
    sentence: "設定された権限については、システム管理者と同等の権限を持ちます。",
    cells: DOCUMENTED_ITEMS.map((operation) => ["custom", operation]),
    note: SCHEME_ITEMS_NOTE,
  },
  {
    role: "custom",
    seed: "000",
    sentence: "また、管理対象組織も同様に設定できます。",
    cells: [["system", "accounts.orgs"]],
    note: text(
      "interpreted as: a system administrator sets them, as for a division administrator; the sentence could also mean that a custom administrator can set them, but clomoctl does not allow this",
      "部門管理者と同様に、システム管理者が設定すると解釈しています。カスタム管理者が設定できるとも読めますが、clomoctl では設定できません",
    ),
  },
  {
    role: "custom",
    seed: "000",
    sentence: "部門管理者と同様に、管理対象組織内のオペレーターを追加することができます。",
    cells: [["custom", "accounts.write"]],
    note: text(
      "mentions only operators; that the scheme needs 「ユーザーの作成と変更」 to create or change accounts without a role, and to change account names, is a clomoctl rule",
      "オペレーターについての記載です。管理者権限のないアカウントの作成・変更とアカウント名の変更にスキームの「ユーザーの作成と変更」が必要とするのは clomoctl 独自です",
    ),
  },
];

/** Where the roles below system administrator may do each operation: division, operator, custom. */
const ROLE_REACHES: Readonly<Record<Operation, readonly [division: Reach, operator: Reach, custom: Reach]>> = {
  "tenant.write": ["no", "no", "no"],
  "handover.read": ["no", "no", "no"],
  "orgs.read": ["inside", "inside", "inside"],
  "orgs.write": ["inside", "no", "item"],
  "orgs.delete": ["inside", "no", "item"],
  "users.read": ["inside", "inside", "inside"],
  "users.write": ["inside", "no", "item"],
  "users.move": ["inside", "no", "item"],
  "users.delete": ["inside", "no", "item"],
  "fields.read": ["all", "all", "all"],
  "fields.write": ["no", "no", "no"],
  "accounts.read": ["inside", "no", "inside"],
  "accounts.write": ["inside", "no", "inside"],
  "accounts.roles": ["no", "no", "no"],
  "accounts.orgs": ["no", "no", "no"],
  "accounts.settings": ["no", "no", "no"],
  "schemes.read": ["no", "no", "no"],
  "schemes.write": ["no", "no", "no"],
  "roles.read": ["all", "all", "all"],
  "devices.read": ["inside", "inside", "inside"],
  "devices.write": ["inside", "no", "item"],
  "devices.note": ["inside", "inside", "item"],
  "devices.delete": ["inside", "no", "item"],
  "apple.read": ["no", "no", "no"],
  "apple.write": ["no", "no", "no"],
  "secured.read": ["no", "no", "item"],
  "secured.write": ["no", "no", "item"],
  "console.read": ["inside", "inside", "inside"],
  "console.write": ["inside", "no", "inside"],
  "audit.read": ["inside", "no", "item"],
  "audit.verify": ["no", "no", "no"],
  "renewals.read": ["all", "all", "all"],
  "renewals.write": ["no", "no", "no"],
};

/** Sentences of CLOMO's manual that are cited for a cell, by role and operation. */
const CITATIONS = Map.groupBy(
  MANUAL_STATEMENTS.flatMap(({ seed, sentence, cells }) => {
    const cited: ManualSentence = { page: MANUAL_PAGES[seed], sentence };
    return cells.map(([role, operation]) => ({ cell: `${role} ${operation}`, cited }));
  }),
  ({ cell }) => cell,
);

const buildCell = (role: AdministratorRole, operation: Operation): RightsCell => {
  const [division, operator, custom] = ROLE_REACHES[operation];
  const reach: Reach = { system: "all" as const, division, operator, custom }[role];
  return { reach, manual: (CITATIONS.get(`${role} ${operation}`) ?? []).map(({ cited }) => cited) };
};

/** Which roles may do which operations, and where. The tenant enforces this policy, and `roles matrix` shows it. */
export const ROLE_POLICY = Object.fromEntries(
  ALL_OPERATIONS.map((operation) => [
    operation,
    Object.fromEntries(ADMINISTRATOR_ROLES.map((role) => [role, buildCell(role, operation)])),
  ]),
) as Readonly<Record<Operation, Readonly<Record<AdministratorRole, RightsCell>>>>;

/** The operations that are check items of a custom scheme. */
export const SCHEME_ITEMS: readonly Operation[] = ALL_OPERATIONS.filter(
  (operation) => ROLE_POLICY[operation].custom.reach === "item",
);

/** Operations that are part of another check item, by operation. A scheme with that item also permits the operation. */
const INCLUDED_IN_ITEM: Readonly<Partial<Record<Operation, Operation>>> = { "devices.note": "devices.write" };

/** Returns true if the check items of a scheme permit an operation. */
export const isPermittedByItems = (items: ReadonlySet<Operation>, operation: Operation): boolean => {
  const { [operation]: whole } = INCLUDED_IN_ITEM;
  return items.has(operation) || (whole !== undefined && items.has(whole));
};

/**
 * Returns the check items that are required to create users. They include moving users, because every new user is put
 * into an organisation.
 *
 * @param isWhole true if the managed organisations (管理対象組織) are 全て, or if the acting account manages all
 * organisations
 * @see facts 2.1
 */
export const getItemsForNewUsers = (isWhole: boolean): readonly Operation[] => [
  "users.write",
  "users.move",
  ...(isWhole ? [] : (["orgs.write"] as const)),
];

/**
 * The values that determine an account's rights: its role, its scheme's check items, and whether it manages the whole
 * tenant.
 */
interface RightsHolder {
  readonly role: AdministratorRole;
  readonly items: ReadonlySet<Operation>;
  readonly isWhole: boolean;
}

/** Describes the rule that prevents an account from doing an operation. */
export const describeMissingRight = ({ role, items, isWhole }: RightsHolder, refused: Operation): Text => {
  const { reach } = ROLE_POLICY[refused][role];
  if (reach === "item" && !isPermittedByItems(items, refused))
    return text(
      "the scheme of the account does not contain this check item",
      "カスタム管理権限スキームにこの項目がありません",
    );
  if (reach === "item" && !isWhole && refused.startsWith("secured."))
    return text("the managed organisations of the account are not 「全て」", "管理対象組織が「全て」ではありません");
  const { en, ja } = ROLES[role];
  return text(`${addArticle(en)} does not have this right`, `${ja}にはこの権限がありません`);
};
