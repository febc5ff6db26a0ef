import { indefinite, text, type Text } from "../text/index.ts";
import { ADMINISTRATORS, OPERATIONS, ROLES, type AdministratorRole, type Operation, type Role } from "./role.ts";

/**
 * How far a role reaches with an operation: `all`, the whole tenant; `inside`, its own organisations; `item`, its own
 * organisations if its scheme has the operation; `no`.
 */
export type Reach = "all" | "inside" | "item" | "no";

/** How people read a {@link Reach}. */
export const REACH_NAMES = {
  all: text("all", "全体"),
  inside: text("inside", "組織内"),
  item: text("item", "項目"),
  no: text("no", "不可"),
} as const satisfies Readonly<Record<Reach, Text>>;

/** The pages of the maker's manual that are cited, by their seeds. */
export const MANUAL_PAGES = {
  "000": text("making and editing CLOMO accounts", "CLOMO アカウントの作成・編集"),
  "001": text("settings of CLOMO accounts", "CLOMO アカウント設定"),
} as const satisfies Readonly<Record<string, Text>>;

/** A sentence of the maker's manual, to the letter, and the seed that has it. */
export interface ManualSentence {
  readonly seed: keyof typeof MANUAL_PAGES;
  readonly sentence: string;
}

/** What a role may, and which sentences of the manual say so: without one it is ours. */
export interface RightsCell {
  readonly reach: Reach;
  readonly manual: readonly ManualSentence[];
}

/** What the manual says where it explains a role. */
export interface ManualStatement extends ManualSentence {
  readonly role: Role;
  /** the cells that it says */
  readonly cells: readonly (readonly [role: AdministratorRole, operation: Operation])[];
  /** how it is read, or what it says beside all cells */
  readonly note?: Text | undefined;
}

const ROWS = Object.keys(OPERATIONS) as readonly Operation[];

/** What CLOMO PANEL itself has; the others are of clomoctl, or of SECURED APPs MANAGER. */
const IN_PANEL = ROWS.filter((operation) => /^(?:orgs|users|fields|accounts|schemes|devices|apple)\./.test(operation));

/** The check items of a scheme that the manual names. @see facts 2.1 */
const NAMED_ITEMS = ROWS.filter((operation) => "manual" in OPERATIONS[operation]);

const SIGNS_IN = text(
  "it says what a role is for, and no operation",
  "管理者権限が何のためのものかの説明で、個々の操作についての記載ではありません",
);

const SCHEME_SENTENCE = text(
  "cited where the manual names the check item, on another page; that there are items for the other operations is ours",
  "別のページで名前の分かるチェック項目だけに引用しています。ほかの操作に項目があるとするのは clomoctl 独自です",
);

/** Every sentence of seeds 000 and 001 that says what a role is or may, in the order of the manual. @see facts 2.1, 8 */
export const SAID: readonly ManualStatement[] = [
  {
    role: "none",
    seed: "000",
    sentence: "デバイスの所有者として関連付けるために作成したユーザーの場合は「管理者権限を付与しない」を選択します。",
    cells: [],
    note: SIGNS_IN,
  },
  {
    role: "none",
    seed: "000",
    sentence: "デバイス配布用として作成したユーザーの場合は「管理者権限を付与しない」を選択します。",
    cells: [],
    note: SIGNS_IN,
  },
  {
    role: "none",
    seed: "000",
    sentence:
      "しかしながら、管理者権限として利用していた CLOMOアカウントは「権限を付与しない」の設定にすれば、以降 CLOMO PANEL にログインできなくなるので削除と同等の対応をとることができます。",
    cells: [],
    note: text("who has no role may do nothing here", "管理者権限のないアカウントは、ここでは何も操作できません"),
  },
  {
    role: "none",
    seed: "001",
    sentence:
      "※ 管理権限は、そのアカウントが管理者である場合に設定するもので、CLOMO PANEL へログインするための権限となります。",
    cells: [],
    note: SIGNS_IN,
  },
  {
    role: "none",
    seed: "001",
    sentence:
      "そのため、Android Enterprise の利用アカウントや、CLOMO GATE のログインアカウントに使われる場合には、管理権限は必須ではありません。",
    cells: [],
    note: SIGNS_IN,
  },
  {
    role: "system",
    seed: "000",
    sentence: "CLOMO PANEL におけるあらゆる権限を持ち、すべての組織ですべての操作ができます。",
    cells: IN_PANEL.map((operation) => ["system", operation]),
    note: text(
      "it is of CLOMO PANEL: for what only clomoctl has (tenant, console, audit, renewals, this table) and for SECURED APPs it is ours",
      "CLOMO PANEL についての記載です。clomoctl だけの操作(テナント情報・管理画面で行う作業・監査ログ・更新期限・この一覧)と SECURED APPs については clomoctl 独自です",
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
      "サポートオプション is given to system administrators only, five in a tenant at most (another page of the manual)",
      "サポートオプションを付与できるのはシステム管理者だけで、1 テナントに 5 アカウントまでです(マニュアルの別のページ)",
    ),
  },
  {
    role: "division",
    seed: "000",
    sentence: "システム管理者により、管理対象組織(部門)を設定された管理者です。",
    cells: [["system", "accounts.orgs"]],
    note: text(
      "it says that a system administrator sets 管理対象組織; that nobody else does is ours",
      "管理対象組織を設定するのがシステム管理者であることの記載です。ほかの管理者は設定できないとするのは clomoctl 独自です",
    ),
  },
  {
    role: "division",
    seed: "000",
    sentence: "管理対象組織に対しては、プロファイルのインストールなどもおこなえます。",
    cells: [],
    note: text(
      "clomoctl installs no profiles, so that no row has it; what など stands for, it does not say",
      "clomoctl にはプロファイルのインストールがないため、表に行はありません。「など」が何を指すかは書かれていません",
    ),
  },
  {
    role: "division",
    seed: "000",
    sentence: "管理対象組織内のオペレーターを作成することができます。",
    cells: [["division", "accounts.write"]],
    note: text(
      "it speaks of operators; that a division administrator names accounts without a role, too, is ours",
      "オペレーターについての記載です。管理者権限のないアカウントも作成できるとするのは clomoctl 独自です",
    ),
  },
  {
    role: "operator",
    seed: "000",
    sentence: "システム管理者・部門管理者の下位に属し、所属する部門においてのみ限定されたコマンドが実行できます。",
    cells: [],
    note: text(
      "which commands it does not say: what operators may here is ours, inside the organisation of their own user; and that all roles read tenant, custom fields, renewals and this table (of renewals see below)",
      "どのコマンドかは書かれていません。ここでオペレーターにできること(本人が所属する組織の内側)と、テナント情報・カスタムユーザー情報の項目・更新期限・この一覧をどの管理者も閲覧できることは、clomoctl 独自です(更新期限の表示範囲は下記)",
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
      "clomoctl installs no profiles, so that no row has the first half; that operators name no accounts of others either is ours",
      "clomoctl にはプロファイルのインストールがないため、前半にあたる行は表にありません。管理者以外のアカウントも作成できないとするのは clomoctl 独自です",
    ),
  },
  {
    role: "custom",
    seed: "000",
    sentence: "権限の範囲を選択し、設定した範囲で操作が可能な管理者です。",
    cells: NAMED_ITEMS.map((operation) => ["custom", operation]),
    note: SCHEME_SENTENCE,
  },
  {
    role: "custom",
    seed: "000",
    sentence: "設定された権限については、システム管理者と同等の権限を持ちます。",
    cells: NAMED_ITEMS.map((operation) => ["custom", operation]),
    note: SCHEME_SENTENCE,
  },
  {
    role: "custom",
    seed: "000",
    sentence: "また、管理対象組織も同様に設定できます。",
    cells: [["system", "accounts.orgs"]],
    note: text(
      "read as: a system administrator sets them, as for a division administrator; that a custom administrator sets them, as the sentence could also mean, is not taken from it",
      "部門管理者と同様に、システム管理者が設定すると読んでいます。カスタム管理者が設定できるとも読めますが、そうは扱っていません",
    ),
  },
  {
    role: "custom",
    seed: "000",
    sentence: "部門管理者と同様に、管理対象組織内のオペレーターを追加することができます。",
    cells: [["custom", "accounts.write"]],
    note: text(
      "it speaks of operators; accounts without a role, and new names, need the item 「ユーザーの作成と変更」 in the scheme, which is ours",
      "オペレーターについての記載です。管理者権限のないアカウントの作成・変更とアカウント名の変更にスキームの「ユーザーの作成と変更」が必要とするのは clomoctl 独自です",
    ),
  },
];

/** What the roles below the system administrator may: division, operator, custom. */
const REACHES: Readonly<Record<Operation, readonly [division: Reach, operator: Reach, custom: Reach]>> = {
  "tenant.read": ["all", "all", "all"],
  "tenant.write": ["no", "no", "no"],
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

/** What the manual says of cells, by role and operation. */
const CITED = Map.groupBy(
  SAID.flatMap(({ seed, sentence, cells }) => {
    const cited: ManualSentence = { seed, sentence };
    return cells.map(([role, operation]) => ({ cell: `${role} ${operation}`, cited }));
  }),
  ({ cell }) => cell,
);

const cellOf = (role: AdministratorRole, operation: Operation): RightsCell => {
  const [division, operator, custom] = REACHES[operation];
  const reach: Reach = { system: "all" as const, division, operator, custom }[role];
  return { reach, manual: (CITED.get(`${role} ${operation}`) ?? []).map(({ cited }) => cited) };
};

/** Who may do what, and how far: what the tenant checks, and what `roles matrix` shows. */
export const POLICY = Object.fromEntries(
  ROWS.map((operation) => [
    operation,
    Object.fromEntries(ADMINISTRATORS.map((role) => [role, cellOf(role, operation)])),
  ]),
) as Readonly<Record<Operation, Readonly<Record<AdministratorRole, RightsCell>>>>;

/** The check items of a custom scheme. */
export const SCHEME_ITEMS: readonly Operation[] = ROWS.filter((operation) => POLICY[operation].custom.reach === "item");

/** Operations that a scheme has with another item, as they are a part of it. */
const INCLUDED: Readonly<Partial<Record<Operation, Operation>>> = { "devices.note": "devices.write" };

/** Whether a scheme's items permit an operation. */
export const hasItem = (items: ReadonlySet<Operation>, operation: Operation): boolean => {
  const { [operation]: whole } = INCLUDED;
  return items.has(operation) || (whole !== undefined && items.has(whole));
};

/**
 * The items that creating users takes, as every new user is put into an organisation.
 *
 * @param isWhole the managed organisations (管理対象組織) are 全て, or the asker's are all
 * @see facts 2.1
 */
export const itemsForUsers = (isWhole: boolean): readonly Operation[] => [
  "users.write",
  "users.move",
  ...(isWhole ? [] : (["orgs.write"] as const)),
];

/** What decides whether somebody may do something: the role, the items of its scheme, and whether the whole tenant is managed. */
interface RightsHolder {
  readonly role: AdministratorRole;
  readonly items: ReadonlySet<Operation>;
  readonly isWhole: boolean;
}

/** The rule by which somebody may not do something. */
export const whyNotPermitted = ({ role, items, isWhole }: RightsHolder, refused: Operation): Text => {
  const { reach } = POLICY[refused][role];
  if (reach === "item" && !hasItem(items, refused))
    return text("its scheme lacks this item", "カスタム管理権限スキームにこの項目がありません");
  if (reach === "item" && !isWhole && refused.startsWith("secured."))
    return text("its managed organisations are not 「全て」", "管理対象組織が「全て」ではありません");
  const { en, ja } = ROLES[role];
  return text(`${indefinite(en)} has no such right`, `${ja}にはこの権限がありません`);
};
