import { commandName } from "../../../lib/advice/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { ROOT_ORG_ID, ROOT_ORG_NAME } from "../../../lib/model/organisation.ts";
import { CONSOLE_STEPS } from "../../../lib/model/console-steps.ts";
import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { orgNamed } from "../../orgs/named.ts";
import { requireApple } from "../fence.ts";
import { PROFILE_COLUMNS, profileNamed } from "./columns.ts";
import { carryOut, WORK_OPTIONS } from "./work.ts";

export default defineCommand({
  summary: text("say which ADE profile new devices get by themselves", "自動適用する ADE プロファイルを設定する"),
  details: [
    text(
      "Off until it is set. A sync gives the profile to each new device; devices that are there already stay as they are (see assign). An organisation's own goes before that of the organisation above and of the whole tenant; that there is one for each organisation is ours, CLOMO PANEL shows one for the tenant.",
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
      names: "orgs",
      about: text(
        "for new devices of an organisation (default: the whole tenant)",
        "組織の新しいデバイスに適用する(既定: 全社)",
      ),
    },
    none: { kind: "boolean", about: text("no profile by itself any more", "自動適用をやめる") },
    ...WORK_OPTIONS,
  },
  examples: [
    { line: "clomoctl ade profiles auto-apply 本社" },
    { line: "clomoctl ade profiles auto-apply 営業 --org 本社/営業部" },
    { line: "clomoctl ade profiles auto-apply --none" },
  ],
  exits: ["usage", "input-rejected", "not-permitted", "not-found"],
  shows: PROFILE_COLUMNS,
  async run(tools, { profile: name, org, none, ...options }) {
    if ((name === undefined) !== none) throw ONE_OF_BOTH;
    const ade = await requireApple(tools, CONSOLE_STEPS.profile);
    const { client } = await tools.tenant("profiles");
    const profile = name === undefined ? null : await profileNamed(client, name);
    const { id, name: orgName } =
      org === undefined ? { id: ROOT_ORG_ID, name: ROOT_ORG_NAME } : await orgNamed(tools, org);
    const ask = (told: object) => client.profiles.automatic({ org: id, profile: profile?.id ?? null, ...told });
    const called = profile?.name ?? "";
    const work = await carryOut({ tools, ade }, ask, options, ({ en, ja }) =>
      profile === null
        ? text(
            `new devices would get no profile by themselves any more (${orgName}; ${en} are there, and stay as they are);`,
            `新しいデバイスへの自動適用をやめます(${orgName}。既存の ${ja}は変わりません)。`,
          )
        : text(
            `new devices would get ${called} by themselves (${orgName}; ${en} are there, and stay as they are);`,
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

const ONE_OF_BOTH = new Failure("usage", {
  what: text("name a profile, or --none", "プロファイルか --none のどちらかを指定してください"),
  where: commandName("ade profiles auto-apply"),
});
