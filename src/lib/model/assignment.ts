import { text, type Text } from "../text/index.ts";
import { CREATED_AT_FIELD, UPDATED_AT_FIELD, type Field, type Fields, type ThingInFiles } from "./thing.ts";

export const NAME_FIELD = {
  type: "text",
  longest: 255,
  column: { required: "always" },
  comparison: "name",
  unique: true,
} as const satisfies Field;

const OPTIONAL_FIELD = { nullable: true, example: null, column: {} } as const;

export const defineOptionalText = (en: string, ja: string) =>
  ({ ...OPTIONAL_FIELD, type: "text", longest: 2000, label: text(en, ja), lines: true }) as const satisfies Field;

export const defineSet = (short: string, example: string, label: Text) =>
  ({ type: "texts", most: 1000, column: {}, code: true, set: true, short, example: [example], label }) as const;

/**
 * Where the console installs a profile or an app: automatically in organisations and those below them (全社 is the whole
 * tenant), and by hand on devices. An organisation without a code cannot be named.  @see seed 003, 10-2 and 11-2
 */
export const ASSIGNMENT_FIELDS = {
  orgs: defineSet("org", "全社", text("organisations (automatic)", "自動適用する組織コード")),
  devices: defineSet("device", "SERIAL000001", text("devices (by hand)", "個別適用するシリアルナンバー")),
  since: { ...OPTIONAL_FIELD, type: "day", label: text("since", "適用開始日") },
  memo: defineOptionalText("memo", "メモ"),
  /** SHA-256 of the file, which is kept as it is */
  file: {
    type: "digest",
    nullable: true,
    byHand: true,
    label: text("file (SHA-256)", "ファイル(SHA-256)"),
    example: null,
  },
  createdAt: CREATED_AT_FIELD,
  updatedAt: UPDATED_AT_FIELD,
} as const satisfies Fields;

/** What record types have in common that describe the console, so that their changes open no tasks. */
export const DESCRIBING_THING = {
  screen: {
    page: text("CLOMO PANEL, Settings", "CLOMO PANEL の「Settings」画面"),
    clicks: text(" (the manual describes no import)", "(インポートの手順はマニュアルにありません)"),
  },
  ownHeaders: true,
  unconfirmed: text(
    "The console has no known file of these, so the headers are clomoctl's own.",
    "この CSV は管理画面にあるか確認できないため、ヘッダーは clomoctl 独自のものです。",
  ),
  keys: [{ name: "name", field: "name", unique: true }],
} as const satisfies Partial<ThingInFiles>;
