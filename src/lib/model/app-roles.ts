import { text, type Text } from "../text/index.ts";
import { securedAppName, type SecuredApp } from "./secured-user.ts";

/** What the maker's tables of a SECURED APP say in a cell; `allowed` and `refused` are their ○ and ×. @see facts 6.7 */
export const APP_MARKS = {
  yes: text("yes", "可"),
  "read only": text("read only", "参照のみ"),
  no: text("no", "不可"),
  "by group setting": text("by group setting", "グループ設定による"),
  "only the groups he manages": text("only the groups he manages", "管理対象のグループのみ"),
  "○": text("○", "○"),
  "×": text("×", "×"),
} as const satisfies Readonly<Record<string, Text>>;

export type AppMark = keyof typeof APP_MARKS;

/** A cell of a table of the maker's. */
export interface AppCell {
  readonly role: Text;
  readonly mark: AppMark;
  /** the text that the manual is known by lost its ○: it is put back where a mark is missing (inference) */
  readonly restored: boolean;
}

interface AppRow {
  readonly about: Text;
  readonly cells: readonly AppCell[];
}

/** A table of who may do what in an app. */
export interface AppTable {
  readonly name: "screens" | "operations";
  readonly title: Text;
  readonly roles: readonly Text[];
  readonly rows: readonly AppRow[];
}

const MANAGER = text("administrator", "管理者");
const USER = text("ordinary user", "一般ユーザー");
const FILES = text("file manager", "ファイル管理者");

type MarkRow = readonly [about: Text, ...marks: AppMark[]];

const tableOf = (name: AppTable["name"], title: Text, roles: readonly Text[], rows: readonly MarkRow[]): AppTable => ({
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

const SCREENS = text("screens", "画面");
const APP_ON_DEVICE = text("the app on the device", "アプリの利用(デバイス側)");

const DOCS: readonly AppTable[] = [
  tableOf(
    "screens",
    SCREENS,
    [MANAGER, FILES, USER],
    [
      [text("Settings(Docs)", "Settings(Docs)"), "yes", "read only", "no"],
      [text("Settings(Administrators)", "Settings(Administrators)"), "yes", "no", "no"],
      [text("Service Settings", "Service Settings"), "yes", "read only", "no"],
      [text("Folders & Files", "Folders & Files"), "yes", "by group setting", "no"],
      [text("Groups, Users, Devices", "Groups、Users、Devices"), "yes", "no", "no"],
      [APP_ON_DEVICE, "yes", "yes", "yes"],
    ],
  ),
  tableOf(
    "operations",
    text("operations", "操作"),
    [
      MANAGER,
      text("file manager with group", "ファイル管理者(グループ設定あり)"),
      text("file manager without group", "ファイル管理者(グループ設定なし)"),
    ],
    [
      [
        text(
          "at the root: make / edit / delete folders; upload / edit / delete files; set rights on a root folder",
          "Root フォルダ直下: フォルダ作成・編集・削除、ファイルアップロード・編集・削除、フォルダへのアクセス権設定",
        ),
        "○",
        "×",
        "×",
      ],
      [
        text(
          "in a folder with permission: make / edit / delete folders; upload / edit / delete files",
          "権限ありフォルダ: フォルダ作成・編集・削除、ファイルアップロード・編集・削除",
        ),
        "○",
        "○",
        "×",
      ],
      [text("below a folder with permission: set rights", "権限ありフォルダ配下: アクセス権設定"), "○", "×", "×"],
      [
        text(
          "in a folder without permission: make folders; upload; set rights",
          "権限なしフォルダ: フォルダ作成、ファイルアップロード、配下へのアクセス権設定",
        ),
        "○",
        "×",
        "×",
      ],
    ],
  ),
];

const GROUPS = text("group manager", "グループ管理者");

const groupApp = (app: SecuredApp): readonly AppTable[] => {
  const name = securedAppName(app);
  return [
    tableOf(
      "screens",
      SCREENS,
      [MANAGER, GROUPS, USER],
      [
        [text(`Settings(${name}), Service Settings`, `Settings(${name})、Service Settings`), "yes", "read only", "no"],
        [
          text("Settings(Administrators), Users, Devices", "Settings(Administrators)、Users、Devices"),
          "yes",
          "no",
          "no",
        ],
        [text(name, name), "yes", "only the groups he manages", "no"],
        [APP_ON_DEVICE, "yes", "yes", "yes"],
      ],
    ),
  ];
};

/** The maker's tables of who may do what in a SECURED APP; none of Browser and Mailer. @see facts 6.7 */
export const appTables = (app: SecuredApp): readonly AppTable[] => {
  if (app === "docs") return DOCS;
  return app === "calendar" || app === "contacts" ? groupApp(app) : [];
};

/** What is to be known of the tables of an app. @see facts 6.7 */
export const appNotes = (app: SecuredApp): readonly Text[] => {
  const name = securedAppName(app);
  if (app === "docs") {
    return [
      text(
        "The text by which the manual is known lost its ○ and kept its ×: every ○ was put back where a mark is missing, the leftmost column being 管理者 (inference).",
        "確認に使ったマニュアルのテキストでは ○ が失われ、× だけが残っています。○ はすべて、印のない箇所を補ったものです(左端の列を管理者とする推定)。",
      ),
      text(
        'A file manager sees only folders that his organisation (group) may see, cannot change rights or make download-only folders, and does no user management; the administrator may give him "upload only".',
        "ファイル管理者に見えるのは、所属する組織(グループ)が閲覧できるフォルダーだけです。アクセス権の変更、ダウンロードのみ可能なフォルダーの作成、ユーザーの管理はできません。管理者は「アップロードのみ」のアクセス権限を付与できます。",
      ),
    ];
  }
  if (app === "browser" || app === "mailer") {
    return [
      text(
        `The manual has no table of ${name}: only Docs, Calendar and Contacts have one.`,
        `${name} の権限表はマニュアルにありません。あるのは Docs・Calendar・Contacts だけです。`,
      ),
    ];
  }
  return [
    text(
      `The table of ${name} has no row Groups. Its screen Users registers a user as 管理者, グループ管理者 or 一般ユーザー; in the CSV only the manager flag exists.`,
      `${name} の表に Groups の行はありません。Users 画面ではユーザーを「管理者」「グループ管理者」「一般ユーザー」のいずれかに登録できますが、CSV にあるのはグループ管理者フラグだけです。`,
    ),
  ];
};
