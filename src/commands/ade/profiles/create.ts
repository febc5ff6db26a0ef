import { commandName, line, step } from "../../../lib/advice/index.ts";
import { SETUP_ITEMS, setupItemName } from "../../../lib/model/ade-profile.ts";
import { CONSOLE_STEPS } from "../../../lib/model/console-steps.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import type { Fields } from "../../field.ts";
import { DRY_RUN } from "../../records/options.ts";
import { requireApple } from "../fence.ts";
import { profileWord } from "../next.ts";
import { tellEndpoint } from "../shown.ts";
import { PROFILE_COLUMNS, profileNamed } from "./columns.ts";

const CALLED = { yes: text("yes", "はい"), no: text("no", "いいえ") };

const flag = (about: Text) => ({ kind: "choice", choices: ["yes", "no"], called: CALLED, about }) as const;

/** A blank one takes away what the other profile has. */
const words = (about: Text) => ({ kind: "string", value: "TEXT", blank: true, about }) as const;

/** Switches that are not given stay as they are in the other profile, else as the maker recommends. */
const FLAGS = {
  supervised: flag(text("supervised (default: yes)", "監視対象モード(既定: yes)")),
  removable: flag(
    text(
      "the MDM profile may be removed (default: no; only supervised devices can be forbidden to)",
      "MDM 構成プロファイル削除を許可する(既定: no。許可しない設定は監視対象モードのときだけ)",
    ),
  ),
  pairing: flag(text("may connect to a host PC (default: yes)", "ホスト PC との接続を許可する(既定: yes)")),
  mandatory: flag(text("enrolment may not be skipped (default: yes)", "登録を必須にする(既定: yes)")),
  sharedIpad: flag(text("Shared iPad (Apple School Manager)", "Shared iPad(Apple School Manager)")),
  awaitConfigured: flag(text("waits until it is configured", "構成が完了するまで待つ")),
  autoAdvance: flag(text("the set-up advances by itself", "設定アシスタントを自動で進める")),
} as const satisfies Fields;

const TEXTS = {
  department: words(text("organisation's name", "組織名")),
  supportPhone: words(text("telephone number for support", "サポート用電話番号")),
  supportMail: words(text("mail address for support", "サポート用メールアドレス")),
  webUrl: words(text("web page of the sign-in (https)", "サインインの Web ページ(https)")),
  language: words(text("language, as ja", "言語(ja など)")),
  region: words(text("region, as JP", "地域(JP など)")),
} as const satisfies Fields;

const NAMED_ITEMS = SETUP_ITEMS.map((key) => [key, setupItemName(key).ja] as const);

export default defineCommand({
  summary: text("create an ADE profile at Apple", "ADE プロファイルを作成する"),
  details: [
    text(
      "A profile cannot be edited: make another one --from it. --url has no default: clomoctl enrols nothing itself, and a device whose URL does not answer stops at リモートマネージメント.",
      "プロファイルは編集できません。--from で内容を引き継いで作り直します。--url に既定値はありません。clomoctl 自体は登録を受け付けず、URL が応答しないデバイスはリモートマネージメントの画面で止まります。",
    ),
    text(
      `Set-up items for --skip, by key or Japanese name; all: every one of them. ${NAMED_ITEMS.map(([key]) => key).join(", ")}. Others are sent with a warning.`,
      `--skip の設定項目(キーか日本語名。all ですべて): ${NAMED_ITEMS.map(([key, ja]) => (key === ja ? key : `${key} (${ja})`)).join(", ")}。これ以外は警告のうえ送信します。日本語名とキーの対応は clomoctl によるものです。`,
    ),
  ],
  args: {
    name: {
      kind: "string",
      value: "NAME",
      about: text("its name; with --from that of the other", "名前(--from では省略可)"),
    },
  },
  options: {
    url: {
      kind: "string",
      value: "HTTPS-URL",
      about: text(
        "the server that enrols the devices; required without --from",
        "デバイスの登録を受け付けるサーバー(--from がなければ必須)",
      ),
    },
    from: {
      kind: "string",
      value: "PROFILE",
      about: text("take the settings of another profile", "別のプロファイルの内容を引き継ぐ"),
    },
    ...FLAGS,
    skip: {
      kind: "list",
      value: "ITEM,…",
      about: text(
        "screens of the setup assistant to skip; all for every one",
        "設定アシスタントでスキップする項目(all ですべて)",
      ),
    },
    ...TEXTS,
    dryRun: DRY_RUN,
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
      throw notGiven(name === undefined ? "NAME" : "--url");
    const ade = await requireApple(tools, CONSOLE_STEPS.profile);
    const { client } = await tools.tenant("profiles");
    await tellEndpoint(tools, ade);
    const base = from === undefined ? undefined : await profileNamed(client, from);
    const { supervised, removable, pairing, mandatory, sharedIpad, awaitConfigured, autoAdvance, ...texts } = given;
    const flags = { supervised, removable, pairing, mandatory, sharedIpad, awaitConfigured, autoAdvance };
    const { profile, unknownItems } = await client.profiles.create({
      ...(base && { from: base.id }),
      ...definedOf({ name, url }),
      ...Object.fromEntries(Object.entries(definedOf(texts)).map(([key, value]) => [key, value ?? ""])),
      ...Object.fromEntries(Object.entries(definedOf(flags)).map(([key, value]) => [key, value === "yes"])),
      ...(skip && { skipItems: itemsOf(skip) }),
      dryRun,
    });
    for (const item of unknownItems) await terminal.warn(isUnknown(item));
    await terminal.show(PROFILE_COLUMNS, profile);
    if (dryRun) await terminal.note(text("dry run: nothing was made", "--dry-run のため作成していません"));
    else {
      const word = profileWord(profile, await client.profiles.list());
      await terminal.note(ade.endpoint?.kind === "simulator" ? AT_SIMULATOR : AT_APPLE);
      const assign = line("ade profiles assign", [word], { unassigned: true });
      const autoApply = line("ade profiles auto-apply", [word]);
      const next = [
        step("to give it to all devices without one", "プロファイルのないデバイスすべてに割り当てるには", assign),
        step("to let new devices get it", "新しいデバイスに自動で適用するには", autoApply),
      ];
      for (const one of next) await terminal.note(one);
    }
  },
});

const AT_APPLE = text(
  "created at Apple; no device has it yet",
  "Apple に作成しました(まだどのデバイスにも割り当てていません)",
);

const AT_SIMULATOR = text(
  "created at the simulator; no device has it yet",
  "シミュレーターに作成しました(まだどのデバイスにも割り当てていません)",
);

const definedOf = <T extends object>(values: T) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    readonly [K in keyof T]?: Exclude<T[K], undefined>;
  };

const itemsOf = (typed: readonly string[]): string[] =>
  typed.flatMap((item) => (item === "all" ? SETUP_ITEMS : [item])).filter((item) => item !== "");

const isUnknown = (item: string): Text =>
  text(
    `${item} is no set-up item that is known here; it was passed on as it is`,
    `「${item}」は clomoctl の知らない設定項目です。そのまま送信します`,
  );

const notGiven = (what: string): Failure =>
  new Failure("usage", {
    what: text(`${what} is missing`, `${what} が指定されていません`),
    where: commandName("ade profiles create"),
    hint: text(
      "or take another profile's settings: --from PROFILE",
      "別のプロファイルの内容を引き継ぐには --from PROFILE を指定してください",
    ),
  });
