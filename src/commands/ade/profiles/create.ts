import { commandName, line, step } from "../../../lib/advice/index.ts";
import { CURRENT_SETUP_ITEMS, getSetupItemName } from "../../../lib/model/ade-profile.ts";
import { CONSOLE_STEPS } from "../../../lib/model/console-steps.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import type { Fields } from "../../field.ts";
import { DRY_RUN_OPTION } from "../../records/options.ts";
import { requireAppleAccess } from "../fence.ts";
import { toProfileArgument } from "../next.ts";
import { printEndpoint } from "../shown.ts";
import { PROFILE_COLUMNS, findAdeProfile } from "./columns.ts";

const YES_NO_NAMES = { yes: text("yes", "はい"), no: text("no", "いいえ") };

const defineSwitchOption = (about: Text) =>
  ({ kind: "choice", choices: ["yes", "no"], called: YES_NO_NAMES, about }) as const;

/** Declares an option for a text. A blank value removes the text that was copied from another profile. */
const defineTextOption = (about: Text) => ({ kind: "string", value: "TEXT", blank: true, about }) as const;

/** Options for switches. Defaults: the copied profile's values; without a copied profile, the CLOMO manual's. */
const SWITCH_OPTIONS = {
  supervised: defineSwitchOption(text("supervised mode (default: yes)", "監視対象モード(既定: yes)")),
  removable: defineSwitchOption(
    text(
      "allow removal of the MDM profile (default: no; only supervised devices can forbid it)",
      "MDM 構成プロファイル削除を許可する(既定: no。許可しない設定は監視対象モードのときだけ)",
    ),
  ),
  pairing: defineSwitchOption(
    text("allow connection to a host PC (default: yes)", "ホスト PC との接続を許可する(既定: yes)"),
  ),
  mandatory: defineSwitchOption(text("make enrolment mandatory (default: yes)", "登録を必須にする(既定: yes)")),
  sharedIpad: defineSwitchOption(text("Shared iPad (Apple School Manager)", "Shared iPad(Apple School Manager)")),
  awaitConfigured: defineSwitchOption(text("wait until the device is configured", "構成が完了するまで待つ")),
  autoAdvance: defineSwitchOption(text("advance the Setup Assistant automatically", "設定アシスタントを自動で進める")),
} as const satisfies Fields;

const TEXT_OPTIONS = {
  department: defineTextOption(text("name of the organisation", "組織名")),
  supportPhone: defineTextOption(text("telephone number for support", "サポート用電話番号")),
  supportMail: defineTextOption(text("email address for support", "サポート用メールアドレス")),
  webUrl: defineTextOption(text("sign-in web page (https)", "サインインの Web ページ(https)")),
  language: defineTextOption(text("language, e.g. ja", "言語(ja など)")),
  region: defineTextOption(text("region, e.g. JP", "地域(JP など)")),
} as const satisfies Fields;

const SETUP_ITEM_NAMES = CURRENT_SETUP_ITEMS.map((key) => [key, getSetupItemName(key).ja] as const);

export default defineCommand({
  summary: text("create an ADE profile at Apple", "ADE プロファイルを作成する"),
  details: [
    text(
      "A profile cannot be edited: create a new one from it with --from. --url has no default, because clomoctl itself does not enrol devices. If the URL does not respond, a device stops at the screen リモートマネージメント.",
      "プロファイルは編集できません。--from で内容を引き継いで作り直します。--url に既定値はありません。clomoctl 自体は登録を受け付けず、URL が応答しないデバイスはリモートマネージメントの画面で止まります。",
    ),
    text(
      `Setup items for --skip, by key or Japanese name (all: every item): ${SETUP_ITEM_NAMES.map(([key]) => key).join(", ")}. Other items are sent with a warning.`,
      `--skip の設定項目(キーか日本語名。all ですべて): ${SETUP_ITEM_NAMES.map(([key, ja]) => (key === ja ? key : `${key} (${ja})`)).join(", ")}。これ以外は警告のうえ送信します。日本語名とキーの対応は clomoctl によるものです。`,
    ),
  ],
  args: {
    name: {
      kind: "string",
      value: "NAME",
      about: text("name of the profile (optional with --from)", "名前(--from では省略可)"),
    },
  },
  options: {
    url: {
      kind: "string",
      value: "HTTPS-URL",
      about: text(
        "server that enrols the devices (required without --from)",
        "デバイスの登録を受け付けるサーバー(--from がなければ必須)",
      ),
    },
    from: {
      kind: "string",
      value: "PROFILE",
      about: text("copy the settings of another profile", "別のプロファイルの内容を引き継ぐ"),
    },
    ...SWITCH_OPTIONS,
    skip: {
      kind: "list",
      value: "ITEM,…",
      about: text(
        "Setup Assistant screens to skip (all: every screen)",
        "設定アシスタントでスキップする項目(all ですべて)",
      ),
    },
    ...TEXT_OPTIONS,
    dryRun: DRY_RUN_OPTION,
  },
  examples: [
    { line: "clomoctl ade profiles create 本社 --url https://mdm.example.jp/enroll --skip パスコード,Siri" },
    { line: "clomoctl ade profiles create 支社 --from 本社 --department 支社 --dry-run" },
  ],
  exits: ["usage", "input-rejected", "not-permitted", "not-found", "conflict", "unavailable"],
  shows: PROFILE_COLUMNS,
  async run(tools, { name, url, from, skip, dryRun, ...given }) {
    const { terminal } = tools;
    if (from === undefined && (name === undefined || url === undefined))
      throw createMissingValueFailure(name === undefined ? "NAME" : "--url");
    const ade = await requireAppleAccess(tools, CONSOLE_STEPS.profile);
    const { client } = await tools.tenant("profiles");
    await printEndpoint(tools, ade);
    const base = from === undefined ? undefined : await findAdeProfile(client, from);
    const { supervised, removable, pairing, mandatory, sharedIpad, awaitConfigured, autoAdvance, ...texts } = given;
    const flags = { supervised, removable, pairing, mandatory, sharedIpad, awaitConfigured, autoAdvance };
    const { profile, unknownItems } = await client.profiles.create({
      ...(base && { from: base.id }),
      ...omitUndefined({ name, url }),
      ...Object.fromEntries(Object.entries(omitUndefined(texts)).map(([key, value]) => [key, value ?? ""])),
      ...Object.fromEntries(Object.entries(omitUndefined(flags)).map(([key, value]) => [key, value === "yes"])),
      ...(skip && { skipItems: expandItems(skip) }),
      dryRun,
    });
    for (const item of unknownItems) await terminal.warn(describeUnknownItem(item));
    await terminal.show(PROFILE_COLUMNS, profile);
    if (dryRun) await terminal.note(text("dry run: nothing was created", "--dry-run のため作成していません"));
    else {
      const word = toProfileArgument(profile, await client.profiles.list());
      await terminal.note(ade.endpoint?.kind === "simulator" ? CREATED_IN_SIMULATOR_NOTE : CREATED_AT_APPLE_NOTE);
      const assign = line("ade profiles assign", [word], { unassigned: true });
      const autoApply = line("ade profiles auto-apply", [word]);
      const next = [
        step(
          "to assign this profile to all devices without a profile",
          "プロファイルのないデバイスすべてに割り当てるには",
          assign,
        ),
        step("to apply this profile to new devices automatically", "新しいデバイスに自動で適用するには", autoApply),
      ];
      for (const one of next) await terminal.note(one);
    }
  },
});

const CREATED_AT_APPLE_NOTE = text(
  "created at Apple; not assigned to any device yet",
  "Apple に作成しました(まだどのデバイスにも割り当てていません)",
);

const CREATED_IN_SIMULATOR_NOTE = text(
  "created in the simulator; not assigned to any device yet",
  "シミュレーターに作成しました(まだどのデバイスにも割り当てていません)",
);

const omitUndefined = <T extends object>(values: T) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    readonly [K in keyof T]?: Exclude<T[K], undefined>;
  };

const expandItems = (typed: readonly string[]): string[] =>
  typed.flatMap((item) => (item === "all" ? CURRENT_SETUP_ITEMS : [item])).filter((item) => item !== "");

const describeUnknownItem = (item: string): Text =>
  text(
    `clomoctl does not know the setup item ${item}; the item is sent unchanged`,
    `「${item}」は clomoctl の知らない設定項目です。そのまま送信します`,
  );

const createMissingValueFailure = (what: string): Failure =>
  new Failure("usage", {
    what: text(`${what} is missing`, `${what} が指定されていません`),
    where: commandName("ade profiles create"),
    hint: text(
      "or copy the settings of another profile: --from PROFILE",
      "別のプロファイルの内容を引き継ぐには --from PROFILE を指定してください",
    ),
  });
