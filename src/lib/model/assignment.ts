import { text } from "../text/index.ts";
import { ANY_TEXT_RULE } from "./rules.ts";
import type { Field, Fields } from "./thing.ts";

export const NAME_FIELD = {
  type: "text",
  rule: ANY_TEXT_RULE,
  longest: 255,
  column: { required: "always" },
  comparison: "name",
  unique: true,
} as const satisfies Field;

const OPTIONAL_FIELD = { nullable: true, example: null, column: {} } as const;

export const defineOptionalText = (en: string, ja: string) =>
  ({
    ...OPTIONAL_FIELD,
    type: "text",
    rule: ANY_TEXT_RULE,
    longest: 255,
    label: text(en, ja),
  }) as const satisfies Field;

/**
 * Where the console installs a profile or an app: automatically in organisations and those below them (全社 is the whole
 * tenant), and by hand on devices. An organisation without a code cannot be named.  @see seed 003, 10-2 and 11-2
 */
export const ASSIGNMENT_FIELDS = {
  orgs: {
    type: "texts",
    rule: ANY_TEXT_RULE,
    most: 1000,
    label: text("organisations (automatic)", "自動適用する組織コード"),
    example: ["全社"],
    column: {},
    code: true,
    set: true,
    short: "org",
  },
  devices: {
    type: "texts",
    rule: ANY_TEXT_RULE,
    most: 1000,
    label: text("devices (by hand)", "個別適用するシリアルナンバー"),
    example: ["SERIAL000001"],
    column: {},
    code: true,
    set: true,
    short: "device",
  },
  since: { ...OPTIONAL_FIELD, type: "day", label: text("since", "適用開始日") },
  memo: { ...defineOptionalText("memo", "メモ"), longest: 2000, lines: true },
} as const satisfies Fields;
