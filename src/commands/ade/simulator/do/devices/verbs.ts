import { line, step } from "../../../../../lib/advice/index.ts";
import { Failure } from "../../../../../lib/errors/index.ts";
import type { Column } from "../../../../../lib/terminal/index.ts";
import { text } from "../../../../../lib/text/index.ts";
import { defineVerbs } from "../../../../command.ts";
import type { TextField } from "../../../../field.ts";
import { defineStep, post, type Values } from "../../step.ts";

/** What is shown of devices that were changed. */
const COLUMNS: readonly Column<Values>[] = [
  { key: "serial", header: text("serial number", "シリアルナンバー"), whole: true, value: ({ serial }) => serial },
];

/** Devices of the organisation. */
const SERIALS_ARGUMENT = {
  kind: "string",
  value: "SERIAL",
  required: true,
  repeatable: true,
  about: text("serial numbers", "シリアルナンバー"),
} as const satisfies TextField;

/** `--silent`: only a full sync finds it. */
const SILENT_OPTION = {
  kind: "boolean",
  about: text(
    "leave it out of Apple's change stream: only a full sync finds it",
    "差分には現れず、全件の同期でだけわかるようにする",
  ),
} as const;

/** What every change of devices shows. Only a sync of all devices finds a silent one. */
const CHANGE = {
  columns: COLUMNS,
  records: ({ serials }: Values) =>
    Array.isArray(serials) ? serials.map((serial: unknown) => ({ serial })) : undefined,
  next: ({ silent = false }: { readonly silent?: boolean; readonly url?: string | undefined }) => [
    step(
      "to let the tenant see it",
      "テナントに反映するには",
      line("ade sync", [], { full: silent ? true : undefined }),
    ),
  ],
} as const;

export default defineVerbs({
  activate: defineStep({
    summary: text(
      "switch devices on: they get the profile assigned to them",
      "デバイスの電源を入れる(割り当て済みのプロファイルが届く)",
    ),
    details: [
      text(
        "Those that got a profile are listed; the profile status of the device service is then pushed.",
        "プロファイルが届いたデバイスを一覧します。ADE のプロファイルの状態は pushed になります。",
      ),
    ],
    args: { serials: SERIALS_ARGUMENT },
    options: {},
    examples: [{ line: "clomoctl ade simulator do devices activate C02NEW000001 --url http://127.0.0.1:8600" }],
    request: ({ serials }) => post("/devices/activate", { serials }),
    ...CHANGE,
  }),
  add: defineStep({
    summary: text("buy devices for the simulated organisation", "シミュレーターの組織にデバイスを追加する(購入)"),
    args: {
      serials: {
        kind: "string",
        value: "SERIAL",
        repeatable: true,
        about: text("their serial numbers; else --count", "シリアルナンバー(省略時は --count)"),
      },
    },
    options: {
      count: {
        kind: "number",
        min: 1,
        max: 1_000_000,
        about: text("how many, with serial numbers of its own", "台数(シリアルナンバーは自動)"),
      },
      family: {
        kind: "choice",
        choices: ["iPhone", "iPad", "Mac", "AppleTV"],
        about: text("what they are (default: mixed)", "機種(既定: いろいろ)"),
      },
      server: {
        kind: "string",
        value: "NAME",
        about: text("assigned to this MDM server in place of ours", "割り当てる MDM サーバ(既定: 本サーバー)"),
      },
      unassigned: { kind: "boolean", about: text("assigned to no MDM server", "どの MDM サーバにも割り当てない") },
      silent: SILENT_OPTION,
    },
    examples: [
      { line: "clomoctl ade simulator do devices add --count 10 --family iPhone --url http://127.0.0.1:8600" },
      { line: "clomoctl ade simulator do devices add C02NEW000001 --silent --url http://127.0.0.1:8600" },
    ],
    check({ serials: [first = "", ...more] }) {
      if (more.length === 0 && /^\d{1,7}$/.test(first)) throw notSerial(first);
    },
    request({ serials, count, family, server, unassigned, silent }) {
      const which = serials.length === 0 ? { count: count ?? 1 } : { serials, count };
      return post("/devices", { ...which, family, server, unassigned, silent });
    },
    ...CHANGE,
  }),
  assign: defineStep({
    summary: text(
      "assign devices to our MDM server, to another or to none",
      "デバイスを本サーバーや別の MDM サーバに割り当てる、または割り当てを外す",
    ),
    args: { serials: SERIALS_ARGUMENT },
    options: {
      toOther: { kind: "string", value: "SERVER", about: text("to this MDM server", "割り当て先の別の MDM サーバ") },
      none: { kind: "boolean", about: text("to none", "割り当てを外す") },
      silent: SILENT_OPTION,
    },
    examples: [
      { line: "clomoctl ade simulator do devices assign C02NEW000001 --to-other Jamf --url http://127.0.0.1:8600" },
      { line: "clomoctl ade simulator do devices assign C02NEW000001 --url http://127.0.0.1:8600" },
    ],
    excludes: [["toOther", "none"]],
    request: ({ serials, toOther, none, silent }) =>
      post("/devices/assign", { serials, server: toOther, none, silent }),
    ...CHANGE,
  }),
  release: defineStep({
    summary: text("release devices from the simulated organisation", "シミュレーターの組織からデバイスを外す"),
    args: { serials: SERIALS_ARGUMENT },
    options: { silent: SILENT_OPTION },
    examples: [{ line: "clomoctl ade simulator do devices release C02NEW000001 --url http://127.0.0.1:8600" }],
    request: ({ serials, silent }) => post("/devices/release", { serials, silent }),
    ...CHANGE,
  }),
});

const notSerial = (typed: string): Failure =>
  new Failure("usage", {
    what: text(`${typed} is no serial number`, `「${typed}」はシリアルナンバーではありません`),
    where: "SERIAL",
    hint: text(`number of devices: --count ${typed}`, `台数を指定するには: --count ${typed}`),
  });
