import { line, step } from "../../../../../lib/advice/index.ts";
import { Failure } from "../../../../../lib/errors/index.ts";
import type { Column } from "../../../../../lib/terminal/index.ts";
import { text } from "../../../../../lib/text/index.ts";
import { defineVerbs } from "../../../../command.ts";
import type { TextField } from "../../../../field.ts";
import { defineStep, createPostRequest, type StepValues } from "../../step.ts";

/** Columns for the devices that a step changed. */
const COLUMNS: readonly Column<StepValues>[] = [
  { key: "serial", header: text("serial number", "シリアルナンバー"), whole: true, value: ({ serial }) => serial },
];

/** Argument: serial numbers of devices in the simulated organisation. */
const SERIALS_ARGUMENT = {
  kind: "string",
  value: "SERIAL",
  required: true,
  repeatable: true,
  about: text("serial numbers", "シリアルナンバー"),
} as const satisfies TextField;

/** Option `--silent`: only a full sync finds the change. */
const SILENT_OPTION = {
  kind: "boolean",
  about: text(
    "hide the change from delta syncs; only a full sync finds it",
    "差分の同期では見つからず、全件の同期でだけ見つかるようにする",
  ),
} as const;

/** Output of each step that changes devices. After a silent change, a full sync is proposed, as deltas miss it. */
const DEVICE_CHANGE_OUTPUT = {
  columns: COLUMNS,
  records: ({ serials }: StepValues) =>
    Array.isArray(serials) ? serials.map((serial: unknown) => ({ serial })) : undefined,
  next: ({ silent = false }: { readonly silent?: boolean; readonly url?: string | undefined }) => [
    step(
      "to sync the change to the tenant",
      "テナントに反映するには",
      line("ade sync", [], { full: silent ? true : undefined }),
    ),
  ],
} as const;

export default defineVerbs({
  activate: defineStep({
    summary: text(
      "switch on devices, which then get the profile assigned to them",
      "デバイスの電源を入れる(割り当て済みのプロファイルが届く)",
    ),
    details: [
      text(
        "Lists the devices that got a profile. Their ADE profile state becomes pushed.",
        "プロファイルが届いたデバイスを一覧します。ADE プロファイル状態は pushed になります。",
      ),
    ],
    args: { serials: SERIALS_ARGUMENT },
    options: {},
    examples: [{ line: "clomoctl ade simulator do devices activate C02NEW000001 --url http://127.0.0.1:8600" }],
    request: ({ serials }) => createPostRequest("/devices/activate", { serials }),
    ...DEVICE_CHANGE_OUTPUT,
  }),
  add: defineStep({
    summary: text("buy devices for the simulated organisation", "シミュレーターの組織にデバイスを追加する(購入)"),
    args: {
      serials: {
        kind: "string",
        value: "SERIAL",
        repeatable: true,
        about: text("serial numbers of the new devices (or use --count)", "シリアルナンバー(省略時は --count)"),
      },
    },
    options: {
      count: {
        kind: "number",
        min: 1,
        max: 1_000_000,
        about: text("number of devices, with generated serial numbers", "台数(シリアルナンバーは自動)"),
      },
      family: {
        kind: "choice",
        choices: ["iPhone", "iPad", "Mac", "AppleTV"],
        about: text("type of the devices (default: mixed)", "デバイスの種類(既定: 混在)"),
      },
      server: {
        kind: "string",
        value: "NAME",
        about: text(
          "assign the devices to this MDM server instead of the default one",
          "割り当てる MDM サーバ(省略時は既定の MDM サーバ)",
        ),
      },
      unassigned: {
        kind: "boolean",
        about: text("do not assign the devices to an MDM server", "どの MDM サーバにも割り当てない"),
      },
      silent: SILENT_OPTION,
    },
    examples: [
      { line: "clomoctl ade simulator do devices add --count 10 --family iPhone --url http://127.0.0.1:8600" },
      { line: "clomoctl ade simulator do devices add C02NEW000001 --silent --url http://127.0.0.1:8600" },
    ],
    check({ serials: [first = "", ...more] }) {
      if (more.length === 0 && /^\d{1,7}$/.test(first)) throw createInvalidSerialFailure(first);
    },
    request({ serials, count, family, server, unassigned, silent }) {
      const which = serials.length === 0 ? { count: count ?? 1 } : { serials, count };
      return createPostRequest("/devices", { ...which, family, server, unassigned, silent });
    },
    ...DEVICE_CHANGE_OUTPUT,
  }),
  assign: defineStep({
    summary: text(
      "assign devices to the default MDM server, to another server, or to none",
      "デバイスを既定または別の MDM サーバに割り当てる、または割り当てを外す",
    ),
    args: { serials: SERIALS_ARGUMENT },
    options: {
      toOther: {
        kind: "string",
        value: "SERVER",
        about: text("name of another MDM server to assign to", "割り当て先の別の MDM サーバ"),
      },
      none: { kind: "boolean", about: text("remove the assignment", "割り当てを外す") },
      silent: SILENT_OPTION,
    },
    examples: [
      { line: "clomoctl ade simulator do devices assign C02NEW000001 --to-other Jamf --url http://127.0.0.1:8600" },
      { line: "clomoctl ade simulator do devices assign C02NEW000001 --url http://127.0.0.1:8600" },
    ],
    excludes: [["toOther", "none"]],
    request: ({ serials, toOther, none, silent }) =>
      createPostRequest("/devices/assign", { serials, server: toOther, none, silent }),
    ...DEVICE_CHANGE_OUTPUT,
  }),
  release: defineStep({
    summary: text("release devices from the simulated organisation", "シミュレーターの組織からデバイスを外す"),
    args: { serials: SERIALS_ARGUMENT },
    options: { silent: SILENT_OPTION },
    examples: [{ line: "clomoctl ade simulator do devices release C02NEW000001 --url http://127.0.0.1:8600" }],
    request: ({ serials, silent }) => createPostRequest("/devices/release", { serials, silent }),
    ...DEVICE_CHANGE_OUTPUT,
  }),
});

const createInvalidSerialFailure = (typed: string): Failure =>
  new Failure("usage", {
    what: text(`"${typed}" is not a serial number`, `「${typed}」はシリアルナンバーではありません`),
    where: "SERIAL",
    hint: text(`number of devices: --count ${typed}`, `台数を指定するには: --count ${typed}`),
  });
