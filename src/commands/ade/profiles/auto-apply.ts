import { commandName } from "../../../lib/advice/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { ROOT_ORG_ID, ROOT_ORG_NAME } from "../../../lib/model/organisation.ts";
import { CONSOLE_STEPS } from "../../../lib/model/console-steps.ts";
import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { findOrg } from "../../orgs/find-org.ts";
import { requireAppleAccess } from "../fence.ts";
import { PROFILE_COLUMNS, findAdeProfile } from "./columns.ts";
import { runProfileWork, PROFILE_WORK_OPTIONS } from "./work.ts";

export default defineCommand({
  summary: text("set the ADE profile that new devices get automatically", "自動適用する ADE プロファイルを設定する"),
  details: [
    text(
      "Nothing is applied until you set a profile. A sync assigns the profile to each new device; existing devices do not change (see assign). The setting of an organisation takes precedence over the settings of higher organisations and of the whole tenant. Settings per organisation are a feature of clomoctl; CLOMO PANEL has one setting for the tenant.",
      "設定するまでは何も自動適用しません。同期で見つかった新しいデバイスに適用し、すでにあるデバイスは変更しません(assign を使ってください)。組織の設定は、上位の組織や全社の設定より優先します。組織ごとの設定は clomoctl 独自の機能で、CLOMO PANEL の ADE プロファイルの自動適用は全社で 1 つです。",
    ),
  ],
  args: {
    profile: { kind: "string", value: "PROFILE", about: text("id or name of the profile", "プロファイルの ID か名前") },
  },
  options: {
    org: {
      kind: "string",
      value: "ORG",
      about: text(
        "apply to new devices of an organisation (default: the whole tenant)",
        "組織の新しいデバイスに適用する(既定: 全社)",
      ),
    },
    none: { kind: "boolean", about: text("do not assign a profile automatically", "自動適用をやめる") },
    ...PROFILE_WORK_OPTIONS,
  },
  examples: [
    { line: "clomoctl ade profiles auto-apply 本社" },
    { line: "clomoctl ade profiles auto-apply 営業 --org 本社/営業部" },
    { line: "clomoctl ade profiles auto-apply --none" },
  ],
  exits: ["usage", "input-rejected", "not-permitted", "not-found"],
  shows: PROFILE_COLUMNS,
  async run(tools, { profile: name, org, none, ...options }) {
    if ((name === undefined) !== none) throw PROFILE_OR_NONE_REQUIRED_FAILURE;
    const ade = await requireAppleAccess(tools, CONSOLE_STEPS.profile);
    const { client } = await tools.tenant("profiles");
    const profile = name === undefined ? null : await findAdeProfile(client, name);
    const { id, name: orgName } =
      org === undefined ? { id: ROOT_ORG_ID, name: ROOT_ORG_NAME } : await findOrg(tools, org);
    const ask = (told: object) => client.profiles.automatic({ org: id, profile: profile?.id ?? null, ...told });
    const called = profile?.name ?? "";
    const work = await runProfileWork({ tools, ade }, ask, options, ({ en, ja }) =>
      profile === null
        ? text(
            `new devices (${orgName}) will no longer get a profile automatically; the existing ${en} will not change;`,
            `新しいデバイスへの自動適用をやめます(${orgName}。既存の ${ja}は変わりません)。`,
          )
        : text(
            `new devices (${orgName}) will get ${called} automatically; the existing ${en} will not change;`,
            `新しいデバイスに「${called}」を自動適用します(${orgName}。既存の ${ja}は変わりません)。`,
          ),
    );
    const { terminal } = tools;
    if (work.profile !== null) await terminal.show(PROFILE_COLUMNS, work.profile);
    if (work.dryRun) await terminal.note(text("dry run: nothing was set", "--dry-run のため設定していません"));
    else if (profile === null)
      await terminal.note(text(`automatic profile: none (${orgName})`, `自動適用: なし(${orgName})`));
    else await terminal.note(text(`automatic profile: ${called} (${orgName})`, `自動適用: ${called}(${orgName})`));
  },
});

const PROFILE_OR_NONE_REQUIRED_FAILURE = new Failure("usage", {
  what: text("specify either a profile or --none", "プロファイルか --none のどちらかを指定してください"),
  where: commandName("ade profiles auto-apply"),
});
