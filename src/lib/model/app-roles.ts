import { text, type Text } from "../text/index.ts";
import { formatSecuredAppName, type SecuredApp } from "./secured-user.ts";

/** Values of CLOMO's permission tables for SECURED APPs: `○` is allowed, `×` is not allowed.  @see facts 6.7 */
export const APP_MARKS = {
  yes: text("yes", "可"),
  "read only": text("read-only", "参照のみ"),
  no: text("no", "不可"),
  "by group setting": text("depends on group setting", "グループ設定による"),
  "only the groups he manages": text("only groups they manage", "管理対象のグループのみ"),
  "○": text("○", "○"),
  "×": text("×", "×"),
} as const satisfies Readonly<Record<string, Text>>;

export type AppMark = keyof typeof APP_MARKS;

/** A cell of a permission table in CLOMO's manual. */
export interface AppCell {
  readonly role: Text;
  readonly mark: AppMark;
  /** true if the manual text lacked the ○, which was then inferred because the cell has no other mark */
  readonly restored: boolean;
}

interface AppRow {
  readonly about: Text;
  readonly cells: readonly AppCell[];
}

/** A permission table: which role may do what in an app. */
export interface AppTable {
  readonly name: "screens" | "operations";
  readonly title: Text;
  readonly roles: readonly Text[];
  readonly rows: readonly AppRow[];
}

const ADMINISTRATOR = text("administrator", "管理者");
const ORDINARY_USER = text("ordinary user", "一般ユーザー");
const FILE_MANAGER = text("file manager", "ファイル管理者");

type MarkRow = readonly [about: Text, ...marks: AppMark[]];

const createAppTable = (
  name: AppTable["name"],
  title: Text,
  roles: readonly Text[],
  rows: readonly MarkRow[],
): AppTable => ({
  name,
  title,
  roles,
  rows: rows.map(([about, ...marks]) => ({
    about,
    cells: marks.flatMap((mark, at) => {
      const { [at]: role } = roles;
      return role === undefined ? [] : [{ role, mark, restored: mark === "○" }];
    }),
  })),
});

const SCREENS_TITLE = text("screens", "画面");
const USE_ON_DEVICE_TITLE = text("use of the app on the device", "アプリの利用(デバイス側)");

const DOCS_TABLES: readonly AppTable[] = [
  createAppTable(
    "screens",
    SCREENS_TITLE,
    [ADMINISTRATOR, FILE_MANAGER, ORDINARY_USER],
    [
      [text("Settings(Docs)", "Settings(Docs)"), "yes", "read only", "no"],
      [text("Settings(Administrators)", "Settings(Administrators)"), "yes", "no", "no"],
      [text("Service Settings", "Service Settings"), "yes", "read only", "no"],
      [text("Folders & Files", "Folders & Files"), "yes", "by group setting", "no"],
      [text("Groups, Users, Devices", "Groups、Users、Devices"), "yes", "no", "no"],
      [USE_ON_DEVICE_TITLE, "yes", "yes", "yes"],
    ],
  ),
  createAppTable(
    "operations",
    text("operations", "操作"),
    [
      ADMINISTRATOR,
      text("file manager with group setting", "ファイル管理者(グループ設定あり)"),
      text("file manager without group setting", "ファイル管理者(グループ設定なし)"),
    ],
    [
      [
        text(
          "directly under the root folder: create, edit and delete folders; upload, edit and delete files; set folder access rights",
          "Root フォルダ直下: フォルダ作成・編集・削除、ファイルアップロード・編集・削除、フォルダへのアクセス権設定",
        ),
        "○",
        "×",
        "×",
      ],
      [
        text(
          "in folders with access: create, edit and delete folders; upload, edit and delete files",
          "権限ありフォルダ: フォルダ作成・編集・削除、ファイルアップロード・編集・削除",
        ),
        "○",
        "○",
        "×",
      ],
      [text("below folders with access: set access rights", "権限ありフォルダ配下: アクセス権設定"), "○", "×", "×"],
      [
        text(
          "in folders without access: create folders; upload files; set access rights below them",
          "権限なしフォルダ: フォルダ作成、ファイルアップロード、配下へのアクセス権設定",
        ),
        "○",
        "×",
        "×",
      ],
    ],
  ),
];

const GROUP_MANAGER = text("group manager", "グループ管理者");

const createGroupAppTables = (app: SecuredApp): readonly AppTable[] => {
  const name = formatSecuredAppName(app);
  return [
    createAppTable(
      "screens",
      SCREENS_TITLE,
      [ADMINISTRATOR, GROUP_MANAGER, ORDINARY_USER],
      [
        [text(`Settings(${name}), Service Settings`, `Settings(${name})、Service Settings`), "yes", "read only", "no"],
        [
          text("Settings(Administrators), Users, Devices", "Settings(Administrators)、Users、Devices"),
          "yes",
          "no",
          "no",
        ],
        [text(name, name), "yes", "only the groups he manages", "no"],
        [USE_ON_DEVICE_TITLE, "yes", "yes", "yes"],
      ],
    ),
  ];
};

/** Returns the manual's permission tables of a SECURED APP; none for Browser and Mailer.  @see facts 6.7 */
export const getAppTables = (app: SecuredApp): readonly AppTable[] => {
  if (app === "docs") return DOCS_TABLES;
  return app === "calendar" || app === "contacts" ? createGroupAppTables(app) : [];
};

/** Returns the notes on the permission tables of an app. @see facts 6.7 */
export const getAppNotes = (app: SecuredApp): readonly Text[] => {
  const name = formatSecuredAppName(app);
  if (app === "docs") {
    return [
      text(
        "The copy of the manual that clomoctl uses lost its ○ marks and kept its × marks. Every ○ was added where a mark is missing, assuming that the leftmost column is 管理者 (inference).",
        "確認に使ったマニュアルのテキストでは ○ が失われ、× だけが残っています。○ はすべて、印のない箇所を補ったものです(左端の列を管理者とする推定)。",
      ),
      text(
        'A file manager sees only folders that their organisation (group) may view. A file manager cannot change access rights, create download-only folders or manage users. An administrator can grant the "upload only" right.',
        "ファイル管理者に見えるのは、所属する組織(グループ)が閲覧できるフォルダーだけです。アクセス権の変更、ダウンロードのみ可能なフォルダーの作成、ユーザーの管理はできません。管理者は「アップロードのみ」のアクセス権限を付与できます。",
      ),
    ];
  }
  if (app === "browser" || app === "mailer") {
    return [
      text(
        `The manual does not have a permission table for ${name}. It has tables only for Docs, Calendar and Contacts.`,
        `${name} の権限表はマニュアルにありません。あるのは Docs・Calendar・Contacts だけです。`,
      ),
    ];
  }
  return [
    text(
      `The table for ${name} does not have a Groups row. On the Users screen, a user is registered as 管理者, グループ管理者 or 一般ユーザー; the CSV has only a flag for group managers.`,
      `${name} の表に Groups の行はありません。Users 画面ではユーザーを「管理者」「グループ管理者」「一般ユーザー」のいずれかに登録できますが、CSV にあるのはグループ管理者フラグだけです。`,
    ),
  ];
};
